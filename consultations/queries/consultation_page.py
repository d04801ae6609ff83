"""The page of one consultation: what stands in the middle, and what stands beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.models import Access, CannedReply, Consultation, Contact, Introduction, LockOut, Presence
from consultations.queries.opening import Opened
from consultations.queries.timeline import Timeline, timeline_of
from consultations.rules import replies, rights
from kyodo import clock, dates
from kyodo.statements import Statement

MOST_OTHERS = 8
PRESENT_SECONDS = 60
SOON = timedelta(days=2)

Status = Consultation.Status


@dataclass(frozen=True)
class Due:
    """The deadline in words; `state` gives it a colour beside them."""

    state: str
    words: str


@dataclass(frozen=True)
class Steps:
    """Which buttons stand on the page. The actions ask again."""

    works: bool
    assigns_others: bool
    takes: bool
    starts: bool
    waits: bool
    closes: bool
    reopens: bool
    refers: bool
    advises: bool
    keeps_out: bool


@dataclass(frozen=True)
class Other:
    """Another consultation that has to do with this one, and why."""

    consultation: Consultation
    reasons: Sequence[str]
    is_related: bool


@dataclass(frozen=True)
class ConsultationPage:
    opened: Opened
    steps: Steps
    due: Due | None
    warnings: Sequence[str]
    shows_contact: bool
    timeline: Timeline
    present: Sequence[Presence]
    colleagues: Sequence[User]
    duplicates: Sequence[Other]
    others: Sequence[Other]
    introductions: Sequence[Introduction]
    canned: Sequence[tuple[int, str, str]]
    """Key, title, and the text as it would stand in this reply."""

    @property
    def consultation(self) -> Consultation:
        return self.opened.consultation

    @property
    def is_duplicate(self) -> bool:
        return self.consultation.duplicate_of_id is not None


def page_of(opened: Opened, user: User, *, all_of_it: bool = False) -> ConsultationPage:
    consultation = opened.consultation
    steps = steps_for(user, opened)
    duplicates, others = _others(opened, user)
    introductions = _introductions_of.rows(consultation.pk)
    return ConsultationPage(
        opened=opened,
        steps=steps,
        due=due_of(consultation),
        warnings=warnings_of(consultation.contact) if opened.is_readable else (),
        shows_contact=opened.is_readable,
        timeline=timeline_of(consultation, user, introductions, all_of_it=all_of_it),
        present=present_in(consultation, user),
        colleagues=colleagues_for(consultation, user) if steps.assigns_others else (),
        duplicates=duplicates,
        others=others,
        introductions=introductions,
        canned=canned_texts(opened, user) if steps.works else (),
    )


@Statement
def _introductions_of(consultation: int) -> QuerySet[Introduction]:
    return Introduction.objects.filter(consultation=consultation).select_related("by", "group")


def steps_for(user: User, opened: Opened) -> Steps:
    """Of the office that has it in hand; whoever is kept out never comes this far."""
    consultation = opened.consultation
    status = consultation.status
    works = opened.level == Access.Level.OWNER and rights.has_office(user)
    is_open = works and status != Status.CLOSED
    return Steps(
        works=works,
        assigns_others=is_open and rights.can_assign_others(user),
        takes=is_open and consultation.assignee_id != user.pk,
        starts=is_open and status in (Status.ASSIGNED, Status.WAITING),
        waits=is_open and status in (Status.ASSIGNED, Status.IN_PROGRESS),
        closes=is_open,
        reopens=works and status == Status.CLOSED and consultation.anonymised_at is None,
        refers=is_open,
        advises=is_open and rights.can_run_specialists(user),
        keeps_out=works and rights.can_keep_out(user),
    )


def due_of(consultation: Consultation) -> Due | None:
    if consultation.status == Status.WAITING:
        return Due("stands", _("%(whom)sを待っています") % {"whom": consultation.get_waiting_for_display()})
    if consultation.due_at is None:
        return None
    now = clock.now()
    words = {"when": dates.moment(consultation.due_at)}
    if consultation.due_at < now:
        return Due("late", _("期限を過ぎています：%(when)s") % words)
    if consultation.due_at < clock.day_ends(clock.today()):
        return Due("today", _("今日が期限：%(when)s") % words)
    return Due("soon" if consultation.due_at < now + SOON else "fine", _("期限 %(when)s") % words)


def warnings_of(contact: Contact) -> list[str]:
    """How the person must not be reached, in plain words."""
    found = []
    if not contact.may_phone:
        found.append(_("電話をしないでください"))
    elif contact.phone and not contact.may_leave_message:
        found.append(_("留守番電話や、電話に出た人に伝言しないでください"))
    if not contact.may_mail:
        found.append(_("メールを送らないでください"))
    return found


def colleagues_for(consultation: Consultation, user: User) -> list[User]:
    """Who of the same office may have it in hand."""
    return rights.colleagues(user, _at_work.rows(consultation.pk, user.ward_centre_id))


@Statement
def _at_work(consultation: int, ward_centre: int | None) -> QuerySet[User]:
    kept_out = LockOut.objects.filter(consultation=consultation, user=OuterRef("pk"))
    office = User.objects.filter(is_active=True, ward_centre=ward_centre).filter(~Exists(kept_out))
    return office.exclude(role=User.Role.CITIZEN).order_by("name_kana", "pk")


def who_may_be_kept_out(consultation: Consultation, user: User) -> list[User]:
    """Everybody whose office sees it, but oneself and those kept out already."""
    offices = consultation.accesses.exclude(ward_centre=None).values("ward_centre")
    among = Q(role__in=User.CENTRE_ROLES) | Q(role=User.Role.WARD, ward_centre__in=offices)
    out = consultation.lock_outs.values("user")
    rows = User.objects.filter(among, is_active=True).exclude(pk=user.pk).exclude(pk__in=out)
    return list(rows.order_by("role", "name_kana", "pk"))


def canned_for(consultation: Consultation) -> Any:
    """Those of its kind first, then those for every kind."""
    rows = CannedReply.objects.filter(is_active=True, kind__in=["", consultation.kind])
    return rows.order_by(F("kind").desc(), "position", "pk")


def canned_texts(opened: Opened, user: User) -> list[tuple[int, str, str]]:
    consultation = opened.consultation
    return [
        (one["pk"], one["title"], replies.filled(one["body"], consultation, user)) for one in opened.canned
    ]


def present_in(consultation: Consultation, user: User) -> list[Presence]:
    """Who else has it open; forgotten after a minute."""
    return _present.rows(consultation.pk, user.pk, clock.now() - timedelta(seconds=PRESENT_SECONDS))


@Statement
def _present(consultation: int, reader: int, since: datetime) -> QuerySet[Presence]:
    rows = Presence.objects.filter(consultation=consultation, seen_at__gte=since).exclude(user=reader)
    return rows.select_related("user").order_by("since")


def _others(opened: Opened, user: User) -> tuple[list[Other], list[Other]]:
    """Its duplicates; and those of the same person, mail, phone or group, and those linked by hand."""
    consultation = opened.consultation
    same = _same_contact(consultation.contact)
    linked = set(opened.related)
    keys = [*same, *linked, *filter(None, [consultation.duplicate_of_id])]
    near = _near.rows(user, consultation.pk, keys, consultation.person_id, consultation.group_id)
    others = [Other(row, _reasons(consultation, row, same, linked), row.pk in linked) for row in near]
    duplicates = [other for other in others if other.consultation.duplicate_of_id == consultation.pk]
    return duplicates, [other for other in others if other not in duplicates]


@Statement
def _near(
    user: User, pk: int, keys: list[int], person: int | None, group: int | None
) -> QuerySet[Consultation]:
    near = Q(pk__one_of=keys) | Q(duplicate_of=pk)
    if person is not None:
        near |= Q(person_id=person)
    if group is not None:
        near |= Q(group_id=group)
    rows = Consultation.objects.readable_by(user).filter(near).exclude(pk=pk)
    return rows.only(
        "reference", "subject", "status", "received_at", "person", "group", "duplicate_of", "anonymised_at"
    ).order_by("-received_at")[: MOST_OTHERS + 1]


def _same_contact(contact: Contact) -> dict[int, str]:
    """Consultations whose contact has the same address or number, and which of the two."""
    if not (contact.email or contact.phone_digits):
        return {}
    rows = _contacts_like.rows(contact.pk, contact.email.lower() or None, contact.phone_digits or None)
    return {
        row.consultation_id: _("メールアドレスが同じ")
        if contact.email and row.email.lower() == contact.email.lower()
        else _("電話番号が同じ")
        for row in rows
    }


@Statement
def _contacts_like(pk: int, email: str | None, phone_digits: str | None) -> QuerySet[Contact]:
    same = Q()
    if email is not None:
        same |= Q(lower_email=email)
    if phone_digits is not None:
        same |= Q(phone_digits=phone_digits)
    rows = Contact.objects.alias(lower_email=Lower("email")).filter(same).exclude(pk=pk)
    return rows.order_by("-pk").only("consultation", "email", "phone_digits")[:MOST_OTHERS]


def _reasons(one: Consultation, other: Consultation, same: dict[int, str], linked: set[int]) -> list[str]:
    found = [_("関係する相談")] if other.pk in linked else []
    if other.pk == one.duplicate_of_id:
        found.append(_("元の相談"))
    if one.person_id and other.person_id == one.person_id:
        found.append(_("同じ人"))
    elif other.pk in same:
        found.append(same[other.pk])
    if one.group_id and other.group_id == one.group_id:
        found.append(_("同じ団体"))
    return found
