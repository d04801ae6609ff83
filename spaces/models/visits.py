from typing import TYPE_CHECKING

import pghistory
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kyodo import clock
from kyodo.db import models

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import User


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: "User") -> "VisitQuerySet":
        return self if user.is_staff else self.none()

    def counted(self) -> "VisitQuerySet":
        return self.filter(taken_back_at__isnull=True)

    def between(self, first: "date", last: "date") -> "VisitQuerySet":
        """On these days, the last one included."""
        return self.made_between(clock.day_begins(first), clock.day_ends(last))

    def made_between(self, begins: "datetime", ends: "datetime") -> "VisitQuerySet":
        return self.filter(visited_at__gte=begins, visited_at__lt=ends)


@pghistory.track()
class Visit(models.Model):
    """People who came without a booked space (団体でない来館): counted for the statistics, never named."""

    class Purpose(models.TextChoices):
        LOOK = "look", _("見学・資料")
        ADVICE = "advice", _("相談")
        EVENT = "event", _("講座・催し")
        OTHER = "other", _("その他")

    purpose = models.CharField(_("目的"), max_length=8, choices=Purpose.choices, default=Purpose.LOOK)
    people = models.PositiveSmallIntegerField(_("人数"))
    visited_at = models.DateTimeField(_("来館"), default=clock.now)
    noted_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("記録した職員")
    )
    taken_back_at = models.DateTimeField(_("取り消した日時"), null=True, blank=True)
    """Noted by mistake."""

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("団体でない来館")
        verbose_name_plural = _("団体でない来館")
        ordering = ["visited_at", "pk"]
        indexes = [models.Index(fields=["visited_at"], name="visit_day")]
        constraints = [models.CheckConstraint(condition=Q(people__gte=1), name="visit_has_people")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.people}"
