"""What staff keep for themselves: texts they send often, and views of the inbox."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation


class CannedReply(models.Model):
    """A text that staff send often (定型文), with placeholders such as {name} and {reference}."""

    title = models.CharField(_("題名"), max_length=60)
    kind = models.CharField(
        _("相談の種類"),
        max_length=12,
        choices=Consultation.Kind.choices,
        blank=True,
        help_text=_("空にすると、どの相談でも選べます。"),
    )
    body = models.TextField(_("本文"), max_length=4000)
    position = models.PositiveSmallIntegerField(_("並び順"), default=0)
    is_active = models.BooleanField(_("使う"), default=True)

    class Meta:
        verbose_name = _("定型文")
        verbose_name_plural = _("定型文")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class SavedView(models.Model):
    """A member of staff's own view of the inbox (保存した表示): the filters as they stood."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    name = models.CharField(_("名前"), max_length=30)
    query = models.CharField(max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("保存した表示")
        verbose_name_plural = _("保存した表示")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="saved_view_name_once",
                violation_error_message=_("この名前の表示は、もうあります。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
