"""Units kept free by staff. What a hold hits is listed first; only what was listed and agreed to is cancelled."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from kyodo import clock
from spaces import emails
from spaces.actions.bookings import let_go
from spaces.actions.locking import reserving, taken
from spaces.models import Booking, Hold, Occupancy, Unit
from spaces.rules import rights
from spaces.tasks.waiting import tell_waiting_later


def hits(*, units: Sequence[Unit], begins_at: datetime, ends_at: datetime) -> list[Booking]:
    """The live bookings that stand in the way of a hold."""
    occupied = Occupancy.objects.filter(unit__in=units, booking__isnull=False).overlapping(begins_at, ends_at)
    return list(
        Booking.objects.filter(pk__in=occupied.values("booking_id"))
        .select_related("space", "group", "booked_by")
        .order_by("begins_at", "pk")
    )


def place_hold(
    *,
    kind: str,
    title: str,
    units: Sequence[Unit],
    begins_at: datetime,
    ends_at: datetime,
    by: User,
    note: str = "",
    cancelling: Collection[int] = (),
    reason: str = "",
) -> Hold:
    """Keep units free. `cancelling` names the bookings that staff saw and agreed to cancel, with `reason` mailed.

    Raises ValidationError "hits" when others are in the way by now, "taken" when another hold is.
    """
    if not rights.can_hold(by):
        raise PermissionDenied
    if not units:
        raise ValidationError(_("場所を選んでください。"), code="units")
    if ends_at <= begins_at:
        raise ValidationError(_("終了は開始より後にしてください。"), code="time_order")
    with reserving(unit_ids=[unit.pk for unit in units]):
        in_the_way = hits(units=units, begins_at=begins_at, ends_at=ends_at)
        if {booking.pk for booking in in_the_way} - set(cancelling):
            raise ValidationError(
                _("この時間には予約があります。取り消す予約を確かめてから、もう一度お願いします。"),
                code="hits",
            )
        # In the order in which a series is cancelled too, so that the two never wait for each other.
        for booking in (
            Booking.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk__in=[booking.pk for booking in in_the_way])
            .order_by("begins_at", "pk")
        ):
            if booking.status not in Booking.AHEAD:
                raise ValidationError(
                    _("利用が済んだ予約と重なっています。時間を変えてください。"), code="hits"
                )
            let_go(booking, by=by, reason=reason)
            emails.booking_cancelled(booking, by)
        if Occupancy.objects.filter(unit__in=units).overlapping(begins_at, ends_at).exists():
            raise taken()
        hold = Hold.objects.create(
            kind=kind, title=title.strip(), note=note, begins_at=begins_at, ends_at=ends_at, placed_by=by
        )
        hold.units.set(units)
        Occupancy.objects.bulk_create(
            Occupancy(unit=unit, hold=hold, period=(begins_at, ends_at)) for unit in units
        )
    return hold


def release_hold(*, hold: Hold, by: User) -> Hold:
    if not rights.can_hold(by):
        raise PermissionDenied
    return give_up_hold(hold=hold, by=by)


def give_up_hold(*, hold: Hold, by: User) -> Hold:
    """For an action that kept the place for something which no longer takes place, whoever ended that."""
    with transaction.atomic():
        hold = Hold.objects.select_for_update(no_key=True).get(pk=hold.pk)
        if hold.released_at is not None:
            return hold
        units = list(hold.occupancies.values_list("unit_id", flat=True))
        hold.occupancies.all().delete()
        hold.released_at, hold.released_by = clock.now(), by
        hold.save()
        tell_waiting_later(unit_ids=units, begins_at=hold.begins_at, ends_at=hold.ends_at)
    return hold
