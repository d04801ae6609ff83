from typing import Any, ClassVar

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kyodo.db import models


class HistoryEntry(models.Model):
    """A step on the city's way to collaboration (協働のあゆみ), taken by the administration or by citizens."""

    class Side(models.TextChoices):
        ADMINISTRATION = "gyosei", _("行政側")
        CITIZENS = "shimin", _("市民側")

    year = models.PositiveSmallIntegerField(_("年"))
    month = models.PositiveSmallIntegerField(
        _("月"), null=True, blank=True, help_text=_("分からないときは空にします。")
    )
    side = models.CharField(_("どちらの動きか"), max_length=8, choices=Side.choices)
    text = models.CharField(_("できごと"), max_length=200)

    class Meta:
        verbose_name = _("あゆみ")
        verbose_name_plural = _("あゆみ")
        ordering: ClassVar[list[Any]] = ["year", F("month").asc(nulls_first=True), "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(year__gte=1900, year__lte=2200),
                name="history_year_plausible",
                violation_error_message=_("年は西暦4桁で書いてください。"),
            ),
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12),
                name="history_month_in_year",
                violation_error_message=_("月は1から12までで書いてください。"),
            ),
            models.CheckConstraint(
                condition=Q(side__in=["gyosei", "shimin"]),
                name="history_known_side",
                violation_error_message=_("どちらの動きかを選んでください。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.text}"
