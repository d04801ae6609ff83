"""What /my/ reads of all apps: what needs this person first, then what is coming, then what was.

Each app's part is a small function that yields entries; a new app adds its own and names it in `my_page`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Application, Group, Membership, User
from accounts.queries import recipients
from accounts.queries.groups import invitations_waiting, memberships_of
from accounts.rules import validity
from consultations.queries import ward_desk
from consultations.queries.own import OwnConsultation, open_consultations
from kyodo import clock, dates
from kyodo.statements import Statement
from spaces.models import Booking
from spaces.queries import bookings, lottery, waiting

# What a booking is expected to be, before its day and after it: it needs no badge.
USUAL = (Booking.Status.CONFIRMED, Booking.Status.USED)


@dataclass(frozen=True)
class Entry:
    """One line: what, when, where it leads. The badge says in words what is out of the ordinary."""

    title: str
    url: str
    text: str = ""
    badge: str = ""
    badge_kind: str = ""
    action: str = ""
    """What to press, in the part of what needs the person: 「続きを書く」"""


@dataclass(frozen=True)
class MyPage:
    needs: Sequence[Entry]
    asked: Sequence[Entry]
    """Consultations and applications that the centre has in hand: they have no day yet."""
    waiting: Sequence[Entry]
    """Draws not yet held and taken times that may come free: nothing is sure, and nothing is to be done."""
    coming: Sequence[Entry]
    has_bookings: bool
    """Bookings are coming, more perhaps than stand here."""
    groups: Sequence[Entry]
    may_book: bool
    past: Sequence[Entry]


def my_page(user: User) -> MyPage:
    memberships = _memberships(user)
    applications = _open_applications(user)
    consultations = open_consultations(user)
    coming = [_booking(one) for one in bookings.upcoming_bookings(user)]
    return MyPage(
        needs=[
            *_ward_desk(user),
            *_invitations(user),
            *_wins_to_claim(user),
            *_applications_to_go_on_with(applications),
            *_registrations_to_renew(memberships, applications),
            *_contacts_to_replace(user, memberships),
            *_consultations_to_answer(consultations),
        ],
        asked=[
            *_consultations_on_their_way(consultations),
            *_applications_on_their_way(applications),
        ],
        waiting=[*_draws_ahead(user), *_times_waited_for(user)],
        coming=[*_talks_fixed(consultations), *_hearings_fixed(applications), *coming],
        has_bookings=bool(coming),
        groups=[_group(membership) for membership in memberships],
        may_book=any(one.role in Membership.BOOKING_ROLES and one.group.is_current for one in memberships),
        past=list(_past_bookings(user)),
    )


# ── The desk of a ward centre ────────────────────────────────────────────────────────────────────────────────────


def _ward_desk(user: User) -> Iterator[Entry]:
    """Always there for its officers: it is where they work."""
    if not user.is_ward_officer:
        return
    waiting = ward_desk.waiting(user)
    yield Entry(
        title=_("区の窓口"),
        url=reverse("ward_desk"),
        text=str(user.ward_centre),
        badge=_("返事を待つもの%(count)d件") % {"count": waiting} if waiting else "",
        badge_kind="new",
        action=_("窓口を開く"),
    )


# ── Invitations ──────────────────────────────────────────────────────────────────────────────────────────────────


def _invitations(user: User) -> Iterator[Entry]:
    for one in invitations_waiting(user):
        inviter = _("センター") if one.invited_by.is_staff else str(one.invited_by)
        yield Entry(
            title=_("%(group)sから招待が届いています") % {"group": one.group},
            url=reverse("own_invitation", args=[one.pk]),
            text=_("招待した人：%(person)s・%(until)sまで")
            % {"person": inviter, "until": dates.day(one.expires_at)},
            action=_("招待を見る"),
        )


# ── Groups and their registration ────────────────────────────────────────────────────────────────────────────────


def _memberships(user: User) -> list[Membership]:
    return [
        membership for membership in memberships_of(user) if membership.group.status != Group.Status.CLOSED
    ]


def _group(membership: Membership) -> Entry:
    group = membership.group
    is_current = group.is_current
    return Entry(
        title=group.name,
        url=group.get_absolute_url(),
        text=_("%(role)s・登録は%(until)sまで")
        % {"role": membership.get_role_display(), "until": dates.day(group.valid_until)},
        badge="" if is_current else _("期限切れ") if group.status == Group.Status.ACTIVE else _("利用停止"),
        badge_kind="" if is_current else "bad",
    )


def _open_applications(user: User) -> list[Application]:
    """Those this person writes: as the applicant, or for a group as its representative."""
    return _open_applications_of.rows(user.pk)


@Statement
def _open_applications_of(person: int) -> QuerySet[Application]:
    represents = Q(
        group__memberships__user_id=person, group__memberships__role=Membership.Role.REPRESENTATIVE
    )
    mine = Application.objects.filter(Q(applicant_id=person) | represents, status__in=Application.OPEN)
    return mine.distinct().order_by("created_at")


def _applications_to_go_on_with(applications: Sequence[Application]) -> Iterator[Entry]:
    for one in applications:
        url = reverse("application_edit", args=[one.reference])
        if one.status == Application.Status.RETURNED:
            yield Entry(
                title=_("登録申請を直して、もう一度送ってください"),
                url=url,
                text=one.name,
                action=_("直す"),
            )
        elif one.status == Application.Status.DRAFT:
            yield Entry(
                title=_("書きかけの登録申請があります"),
                url=url,
                text=one.name,
                action=_("続きを書く"),
            )


def _hearings_fixed(applications: Sequence[Application]) -> Iterator[Entry]:
    for one in applications:
        if one.status == Application.Status.HEARING and one.hearing_at:
            yield Entry(
                title=_("%(name)sのヒアリング") % {"name": one.name},
                url=one.get_absolute_url(),
                text=f"{dates.moment(one.hearing_at)}・{one.get_hearing_way_display()}",
                badge=_("日時決定"),
                badge_kind="good",
            )


def _applications_on_their_way(applications: Sequence[Application]) -> Iterator[Entry]:
    for one in applications:
        if one.status == Application.Status.SUBMITTED:
            yield Entry(
                title=_("%(name)sの登録申請") % {"name": one.name},
                url=one.get_absolute_url(),
                text=_("センターが内容を確かめています。"),
                badge=str(one.get_status_display()),
                badge_kind="wait",
            )


def _registrations_to_renew(
    memberships: Sequence[Membership], applications: Sequence[Application]
) -> Iterator[Entry]:
    under_way = {one.group_id for one in applications if one.type == Application.Type.RENEWAL}
    for membership in memberships:
        group = membership.group
        if membership.role != Membership.Role.REPRESENTATIVE or group.pk in under_way:
            continue
        if validity.can_renew(group, clock.today()):
            yield Entry(
                title=_("%(name)sの登録を更新してください") % {"name": group.name},
                url=reverse("renew_group", args=[group.number]),
                text=_("%(until)sで期限が切れます。") % {"until": dates.day(group.valid_until)}
                if group.is_current
                else _("期限が切れています。更新すると、また予約できます。"),
                action=_("更新する"),
            )


def _contacts_to_replace(user: User, memberships: Sequence[Membership]) -> Iterator[Entry]:
    """The contact has left the group: no mail of the group goes there any more."""
    own = [one.group for one in memberships if one.role == Membership.Role.REPRESENTATIVE]
    # Most representatives are the contact themselves: nothing to ask the database.
    others = [group for group in own if group.contact_email.lower() != user.email.lower()]
    left = recipients.contacts_who_left(others) if others else set()
    for group in own:
        if group.pk in left or not group.contact_name:
            yield Entry(
                title=_("%(name)sの連絡先を決めてください") % {"name": group.name},
                url=reverse("group_contact", args=[group.number]),
                text=_("いまは、連絡担当者がいません。"),
                action=_("連絡先を変える"),
            )


# ── Consultations ────────────────────────────────────────────────────────────────────────────────────────────────


def _consultations_to_answer(consultations: Sequence[OwnConsultation]) -> Iterator[Entry]:
    for one in consultations:
        if one.standing.needs_person:
            yield Entry(
                title=_("相談へのお返事を待っています"),
                url=one.consultation.get_absolute_url(),
                text=one.consultation.title,
                action=_("返事を書く"),
            )


def _consultations_on_their_way(consultations: Sequence[OwnConsultation]) -> Iterator[Entry]:
    for one in consultations:
        if one.appointment is None and not one.standing.needs_person:
            yield Entry(
                title=one.consultation.title,
                url=one.consultation.get_absolute_url(),
                text=one.standing.text,
                badge=one.standing.title,
                badge_kind=one.standing.badge,
            )


def _talks_fixed(consultations: Sequence[OwnConsultation]) -> Iterator[Entry]:
    for one in consultations:
        if one.appointment is not None:
            yield Entry(
                title=one.appointment.title,
                url=one.consultation.get_absolute_url(),
                text="・".join(part for part in (one.appointment.when, one.appointment.place) if part),
                badge=_("日時決定"),
                badge_kind=one.standing.badge,
            )


# ── Bookings ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _wins_to_claim(user: User) -> Iterator[Entry]:
    for win in lottery.wins_to_claim(user):
        if win.booking is None:
            continue
        yield Entry(
            title=_("抽選に当たりました：%(space)s") % {"space": win.booking.space},
            url=reverse("lottery_claim", args=[win.pk]),
            text=_("%(when)s・%(until)sまでに使うと返事をしてください。")
            % {"when": dates.period(win.begins_at, win.ends_at), "until": _until(win.booking)},
            action=_("返事をする"),
        )


def _draws_ahead(user: User) -> Iterator[Entry]:
    for one in lottery.entries_of_person(user):
        yield Entry(
            title=_("抽選：%(space)s") % {"space": one.round.space},
            url=one.round.get_absolute_url(),
            text=_("%(when)s・%(group)s・%(day)sに抽選")
            % {
                "when": dates.period(one.begins_at, one.ends_at),
                "group": one.group,
                "day": dates.day(one.round.draw_at),
            },
            badge=_("抽選待ち"),
            badge_kind="wait",
        )


def _times_waited_for(user: User) -> Iterator[Entry]:
    for entry in waiting.of_groups_of(user):
        yield Entry(
            title=_("空き待ち：%(space)s") % {"space": entry.space},
            url=reverse("waiting"),
            text=f"{dates.period(entry.begins_at, entry.ends_at)}・{entry.group}",
            badge=_("空き待ち"),
            badge_kind="wait",
        )


def _until(booking: Booking) -> str:
    deadline: datetime | None = booking.claim_until
    return dates.moment(deadline) if deadline else ""


def _past_bookings(user: User) -> Iterator[Entry]:
    return (_booking(one) for one in bookings.past_bookings(user))


def _booking(booking: Booking) -> Entry:
    is_usual = booking.status in USUAL
    is_today = booking.status == Booking.Status.CONFIRMED and booking.day == clock.today()
    return Entry(
        title=dates.period(booking.begins_at, booking.ends_at),
        url=booking.get_absolute_url(),
        text=f"{booking.space}・{booking.group}",
        badge=_("今日") if is_today else "" if is_usual else bookings.status_text(booking),
        badge_kind="new" if is_today else bookings.badge(booking),
    )
