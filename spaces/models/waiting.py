from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Group
from kyodo import clock
from kyodo.db import models
from spaces.models.bookings import Booking, Use, Wished
from spaces.models.spaces import Space

if TYPE_CHECKING:
    from accounts.models import User


class WaitingQuerySet(models.QuerySet["WaitingEntry"]):
    def visible_to(self, user: "User") -> "WaitingQuerySet":
        if user.is_staff:
            return self
        return self.filter(group__memberships__user_id=user.pk)

    def waiting(self, now: datetime | None = None) -> "WaitingQuerySet":
        return self.filter(closed_at__isnull=True, begins_at__gt=now or clock.now())

    def met_by(self, booking: Booking) -> "WaitingQuerySet":
        """Wishes of its group for a time that the booking covers some of: the group has its place now."""
        return self.filter(
            group_id=booking.group_id, begins_at__lt=booking.ends_at, ends_at__gt=booking.begins_at
        )


@pghistory.track()
class WaitingEntry(Wished):
    """A group's wish to hear when a taken time frees up (空き待ち). First come, first served: nothing is kept."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="waiting_entries", verbose_name=_("団体"))
    space = models.ForeignKey(Space, models.CASCADE, related_name="waiting_entries", verbose_name=_("場所"))
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", verbose_name=_("知らせる人"))
    begins_at = models.DateTimeField(_("開始"))
    ends_at = models.DateTimeField(_("終了"))
    people = models.PositiveSmallIntegerField(_("人数"))
    purpose = models.CharField(_("利用の目的"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    notified_at = models.DateTimeField(_("最後に知らせた日時"), null=True, blank=True)
    closed_at = models.DateTimeField(_("終わった日時"), null=True, blank=True)

    objects = WaitingQuerySet.as_manager()

    class Meta:
        verbose_name = _("空き待ち")
        verbose_name_plural = _("空き待ち")
        ordering = ["created_at"]
        indexes = [
            models.Index(
                fields=["space", "begins_at"], name="waiting_open", condition=Q(closed_at__isnull=True)
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="waiting_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(use__in=Use.values), name="waiting_use_known"),
            models.UniqueConstraint(
                fields=["group", "space", "begins_at", "ends_at"],
                condition=Q(closed_at__isnull=True),
                name="waiting_once",
                violation_error_message=_("この時間は、すでに空き待ちをしています。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.space} {self.begins_at}"
