"""What became of a booking on its day: the group came, how many, left early, or never came.

Where a group leaves early or does not come, the rest of its time is free at once: the place is let go from the running
step of the clock on, so that somebody at the counter can take it. The booked times stay as they were agreed.
"""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from kyodo import clock
from spaces.actions import bookings
from spaces.actions.locking import reserving
from spaces.models import Booking, BookingPolicy, Visit
from spaces.queries import facts as fact_queries
from spaces.rules import rights
from spaces.tasks.waiting import tell_waiting_later


def check_in(*, booking: Booking, by: User, people: int | None = None) -> Booking:
    """The group has come: noted by staff all day long, or by one of its people through the QR code when it is time.

    `people` is how many really came, where somebody counted. Raises ValidationError "too_early_or_late", "status", and
    "taken" when the group had been noted as missing and its place has gone to others.
    """
    if not rights.may_check_in(by, booking):
        raise PermissionDenied
    with reserving(unit_ids=_units_to_lock(booking)):
        booking = bookings.lock_booking(booking)
        bookings.check_edge(booking, Booking.Status.USED)
        if booking.day != clock.today():
            raise ValidationError(_("受付は、利用の日にできます。"), code="too_early_or_late")
        if not rights.is_time_to_check_in(by, booking):
            raise ValidationError(_("受付は、開始の少し前から終了までです。"), code="too_early_or_late")
        if booking.status == Booking.Status.NO_SHOW:
            _take_place_again(booking)
        booking.status = Booking.Status.USED
        booking.people_came = people
        booking.checked_in_at = clock.now()
        booking.checked_in_by = by if rights.can_run_the_day(by) else None
        bookings.save_next_version(booking)
    return booking


def mark_no_show(*, booking: Booking, by: User) -> Booking:
    """Nobody came: the rest of the time is free at once."""
    if not rights.can_run_the_day(by):
        raise PermissionDenied
    with transaction.atomic():
        booking = bookings.lock_booking(booking)
        bookings.check_edge(booking, Booking.Status.NO_SHOW)
        if booking.begins_at > clock.now():
            raise ValidationError(_("開始の時刻を過ぎてから記録できます。"), code="too_early_or_late")
        booking.status = Booking.Status.NO_SHOW
        bookings.save_next_version(booking)
        _free_rest(booking)
    return booking


def mark_left(*, booking: Booking, by: User, people: int | None = None) -> Booking:
    """The group has gone home: the rest of the time is free at once. `people` as in `check_in`."""
    if not rights.can_run_the_day(by):
        raise PermissionDenied
    with transaction.atomic():
        booking = bookings.lock_booking(booking)
        if not rights.can_mark_left(by, booking):
            raise bookings.wrong_status(booking)
        booking.left_at = clock.now()
        booking.people_came = people or booking.people_came
        bookings.save_next_version(booking)
        _free_rest(booking)
    return booking


def record_people(*, booking: Booking, people: int, by: User) -> Booking:
    """How many really came, corrected afterwards: from the paper sheet, or by counting."""
    if not rights.can_run_the_day(by):
        raise PermissionDenied
    with transaction.atomic():
        booking = bookings.lock_booking(booking)
        if booking.status != Booking.Status.USED:
            raise bookings.wrong_status(booking)
        if booking.people_came != people:
            booking.people_came = people
            bookings.save_next_version(booking)
    return booking


def undo_attendance(*, booking: Booking, by: User) -> Booking:
    """Take back the last thing noted by mistake: that they left, else that they came or did not come.

    Raises ValidationError "taken" when the place has gone to others in the meantime.
    """
    if not rights.can_run_the_day(by):
        raise PermissionDenied
    with reserving(unit_ids=_units_to_lock(booking)):
        booking = bookings.lock_booking(booking)
        if booking.status not in (Booking.Status.USED, Booking.Status.NO_SHOW):
            raise bookings.wrong_status(booking)
        if booking.left_at is not None or booking.status == Booking.Status.NO_SHOW:
            _take_place_again(booking)
        if booking.left_at is not None:
            booking.left_at = None
        else:
            booking.status = Booking.Status.CONFIRMED
            booking.checked_in_at = booking.checked_in_by = booking.people_came = None
        bookings.save_next_version(booking)
    return booking


def note_visit(*, purpose: str, people: int, by: User) -> Visit:
    """People who came without a booked space, counted now."""
    if not rights.can_run_the_day(by):
        raise PermissionDenied
    return Visit.objects.create(purpose=purpose, people=people, noted_by=by)


def take_back_visit(*, visit: Visit, by: User) -> Visit:
    """Noted by mistake: it counts no longer. A second press changes nothing."""
    if not rights.can_run_the_day(by):
        raise PermissionDenied
    with transaction.atomic():
        visit = Visit.objects.select_for_update().get(pk=visit.pk)
        if visit.taken_back_at is None:
            visit.taken_back_at = clock.now()
            visit.save(update_fields=["taken_back_at"])
    return visit


def running_step(policy: BookingPolicy) -> datetime:
    """The beginning of the step of the clock we are in: 13:00 at 13:10, where the space is booked by half hours."""
    now = clock.now().replace(second=0, microsecond=0)
    return now - timedelta(minutes=now.minute % policy.step_minutes)


def _free_rest(booking: Booking) -> None:
    """Let the place go from the running step on; those who wait for that time are told."""
    begins = running_step(booking.space.policy)
    if begins >= booking.ends_at:
        return
    units = bookings.units_of(booking)
    _, until = fact_queries.occupied_period(booking.space.policy, begins, begins)
    if begins <= booking.begins_at:
        booking.occupancies.all().delete()
    else:
        period = fact_queries.occupied_period(booking.space.policy, booking.begins_at, booking.ends_at)
        booking.occupancies.filter(period__endswith__gt=until).update(period=(period[0], until))
    tell_waiting_later(unit_ids=units, begins_at=max(begins, booking.begins_at), ends_at=booking.ends_at)


def _take_place_again(booking: Booking) -> None:
    """The place that was let go, for the whole booked time. What is over needs none."""
    if running_step(booking.space.policy) >= booking.ends_at:
        return
    booking.occupancies.all().delete()
    units = fact_queries.free_units(booking.space, booking.begins_at, booking.ends_at, booking.people)
    if not units:
        raise ValidationError(
            _("空けた時間に、もうほかの予約が入っています。別の場所で「今から使う」を押してください。"),
            code="taken",
        )
    bookings.occupy(booking, units)


def _units_to_lock(booking: Booking) -> list[int]:
    """Only a place that was let go is looked for again."""
    let_go = booking.left_at is not None or booking.status == Booking.Status.NO_SHOW
    return booking.space.unit_ids if let_go else []
