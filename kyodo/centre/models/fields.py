from typing import ClassVar

from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from kyodo.db import models


class ActivityFieldQuerySet(models.QuerySet["ActivityField"]):
    def primer(self) -> "ActivityFieldQuerySet":
        return self.filter(kind=ActivityField.Kind.PRIMER)

    def npo_law(self) -> "ActivityFieldQuerySet":
        return self.filter(kind=ActivityField.Kind.NPO_LAW)

    def everyday(self) -> "ActivityFieldQuerySet":
        """What people choose from: the everyday words where the centre has them, else those of the law."""
        primer = Q(kind=ActivityField.Kind.PRIMER)
        return self.filter(primer | ~Exists(ActivityField.objects.primer()))


class ActivityField(models.Model):
    """A field of activity (活動分野): one of the city's eight everyday words, or one of the NPO law's twenty.

    People choose and search by the eight; papers and statistics need the twenty. The eight know which of the
    twenty they stand for.
    """

    class Kind(models.TextChoices):
        PRIMER = "primer", _("暮らしの8分野")
        NPO_LAW = "npo_law", _("NPO法の20分野")

    code = models.SlugField(_("コード"), max_length=40, unique=True)
    kind = models.CharField(_("種類"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("名前"), max_length=80)
    short_name = models.CharField(_("短い名前"), max_length=20, help_text=_("一覧やしぼりこみに出ます。"))
    position = models.PositiveSmallIntegerField(_("並び順"), default=0)
    law_fields = models.ManyToManyField(
        "self",
        verbose_name=_("対応するNPO法の分野"),
        symmetrical=False,
        related_name="primer_fields",
        blank=True,
        limit_choices_to={"kind": Kind.NPO_LAW},
    )

    objects = ActivityFieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("活動分野")
        verbose_name_plural = _("活動分野")
        # The eight come first everywhere: 'primer' sorts after 'npo_law'.
        ordering: ClassVar[list[str]] = ["-kind", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name"],
                name="activity_field_name_once",
                violation_error_message=_("この名前の分野は、すでにあります。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["primer", "npo_law"]),
                name="activity_field_known_kind",
                violation_error_message=_("種類を選んでください。"),
            ),
        ]

    def __str__(self) -> str:
        return self.short_name
