from datetime import datetime

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from kyodo import clock
from kyodo.db import models
from spaces.models.bookings import Booking
from spaces.models.spaces import Unit


@pghistory.track()
class Hold(models.Model):
    """Units kept free by staff (確保): for an event of the centre, an inspection, or another reason."""

    class Kind(models.TextChoices):
        EVENT = "event", _("催事")
        INSPECTION = "inspection", _("点検")
        CLOSURE = "closure", _("臨時休館")
        OTHER = "other", _("その他")

    kind = models.CharField(_("種類"), max_length=12, choices=Kind.choices)
    title = models.CharField(_("名前"), max_length=100)
    note = models.TextField(_("職員メモ"), blank=True)
    closure = models.ForeignKey(
        "centre.Closure",
        models.SET_NULL,
        related_name="holds",
        verbose_name=_("臨時休館"),
        null=True,
        blank=True,
    )
    """The closure of the centre that asked for it; so that nothing can be booked into closed hours."""
    units = models.ManyToManyField(Unit, verbose_name=_("場所の単位"), related_name="holds")
    begins_at = models.DateTimeField(_("開始"))
    ends_at = models.DateTimeField(_("終了"))
    placed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("確保した職員")
    )
    placed_at = models.DateTimeField(default=clock.now)
    released_at = models.DateTimeField(_("解除日時"), null=True, blank=True)
    released_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("確保")
        verbose_name_plural = _("確保")
        ordering = ["begins_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")),
                name="hold_ends_after_it_begins",
                violation_error_message=_("終了は開始より後にしてください。"),
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="hold_released_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OccupancyQuerySet(models.QuerySet["Occupancy"]):
    def overlapping(self, begins_at: datetime, ends_at: datetime) -> "OccupancyQuerySet":
        return self.during(DateTimeTZRange(begins_at, ends_at))

    def during(self, period: DateTimeTZRange) -> "OccupancyQuerySet":
        return self.filter(period__overlap=period)


class Occupancy(models.Model):
    """The use of one physical unit for a time (占有), buffers included. The table that forbids double use.

    Half-open: one that ends at 11:00 and one that begins at 11:00 do not meet. Rows go when their booking or hold
    lets the place go; whatever uses a unit writes here, or it does not use it.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="occupancies")
    period = DateTimeRangeField()
    booking = models.ForeignKey(Booking, models.CASCADE, related_name="occupancies", null=True, blank=True)
    hold = models.ForeignKey(Hold, models.CASCADE, related_name="occupancies", null=True, blank=True)

    objects = OccupancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("占有")
        verbose_name_plural = _("占有")
        constraints = [
            # int8range stands in for btree_gist, which needs an extension that not every server has.
            ExclusionConstraint(
                name="occupancy_one_at_a_time",
                expressions=[
                    (
                        Func(F("unit_id"), F("unit_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(booking__isnull=False, hold__isnull=True)
                | Q(booking__isnull=True, hold__isnull=False),
                name="occupancy_of_booking_or_hold",
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="occupancy_period_is_bounded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.period}"
