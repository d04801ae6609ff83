"""Closing and reopening the centre, with all that this does to the bookings, in one step.

A closure also keeps every unit (a Hold of kind 臨時休館): a booking that was on its way while we closed finds its place
taken, and so does one that staff would push past the opening hours.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from kyodo import clock
from kyodo.centre import actions as centre_actions
from kyodo.centre.models import Closure
from spaces import emails
from spaces.actions.bookings import let_go
from spaces.actions.holds import release_hold
from spaces.actions.locking import reserving
from spaces.models import Booking, Hold, Occupancy, Unit
from spaces.rules import rights

LONGEST_DAYS = 400


@dataclass(frozen=True)
class Stretch:
    """When to close: days, and the hours of each of them unless it is the whole day."""

    first_day: date
    last_day: date
    begins: time | None = None
    ends: time | None = None

    def periods(self) -> Iterator[tuple[datetime, datetime]]:
        if self.begins is None or self.ends is None:
            yield clock.day_begins(self.first_day), clock.day_ends(self.last_day)
            return
        for offset in range((self.last_day - self.first_day).days + 1):
            day = self.first_day + timedelta(days=offset)
            yield clock.at(day, self.begins), clock.at(day, self.ends)


@dataclass(frozen=True)
class Closing:
    closure: Closure
    cancelled: Sequence[Booking]


def bookings_hit(stretch: Stretch) -> list[Booking]:
    """Bookings that a closure would cancel: those not over yet."""
    periods = list(stretch.periods())
    rows = (
        Booking.objects.filter(status__in=Booking.AHEAD, ends_at__gt=clock.now())
        .overlapping(periods[0][0], periods[-1][1])
        .select_related("space__policy", "group", "booked_by")
        .order_by("begins_at", "pk")
    )
    return [
        booking
        for booking in rows
        if any(booking.begins_at < ends_at and booking.ends_at > begins_at for begins_at, ends_at in periods)
    ]


def close_centre(
    *, stretch: Stretch, kind: Closure.Kind, reason: str, cancelling: Collection[int], by: User
) -> Closing:
    """Save the closure, cancel the bookings it hits and write to their groups: all or nothing.

    `cancelling` names the bookings that staff saw. Raises ValidationError "hits" when others came in between, and
    what kyodo.centre refuses ("past", "days_order", "times_order", "already_closed").
    """
    if not rights.can_hold(by):
        raise PermissionDenied
    if not timedelta(0) <= stretch.last_day - stretch.first_day <= timedelta(days=LONGEST_DAYS):
        raise ValidationError(_("最後の日は、最初の日から1年のうちで選んでください。"), code="days_order")
    with reserving(unit_ids=Unit.objects.values_list("pk", flat=True)):
        closure = centre_actions.close_days(
            first_day=stretch.first_day,
            last_day=stretch.last_day,
            begins=stretch.begins,
            ends=stretch.ends,
            kind=kind,
            reason=reason,
            by=by,
        )
        hit = [booking.pk for booking in bookings_hit(stretch)]
        if set(hit) - set(cancelling):
            raise ValidationError(
                _("確認しているあいだに予約が増えました。一覧を確かめてから、もう一度お願いします。"),
                code="hits",
            )
        cancelled = list(
            Booking.objects.select_related("space__policy", "group", "booked_by")
            .select_for_update(of=("self",), no_key=True)
            .filter(pk__in=hit, status__in=Booking.AHEAD)
            .order_by("begins_at", "pk")
        )
        for booking in cancelled:
            let_go(booking, by=by, reason=closure.public_reason)
            emails.booking_cancelled(booking, by)
        for begins_at, ends_at in stretch.periods():
            _keep_everything(closure, begins_at, ends_at, by=by)
    return Closing(closure, cancelled)


def reopen_centre(*, closure: Closure, by: User) -> None:
    """End a closure from today on and give its places back."""
    if not rights.can_hold(by):
        raise PermissionDenied
    with transaction.atomic():
        for hold in closure.holds.filter(released_at__isnull=True):
            release_hold(hold=hold, by=by)
        centre_actions.reopen(closure=closure, by=by)


def _keep_everything(closure: Closure, begins_at: datetime, ends_at: datetime, *, by: User) -> None:
    """Hold all units for a period, around what is there already: other holds, and uses that are over."""
    units = list(Unit.objects.all())
    hold = Hold.objects.create(
        kind=Hold.Kind.CLOSURE,
        title=closure.public_reason[:100],
        closure=closure,
        begins_at=begins_at,
        ends_at=ends_at,
        placed_by=by,
    )
    hold.units.set(units)
    there: dict[int, list[tuple[datetime, datetime]]] = {unit.pk: [] for unit in units}
    rows = (
        Occupancy.objects.overlapping(begins_at, ends_at).order_by("period").values_list("unit_id", "period")
    )
    for unit_id, period in rows:
        there.setdefault(unit_id, []).append((period.lower, period.upper))
    Occupancy.objects.bulk_create(
        Occupancy(unit=unit, hold=hold, period=gap)
        for unit in units
        for gap in gaps(begins_at, ends_at, there[unit.pk])
    )


def gaps(
    begins_at: datetime, ends_at: datetime, there: Sequence[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    """What is left of a period between sorted stretches that don't overlap each other."""
    for begins, ends in there:
        if begins > begins_at:
            yield begins_at, begins
        begins_at = max(begins_at, ends)
    if begins_at < ends_at:
        yield begins_at, ends_at
