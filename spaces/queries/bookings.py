"""What the pages of bookings read; also what the front door and a group's page show of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Group, Membership, User
from accounts.queries.groups import memberships_of
from kyodo import clock, dates
from kyodo.statements import Statement
from spaces.models import Booking, LotteryEntry, WaitingEntry
from spaces.models.bookings import BookingQuerySet
from spaces.rules import rights

SHOWN = 5
"""So many bookings stand on a page that shows other things too."""


def my_bookings(user: User) -> BookingQuerySet:
    """Bookings of the groups a person belongs to; for staff too only these."""
    return _bookings_of(user.pk)


def upcoming_bookings(user: User) -> list[Booking]:
    """What is coming for this person's groups, soonest first."""
    return _upcoming_of_person.rows(user.pk, clock.now())


def past_bookings(user: User) -> list[Booking]:
    """The last ones of this person's groups, the newest first."""
    return _past_of_person.rows(user.pk, clock.now())


def group_bookings(group: Group) -> list[Booking]:
    """What is coming for one group, soonest first."""
    return _upcoming_of_group.rows(group.pk, clock.now())


def _bookings_of(person: int) -> BookingQuerySet:
    mine: BookingQuerySet = (
        Booking.objects.filter(group__memberships__user_id=person)
        .select_related("space__policy", "group")
        .defer("group__search")
    )
    return mine


@Statement
def _upcoming_of_person(person: int, now: datetime) -> QuerySet[Booking]:
    return _bookings_of(person).upcoming(now)[:SHOWN]


@Statement
def _past_of_person(person: int, now: datetime) -> QuerySet[Booking]:
    return _bookings_of(person).filter(ends_at__lt=now).order_by("-begins_at", "-pk")[:SHOWN]


@Statement
def _upcoming_of_group(group: int, now: datetime) -> QuerySet[Booking]:
    bookings = Booking.objects.filter(group=group).upcoming(now)
    return bookings.select_related("space", "group").defer("group__search")[:SHOWN]


@dataclass(frozen=True)
class GroupChoices:
    """In whose name a person may book, and why not where they may not."""

    bookable: list[Group]
    not_current: list[Group]
    """The right is there, the registration is not in force."""
    only_member: list[Group]
    """Others of the group do the booking."""


def group_choices(user: User) -> GroupChoices:
    memberships = memberships_of(user)
    may = [membership.group for membership in memberships if membership.role in Membership.BOOKING_ROLES]
    return GroupChoices(
        bookable=[group for group in may if group.is_current],
        not_current=[group for group in may if not group.is_current],
        only_member=[
            membership.group for membership in memberships if membership.role not in Membership.BOOKING_ROLES
        ],
    )


@dataclass(frozen=True)
class BookingsPage:
    """My bookings: what is coming or what is past, of all my groups or of one."""

    bookings: BookingQuerySet
    groups: list[Group]
    when: str
    """"past", or nothing for what is coming."""
    group: str
    waiting: int


def bookings_page(user: User, *, when: str, group: str) -> BookingsPage:
    mine = my_bookings(user)
    groups = list(Group.objects.filter(memberships__user_id=user.pk).defer("search"))
    chosen = next((one for one in groups if str(one.pk) == group), None)
    if chosen:
        mine = mine.filter(group=chosen)
    is_past = when == "past"
    if is_past:
        mine = mine.exclude(status__in=Booking.AHEAD, ends_at__gt=clock.now()).order_by("-begins_at", "-pk")
    else:
        mine = mine.upcoming()
    return BookingsPage(
        bookings=mine,
        groups=groups,
        when="past" if is_past else "",
        group=str(chosen.pk) if chosen else "",
        waiting=WaitingEntry.objects.visible_to(user).waiting().filter(group__in=groups).count(),
    )


def as_typed(booking: Booking) -> dict[str, object]:
    """A booking as its form shows it."""
    begins, ends = clock.local(booking.begins_at), clock.local(booking.ends_at)
    return {
        "space": booking.space.slug,
        "date": begins.date(),
        "begins": f"{begins:%H:%M}",
        "ends": f"{ends:%H:%M}",
        "people": booking.people,
        "purpose": booking.purpose,
        "use": booking.use,
        "supported_by": booking.supported_by,
        "remarks": booking.remarks,
        "version": booking.version,
    }


# How a status looks; the words say it, the badge's colour repeats them.
BADGES = {
    Booking.Status.REQUESTED: "wait",
    Booking.Status.CONFIRMED: "good",
    Booking.Status.DECLINED: "bad",
    Booking.Status.CANCELLED: "over",
    Booking.Status.USED: "over",
    Booking.Status.NO_SHOW: "bad",
}


@dataclass(frozen=True)
class BookingLine:
    """A booking on a list."""

    url: str
    period: str
    space: str
    group: str
    status: str
    badge: str
    reference: str


def booking_lines(bookings: Iterable[Booking]) -> list[BookingLine]:
    return [
        BookingLine(
            url=booking.get_absolute_url(),
            period=dates.period(booking.begins_at, booking.ends_at),
            space=booking.space.name,
            group=booking.group.name,
            status=status_text(booking),
            badge=badge(booking),
            reference=booking.reference,
        )
        for booking in bookings
    ]


@dataclass(frozen=True)
class BookingPage:
    booking: Booking
    status_text: str
    badge: str
    hours: str
    is_ahead: bool
    can_change: bool
    can_cancel: bool
    is_after_deadline: bool
    deadline_text: str
    check_in_text: str
    claim_url: str
    next_step: str


def booking_page(booking: Booking, user: User) -> BookingPage:
    return BookingPage(
        booking=booking,
        status_text=status_text(booking),
        badge=badge(booking),
        hours=dates.hours(booking.begins_at, booking.ends_at),
        is_ahead=booking.is_ahead,
        can_change=rights.can_change(user, booking),
        can_cancel=rights.can_cancel(user, booking),
        is_after_deadline=booking.is_ahead and not rights.is_before_deadline(user, booking),
        deadline_text=_("変更と取消は、%(until)sまでできます。")
        % {"until": dates.moment(rights.change_deadline(booking, booking.space.policy))},
        check_in_text=_("%(opens)sから受付できます。")
        % {"opens": dates.clock_time(rights.checkin_opens_at(booking))},
        claim_url=_claim_url(booking),
        next_step=_next_step(booking),
    )


def badge(booking: Booking) -> str:
    return BADGES[Booking.Status(booking.status)]


def status_text(booking: Booking) -> str:
    """A win that waits for the group's word is not waiting for staff."""
    if booking.status == Booking.Status.REQUESTED and booking.claim_until is not None:
        return _("当選（確認待ち）")
    return str(Booking.Status(booking.status).label)


def _next_step(booking: Booking) -> str:
    """What happens now, in one sentence."""
    status = Booking.Status(booking.status)
    if status == Booking.Status.REQUESTED and booking.claim_until is None:
        return _("職員が確かめて、結果をメールでお知らせします。それまで、この時間はお取りしています。")
    if status == Booking.Status.CONFIRMED and booking.is_ahead:
        return _("当日は、受付用のQRコードか予約番号を受付でお見せください。")
    return {
        Booking.Status.CANCELLED: _("この予約は取り消されました。"),
        Booking.Status.DECLINED: _("この申し込みは、お受けできませんでした。"),
        Booking.Status.USED: _("ご利用ありがとうございました。"),
        Booking.Status.NO_SHOW: _("来館の受付がありませんでした。"),
    }.get(status, "")


def _claim_url(booking: Booking) -> str:
    if booking.status != Booking.Status.REQUESTED or booking.claim_until is None:
        return ""
    entry = LotteryEntry.objects.filter(booking=booking).first()
    return reverse("lottery_claim", args=[entry.pk]) if entry else ""
