"""Who may do what with bookings, and until when."""

from datetime import datetime, timedelta

from accounts.models import Group, User
from accounts.rules import groups as group_rules
from kyodo import clock
from spaces.models import Booking, BookingPolicy


def may_book_for(user: User, group: Group) -> bool:
    """In the group's name, or for the centre. Whether the group is in force is a limit, told in words."""
    return user.is_staff or group_rules.can_act_for(user, group)


def may_write(user: User, booking: Booking) -> bool:
    return may_book_for(user, booking.group)


def change_deadline(booking: Booking, policy: BookingPolicy) -> datetime:
    """Until then the group itself may change or cancel; staff also after."""
    return booking.begins_at - timedelta(hours=policy.change_deadline_hours)


def is_before_deadline(user: User, booking: Booking) -> bool:
    if user.is_staff:
        return booking.ends_at > clock.now()
    return clock.now() <= change_deadline(booking, booking.space.policy)


def can_change(user: User, booking: Booking) -> bool:
    return booking.status in Booking.AHEAD and may_write(user, booking) and is_before_deadline(user, booking)


def can_cancel(user: User, booking: Booking) -> bool:
    return can_change(user, booking)


def can_decide(user: User) -> bool:
    """Approve or decline what waits for the centre's word."""
    return user.is_active and user.role in (user.Role.COORDINATOR, user.Role.MANAGER)


def can_run_the_day(user: User) -> bool:
    """Check in, no-show, walk-in: all of the centre's staff."""
    return user.is_active and user.is_staff


def may_check_in(user: User, booking: Booking) -> bool:
    """Staff, and whoever of the group stands in front of the place."""
    return can_run_the_day(user) or group_rules.rights_in(user, booking.group).is_member


def is_time_to_check_in(user: User, booking: Booking) -> bool:
    if can_run_the_day(user):
        return booking.day == clock.today()
    return checkin_opens_at(booking) <= clock.now() < booking.ends_at


def can_check_in(user: User, booking: Booking) -> bool:
    return (
        booking.status in (Booking.Status.CONFIRMED, Booking.Status.NO_SHOW)
        and may_check_in(user, booking)
        and is_time_to_check_in(user, booking)
    )


def is_far_from_time(booking: Booking) -> bool:
    """Checked in now, perhaps the wrong line was pressed: before checking in opens, or after the booked time."""
    return not checkin_opens_at(booking) <= clock.now() < booking.ends_at


def can_mark_left(user: User, booking: Booking) -> bool:
    """Here now, and somebody may say that they went home before their time was over."""
    return (
        can_run_the_day(user)
        and booking.status == Booking.Status.USED
        and booking.left_at is None
        and booking.day == clock.today()
        and clock.now() < booking.ends_at
    )


def can_hold(user: User) -> bool:
    return can_decide(user)


def needs_approval(policy: BookingPolicy, use: str, user: User) -> bool:
    """Staff who book have decided already."""
    if user.is_staff or policy.approval == BookingPolicy.Approval.NEVER:
        return False
    return policy.approval == BookingPolicy.Approval.ALWAYS or use == Booking.Use.EVENT


def checkin_opens_at(booking: Booking) -> datetime:
    return booking.begins_at - timedelta(minutes=booking.space.policy.checkin_opens_minutes)
