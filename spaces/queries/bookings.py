"""What the pages of bookings read; also what the front door and a group's page show of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Extract
from django.utils.translation import gettext as _

from accounts.models import Group, Membership, User
from kyodo import clock
from spaces.models import Booking, BookingPolicy, Space
from spaces.models.bookings import BookingQuerySet
from spaces.rules import rights


def my_bookings(user: User) -> BookingQuerySet:
    """Bookings of the groups a person belongs to; for staff too only these."""
    mine: BookingQuerySet = (
        Booking.objects.filter(group__memberships__user_id=user.pk)
        .select_related("space__policy", "group")
        .defer("group__search")
    )
    return mine


def upcoming_bookings(user: User, limit: int = 5) -> list[Booking]:
    """What is coming for this person's groups, soonest first."""
    return list(my_bookings(user).upcoming()[:limit])


def group_bookings(group: Group, limit: int = 20) -> list[Booking]:
    """What is coming for one group, soonest first."""
    return list(group.bookings.upcoming().select_related("space__policy")[:limit])


@dataclass(frozen=True)
class GroupChoices:
    """In whose name a person may book, and why not where they may not."""

    bookable: list[Group]
    not_current: list[Group]
    """The right is there, the registration is not in force."""
    only_member: list[Group]
    """In force, but others of the group do the booking."""


def group_choices(user: User) -> GroupChoices:
    memberships = list(
        Membership.objects.filter(user_id=user.pk)
        .select_related("group")
        .defer("group__search")
        .order_by("group__name_kana", "group_id")
    )
    may = [membership.group for membership in memberships if membership.role in Membership.BOOKING_ROLES]
    return GroupChoices(
        bookable=[group for group in may if group.is_current],
        not_current=[group for group in may if not group.is_current],
        only_member=[
            membership.group for membership in memberships if membership.role not in Membership.BOOKING_ROLES
        ],
    )


def minutes_left(
    groups: Iterable[Group], policy: BookingPolicy, day: date, *, leaving_out: Booking | None = None
) -> dict[int, int]:
    """What each group may still book on a day under one policy; empty where the policy sets no limit."""
    if policy.daily_minutes is None:
        return {}
    bookings = Booking.objects.live().on(day).filter(group__in=groups, space__policy=policy)
    if leaving_out is not None:
        bookings = bookings.exclude(pk=leaving_out.pk)
    seconds = bookings.values("group_id").annotate(
        seconds=Sum(Extract(F("ends_at") - F("begins_at"), "epoch"))
    )
    used = {row["group_id"]: int(row["seconds"]) // 60 for row in seconds.order_by()}
    return {group.pk: max(policy.daily_minutes - used.get(group.pk, 0), 0) for group in groups}


def same_booking(
    *, space: Space, group: Group, begins_at: datetime, ends_at: datetime, by: User
) -> Booking | None:
    """What this person has booked already with the very same words: a form sent twice."""
    return (
        Booking.objects.live()
        .filter(space=space, group=group, begins_at=begins_at, ends_at=ends_at, booked_by=by)
        .order_by("pk")
        .first()
    )


@dataclass(frozen=True)
class BookingPage:
    booking: Booking
    change_until: datetime
    can_change: bool
    can_cancel: bool
    is_after_deadline: bool
    waits_for_claim: bool
    next_step: str


def booking_page(booking: Booking, user: User) -> BookingPage:
    ahead = booking.status in Booking.AHEAD and booking.begins_at > clock.now()
    can_change = rights.can_change(user, booking)
    return BookingPage(
        booking=booking,
        change_until=rights.change_deadline(booking, booking.space.policy),
        can_change=can_change,
        can_cancel=rights.can_cancel(user, booking),
        is_after_deadline=ahead and not rights.is_before_deadline(user, booking),
        waits_for_claim=booking.claim_until is not None and booking.status == Booking.Status.REQUESTED,
        next_step=_next_step(booking),
    )


def _next_step(booking: Booking) -> str:
    """What happens now, in one sentence."""
    status = Booking.Status(booking.status)
    if status == Booking.Status.REQUESTED and booking.claim_until is None:
        return _("職員が確かめて、結果をメールでお知らせします。それまで、この時間はお取りしています。")
    if status == Booking.Status.CONFIRMED and booking.ends_at > clock.now():
        return _("当日は、下のQRコードか予約番号を受付でお見せください。")
    return {
        Booking.Status.CANCELLED: _("この予約は取り消されました。"),
        Booking.Status.DECLINED: _("この申し込みは、お受けできませんでした。"),
        Booking.Status.USED: _("ご利用ありがとうございました。"),
        Booking.Status.NO_SHOW: _("来館の受付がありませんでした。"),
    }.get(status, "")


@dataclass(frozen=True)
class HistoryLine:
    """One step in the life of a booking, for staff."""

    at: datetime
    status: str
    space: str
    begins_at: datetime
    ends_at: datetime
    people: int
    by: str


def booking_history(booking: Booking) -> list[HistoryLine]:
    """Newest first, out of the database's own record; two queries."""
    events = list(
        booking.pgh_events.select_related("pgh_context", "space").order_by("-pgh_created_at", "-pgh_id")  # type: ignore[attr-defined]
    )
    ids = {_user_id(event) for event in events}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}
    return [
        HistoryLine(
            at=event.pgh_created_at,
            status=str(Booking.Status(event.status).label),
            space=event.space.name,
            begins_at=event.begins_at,
            ends_at=event.ends_at,
            people=event.people,
            by=names.get(_user_id(event), ""),
        )
        for event in events
    ]


def _user_id(event: Any) -> int:
    """0 for nobody: the system, or a job."""
    return (event.pgh_context.metadata.get("user") if event.pgh_context else None) or 0
