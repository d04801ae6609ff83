from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from kyodo import clock


class Introduction(models.Model):
    """A partner told to the person, or brought together with them (相手の紹介), and what came of it."""

    class Result(models.TextChoices):
        PENDING = "pending", _("これから")
        MET = "met", _("会って話した")
        TOGETHER = "together", _("いっしょに取り組み始めた")
        NOTHING = "nothing", _("つながらなかった")

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="introductions")
    group = models.ForeignKey(
        "accounts.Group", models.PROTECT, related_name="+", verbose_name=_("登録団体"), null=True, blank=True
    )
    organisation = models.ForeignKey(
        "centre.SupportOrganisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("機関"),
        null=True,
        blank=True,
    )
    name = models.CharField(_("紹介した相手"), max_length=100)
    """As it was called then; stands alone for a partner who is registered nowhere."""
    reason = models.CharField(_("すすめた理由"), max_length=200, blank=True)
    introduced_at = models.DateTimeField(_("紹介した日時"), default=clock.now)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    result = models.CharField(_("その後"), max_length=8, choices=Result.choices, default=Result.PENDING)
    result_text = models.CharField(_("その後のようす"), max_length=400, blank=True)
    result_at = models.DateTimeField(_("その後を書いた日時"), null=True, blank=True)

    class Meta:
        verbose_name = _("相手の紹介")
        verbose_name_plural = _("相手の紹介")
        ordering = ["-introduced_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(group__isnull=True) | Q(organisation__isnull=True), name="introduction_of_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.pk}"
