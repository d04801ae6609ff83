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
from spaces.actions.bookings import cut_short, let_go
from spaces.actions.holds import release_hold
from spaces.actions.locking import reserving
from spaces.models import Booking, Hold, Occupancy, Unit
from spaces.queries.closures import cancelled_ahead
from spaces.rules import rights

LONGEST_DAYS = 400


@dataclass(frozen=True)
class Stretch:
    """The time to be closed: whole days, the same hours of each day, or from an hour of the first day on."""

    first_day: date
    last_day: date | None
    """None while nobody knows when the centre opens again."""
    begins: time | None = None
    ends: time | None = None

    @property
    def last_held(self) -> date:
        """Until when the places are kept; the calendar is closed beyond it too where the end is not known."""
        return self.last_day or self.first_day + timedelta(days=LONGEST_DAYS)

    def periods(self) -> Iterator[tuple[datetime, datetime]]:
        if self.ends is None:
            begins_at = clock.at(self.first_day, self.begins or time(0))
            yield begins_at, clock.day_ends(self.last_held)
            return
        for offset in range((self.last_held - self.first_day).days + 1):
            day = self.first_day + timedelta(days=offset)
            yield clock.at(day, self.begins or time(0)), clock.at(day, self.ends)


@dataclass(frozen=True)
class Hit:
    """A booking that a closure touches, and when it could end instead of being cancelled."""

    booking: Booking
    ends_at: datetime | None

    @property
    def is_here(self) -> bool:
        """Its people sit there now: they are asked to go earlier, not never to have come."""
        return self.booking.status == Booking.Status.USED


@dataclass(frozen=True)
class Closing:
    closure: Closure
    cancelled: list[Booking]
    shortened: list[Booking]


def hits(stretch: Stretch) -> list[Hit]:
    """Bookings not over yet that a closure would cancel or cut short."""
    periods = list(stretch.periods())
    rows = (
        Booking.objects.filter(
            status__in=(*Booking.AHEAD, Booking.Status.USED), ends_at__gt=max(clock.now(), periods[0][0])
        )
        .overlapping(periods[0][0], periods[-1][1])
        .filter(left_at__isnull=True)
        .select_related("space__policy", "group", "booked_by")
        .defer("group__search")
        .order_by("begins_at", "pk")
    )
    found = []
    for booking in rows:
        touched = [
            period for period in periods if booking.begins_at < period[1] and booking.ends_at > period[0]
        ]
        if not touched:
            continue
        closes_at = touched[0][0]
        hit = Hit(booking, closes_at if closes_at > booking.begins_at else None)
        if not hit.is_here or hit.ends_at:
            found.append(hit)
    return found


def close_centre(
    *,
    stretch: Stretch,
    kind: Closure.Kind,
    reason: str,
    cancelling: Collection[int],
    shortening: Collection[int] = (),
    by: User,
) -> Closing:
    """Save the closure, cancel or cut short the bookings it hits and write to their groups: all or nothing.

    `cancelling` and `shortening` name the bookings that staff saw. Raises ValidationError "hits" when others came in
    between, and what kyodo.centre refuses ("past", "days_order", "times_order", "already_closed").
    """
    if not rights.can_hold(by):
        raise PermissionDenied
    if not timedelta(0) <= stretch.last_held - stretch.first_day <= timedelta(days=LONGEST_DAYS):
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
        hit = {found.booking.pk: found for found in hits(stretch)}
        if set(hit) - set(cancelling) - set(shortening):
            raise ValidationError(
                _("確認しているあいだに予約が増えました。一覧を確かめてから、もう一度お願いします。"),
                code="hits",
            )
        closing = Closing(closure, cancelled=[], shortened=[])
        for booking in (
            Booking.objects.select_related("space__policy", "group", "booked_by")
            .select_for_update(of=("self",), no_key=True)
            .filter(pk__in=hit, status__in=(*Booking.AHEAD, Booking.Status.USED))
            .order_by("begins_at", "pk")
        ):
            ends_at = hit[booking.pk].ends_at
            if ends_at and (booking.pk in shortening or booking.status == Booking.Status.USED):
                cut_short(booking, ends_at=ends_at)
                emails.booking_cut_short(booking, closure.public_reason)
                closing.shortened.append(booking)
            elif booking.status in Booking.AHEAD:
                booking.cancelled_for = closure
                let_go(booking, by=by, reason=closure.public_reason)
                emails.booking_cancelled(booking, by)
                closing.cancelled.append(booking)
        for begins_at, ends_at in stretch.periods():
            _keep_everything(closure, begins_at, ends_at, by=by)
    return closing


def reopen_centre(*, closure: Closure, by: User) -> list[Booking]:
    """End a closure from today on, give its places back, and tell those whose bookings ahead it had cancelled.

    Nothing is booked again for them: they may have other plans by now. Answers whom we wrote to.
    """
    if not rights.can_hold(by):
        raise PermissionDenied
    with transaction.atomic():
        cancelled = list(cancelled_ahead([closure.pk]))
        for hold in closure.holds.filter(released_at__isnull=True):
            release_hold(hold=hold, by=by)
        centre_actions.reopen(closure=closure, by=by)
        for booking in cancelled:
            emails.closure_lifted(booking)
    return cancelled


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
