"""Everything that happened in one consultation, newest first: what was said, its steps, referrals, sessions, mails."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Q, QuerySet, TextField, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.emails.about import KIND
from consultations.emails.people import COPY, REPLY
from consultations.models import (
    Attachment,
    Consultation,
    Entry,
    Introduction,
    Referral,
    SpecialistSession,
    StatusChange,
    Survey,
)
from kyodo import dates
from kyodo.mail.models import OutgoingMail
from kyodo.statements import Statement

SHOWN = 60
"""A page holds so many; the earlier ones are a press away."""
# Of rows with many columns, and of the people beside them, what is shown: to ask for all takes longer than to answer.
SHOWN_OF_ENTRY = (
    "kind",
    "channel",
    "text",
    "referral",
    "happened_at",
    "written_at",
    "is_reached",
    "minutes",
    "anonymised_at",
    "office__name",
    "mail__state",
    "mail__delivery",
    "mail__sent_at",
    "inbound__entry",
)
SHOWN_OF_SESSION = ("profession", "status", "begins_at", "ends_at", "result", "created_at", "held_at")
SHOWN_OF_REFERRAL = (
    "kind",
    "status",
    "from_name",
    "to_name",
    "summary",
    "is_without_consent",
    "answer_text",
    "outcome",
    "outcome_text",
    "sent_at",
    "answered_at",
    "finished_at",
)
SHOWN_OF_MAIL = (
    "kind",
    "is_private",
    "to",
    "subject",
    "state",
    "delivery",
    "delivery_reason",
    "delivery_at",
    "created_at",
    "sent_at",
)
ICONS = {
    Entry.Kind.NOTE: "pencil",
    Entry.Kind.MESSAGE: "message-circle",
    Entry.Kind.REPLY: "send",
    Entry.Kind.TALK: "phone",
    Entry.Kind.PARTNER: "handshake",
}


@dataclass(frozen=True)
class Happening:
    at: datetime
    kind: str
    title: str
    icon: str
    by: str = ""
    text: str = ""
    notes: Sequence[str] = ()
    """Facts beside it: the way, the minutes, whether somebody was reached."""
    files: Sequence[Attachment] = ()
    mail: OutgoingMail | None = None
    link: str = ""
    pk: int = 0
    is_told: bool = False
    """The person received it."""
    whole: str = ""
    """The mail it came by as it was written, where a quote or a signature was left out of the text."""


@dataclass(frozen=True)
class Timeline:
    happenings: Sequence[Happening]
    is_cut: bool
    last_message: Entry | None
    """The newest words of the person after the question itself."""


def timeline_of(
    consultation: Consultation,
    user: User,
    introductions: Iterable[Introduction],
    *,
    since: datetime | None = None,
    all_of_it: bool = False,
) -> Timeline:
    """For somebody who reads it. What each row shows to whom stands in its own visible_to."""
    entries = _entries(consultation, user, since, all_of_it)
    files = _files(consultation, entries)
    found = [
        *(_entry(one, files.get(one.pk, []), user) for one in entries),
        *_steps(consultation),
        *_referrals(consultation, user, {one.referral_id for one in entries}),
        *_sessions(consultation),
        *_introductions(introductions),
        *_surveys(consultation),
        *_mails(consultation, entries, user),
        _question(consultation, files.get(None, [])),
    ]
    if since is not None:
        found = [one for one in found if one.at > since]
    found.sort(key=lambda one: (one.at, one.pk), reverse=True)
    is_cut = not all_of_it and len(found) > SHOWN
    messages = (one for one in entries if one.kind == Entry.Kind.MESSAGE)
    return Timeline(found[:SHOWN] if is_cut else found, is_cut, next(messages, None))


def _named(person: str) -> Iterator[str]:
    """The columns that a person's name is made of."""
    return (f"{person}__{column}" for column in ("name", "email", "deleted_at"))


def _entries(consultation: Consultation, user: User, since: datetime | None, all_of_it: bool) -> list[Entry]:
    if since is None and not all_of_it:
        return _newest_entries.rows(user, consultation.pk)
    rows = _entries_of(user, consultation.pk)
    if since is not None:
        rows = rows.filter(written_at__gt=since)
    return list(rows if all_of_it else rows[: SHOWN + 1])


@Statement
def _newest_entries(user: User, consultation: int) -> QuerySet[Entry]:
    return _entries_of(user, consultation)[: SHOWN + 1]


def _entries_of(user: User, consultation: int) -> QuerySet[Entry]:
    return (
        Entry.objects.visible_to(user)
        .filter(consultation=consultation)
        .select_related("by", "office", "mail", "inbound")
        .only(*SHOWN_OF_ENTRY, *_named("by"))
        .annotate(
            whole_mail=Case(
                When(inbound__leaves_out=True, then="inbound__text"),
                default=Value(""),
                output_field=TextField(),
            )
        )
        .order_by("-happened_at", "-pk")
    )


def _files(consultation: Consultation, entries: Iterable[Entry]) -> dict[int | None, list[Attachment]]:
    """Those of the entries that are shown, and those of the question; each is given out through visible_to again."""
    found: dict[int | None, list[Attachment]] = {}
    for file in _files_of.rows(consultation.pk, [entry.pk for entry in entries]):
        found.setdefault(file.entry_id, []).append(file)
    return found


@Statement
def _files_of(consultation: int, entries: list[int]) -> QuerySet[Attachment]:
    shown = Q(entry__isnull=True) | Q(entry__one_of=entries)
    return Attachment.objects.filter(shown, consultation=consultation)


def _question(consultation: Consultation, files: Sequence[Attachment]) -> Happening:
    return Happening(
        at=consultation.received_at,
        kind="question",
        title=_("相談を受け付けた"),
        icon="circle-question-mark",
        by=str(consultation.recorded_by or ""),
        notes=[consultation.get_channel_display()],
        files=files,
    )


def _entry(entry: Entry, files: Sequence[Attachment], user: User) -> Happening:
    notes = []
    if entry.kind == Entry.Kind.TALK:
        notes = [
            entry.get_channel_display(),
            _("話せた") if entry.is_reached else _("つながらなかった"),
            _("%(minutes)s分") % {"minutes": entry.minutes} if entry.minutes else "",
        ]
    elif entry.kind == Entry.Kind.MESSAGE:
        notes = [entry.get_channel_display()]
    if entry.office:
        notes.append(entry.office.name)
    if (entry.written_at - entry.happened_at).total_seconds() > 3600:
        notes.append(_("%(when)s に記録") % {"when": dates.moment(entry.written_at)})
    return Happening(
        at=entry.happened_at,
        kind=entry.kind,
        title=entry.get_kind_display(),
        icon=ICONS[Entry.Kind(entry.kind)],
        by=str(entry.by or ""),
        text=entry.text if not entry.anonymised_at else _("（消去しました）"),
        notes=[note for note in notes if note],
        files=files,
        mail=entry.mail,
        link=_whole_mail(entry, user),
        pk=entry.pk,
        is_told=entry.kind == Entry.Kind.REPLY,
        whole="" if entry.anonymised_at else entry.whole_mail,  # type: ignore[attr-defined]
    )


def _whole_mail(entry: Entry, user: User) -> str:
    """The mail that a message came by, with what it quotes and files we did not take: on a page of the centre's staff."""
    if not (user.is_staff and hasattr(entry, "inbound")):
        return ""
    return reverse("admin:consultations_inbound_mail", args=[entry.inbound.pk])


def _steps(consultation: Consultation) -> Iterator[Happening]:
    """The first is the receipt, which stands as the question."""
    assignee_id = None
    for change in _changes_of.rows(consultation.pk):
        title = _title_of(change, assignee_id)
        assignee_id = change.assignee_id
        if title:
            yield Happening(
                at=change.at,
                kind="status",
                title=title,
                icon="flag",
                by=str(change.by or ""),
                notes=[change.why] if change.why else [],
                pk=change.pk,
            )


@Statement
def _changes_of(consultation: int) -> QuerySet[StatusChange]:
    changes = StatusChange.objects.filter(consultation=consultation).select_related("by", "assignee")
    return changes.only("before", "after", "at", "why", *_named("by"), *_named("assignee"))


def _title_of(change: StatusChange, assignee_before: int | None) -> str:
    if not change.before:
        return ""
    words = []
    if change.before != change.after:
        before, after = Consultation.Status(change.before).label, Consultation.Status(change.after).label
        words.append(_("%(before)s → %(after)s") % {"before": before, "after": after})
    if change.assignee_id != assignee_before and change.assignee:
        words.append(_("担当 %(who)s") % {"who": change.assignee})
    return "　".join(str(word) for word in words) or _("担当を決め直した")


def _referrals(
    consultation: Consultation, user: User, written: Collection[int | None]
) -> Iterator[Happening]:
    """`written`: those whose answers stand as entries, with their words; here only that they came."""
    for row in _referrals_of.rows(user, consultation.pk):
        names = {"kind": row.get_kind_display(), "sender": row.from_name, "receiver": row.to_name}
        link = _referral_link(row)
        yield Happening(
            at=row.sent_at,
            kind="referral",
            title=_("%(kind)s：%(sender)s → %(receiver)s") % names,
            icon="handshake",
            by=str(row.sent_by),
            text=row.summary,
            notes=[row.get_status_display(), *([_("同意なし")] if row.is_without_consent else [])],
            link=link,
            pk=row.pk,
        )
        if row.answered_at:
            status = _("断った") if row.status == Referral.Status.DECLINED else _("引き受けた")
            yield Happening(
                at=row.answered_at,
                kind="referral",
                title=_("%(receiver)sの返事：%(status)s") % {**names, "status": status},
                icon="handshake",
                by=str(row.answered_by or ""),
                text="" if row.pk in written else row.answer_text,
                link=link,
                pk=row.pk,
            )
        if row.finished_at and row.status == Referral.Status.DONE:
            yield Happening(
                at=row.finished_at,
                kind="referral",
                title=_("%(receiver)sの結果：%(outcome)s") % {**names, "outcome": row.get_outcome_display()},
                icon="circle-check",
                text="" if row.pk in written else row.outcome_text,
                link=link,
                pk=row.pk,
            )


@Statement
def _referrals_of(user: User, consultation: int) -> QuerySet[Referral]:
    rows = Referral.objects.visible_to(user).filter(consultation=consultation)
    return rows.select_related("sent_by", "answered_by").only(
        *SHOWN_OF_REFERRAL, *_named("sent_by"), *_named("answered_by")
    )


def _referral_link(referral: Referral) -> str:
    return reverse("admin:consultations_referral_page", args=[referral.pk])


def _sessions(consultation: Consultation) -> Iterator[Happening]:
    for row in _sessions_of.rows(consultation.pk):
        who = str(row.specialist) if row.specialist else row.get_profession_display()
        link = reverse("admin:consultations_session", args=[row.pk])
        when = dates.period(row.begins_at, row.ends_at) if row.begins_at and row.ends_at else ""
        yield Happening(
            at=row.created_at,
            kind="session",
            title=_("士業相談：%(who)s") % {"who": who},
            icon="users",
            by=str(row.created_by or ""),
            notes=[note for note in (row.get_status_display(), when) if note],
            link=link,
            pk=row.pk,
        )
        if row.held_at:
            yield Happening(
                at=row.held_at,
                kind="session",
                title=_("士業相談の結果：%(who)s") % {"who": who},
                icon="circle-check",
                text=row.result,
                link=link,
                pk=row.pk,
            )


@Statement
def _sessions_of(consultation: int) -> QuerySet[SpecialistSession]:
    rows = SpecialistSession.objects.filter(consultation=consultation)
    return rows.select_related("specialist", "created_by").only(
        *SHOWN_OF_SESSION, "specialist__profession", "specialist__name", *_named("created_by")
    )


def _introductions(rows: Iterable[Introduction]) -> Iterator[Happening]:
    for row in rows:
        yield Happening(
            at=row.introduced_at,
            kind="introduction",
            title=_told(row) % {"name": row.name},
            icon="sprout",
            by=str(row.by),
            text=row.reason,
            pk=row.pk,
        )
        if row.result_at:
            yield Happening(
                at=row.result_at,
                kind="introduction",
                title=_became(row) % {"name": row.name, "result": row.get_result_display()},
                icon="sprout",
                text=row.result_text,
                pk=row.pk,
            )


def _told(row: Introduction) -> str:
    return _("制度を紹介：%(name)s") if row.programme_id else _("相手を紹介：%(name)s")


def _became(row: Introduction) -> str:
    return _("%(name)sのその後：%(result)s") if row.programme_id else _("%(name)sとのその後：%(result)s")


def _surveys(consultation: Consultation) -> Iterator[Happening]:
    """What the person answered afterwards: why they want it to go on stands nowhere else."""
    for row in _answered_surveys.rows(consultation.pk):
        assert row.answered_at is not None  # noqa: S101 - asked for
        yield Happening(
            at=row.answered_at,
            kind="survey",
            title=_("アンケートの答え：%(solved)s") % {"solved": row.get_solved_display()},
            icon="message-circle",
            text=row.comment,
            notes=[_("対応の評価 5点中%(rating)s点") % {"rating": row.rating}] if row.rating else [],
            pk=row.pk,
        )


@Statement
def _answered_surveys(consultation: int) -> QuerySet[Survey]:
    return Survey.objects.filter(consultation=consultation, answered_at__isnull=False)


def _mails(consultation: Consultation, entries: Iterable[Entry], user: User) -> Iterator[Happening]:
    """What the site itself sent to the person: the acknowledgement, the survey; replies stand as entries. And of every mail
    about it that is late or came back, a line on the day it was found out, for the office that has it in hand.
    """
    known = {entry.mail_id for entry in entries if entry.mail_id}
    address = consultation.contact.email
    for mail in _mails_about.rows(consultation.pk, address):
        if mail.delivery_at is not None and consultation.ward_centre_id == user.ward_centre_id:
            yield Happening(
                at=mail.delivery_at,
                kind="undelivered",
                title=_undelivered_title(mail),
                icon="triangle-alert",
                text=mail.get_delivery_reason_display(),
                notes=[mail.subject, mail.to],
                pk=mail.pk,
            )
        # Of the others only their way back is told: replies stand as entries.
        is_copy = mail.kind == COPY
        is_to_person = mail.to.lower() == address.lower() and not mail.is_private and mail.kind != REPLY
        if mail.pk not in known and (is_to_person or is_copy):
            yield Happening(
                at=mail.created_at,
                kind="mail",
                title=_("返信の写し（Cc）") if is_copy else mail.subject,
                icon="mail",
                notes=[mail.to] if is_copy else [],
                mail=mail,
                pk=mail.pk,
                is_told=is_to_person,
            )


def _undelivered_title(mail: OutgoingMail) -> str:
    if mail.delivery == OutgoingMail.Delivery.LATE:
        return _("メールが届くのが遅れています")
    return _("メールが届きませんでした")


@Statement
def _mails_about(consultation: int, address: str) -> QuerySet[OutgoingMail]:
    """Not the codes that open the person's page: they are no news to anybody."""
    told = Q(to__iexact=address, is_private=False) & ~Q(kind=REPLY) | Q(kind=COPY)
    mails = OutgoingMail.objects.about(KIND, [consultation]).filter(told | ~Q(delivery=""))
    return mails.only(*SHOWN_OF_MAIL)[:SHOWN]
