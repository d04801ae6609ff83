"""How a consultation begins: asked on the web, or written down by an office. One way in for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Group, User
from consultations.actions import access, entries, files, steps
from consultations.emails import people as emails
from consultations.models import Consultation, Contact, StatusChange, WishedTime
from consultations.rules import deadlines, rights, subjects
from kyodo import clock, ratelimit, text
from kyodo.centre.models import ActivityField, Ward, WardCentre
from kyodo.files import Accepted, kept_with_rows

Channel = Consultation.Channel

ACKNOWLEDGED_AN_HOUR = 5
"""Mails to one address that anybody can have sent by writing it into the form. Beyond that the questions are taken in all
the same, without a mail: refused, five of a stranger's would close the address to its owner."""


@dataclass(frozen=True)
class Question:
    """What somebody asks."""

    audience: str
    kind: str
    subject: str
    text: str
    fields: Sequence[ActivityField] = ()
    ward: Ward | None = None
    wish: str = Consultation.Wish.MAIL
    wished_times: Sequence[datetime] = ()
    group: Group | None = None
    accepted: Sequence[Accepted] = ()


@dataclass(frozen=True)
class ContactDetails:
    """Who asks, and how we may reach them."""

    name: str = ""
    name_kana: str = ""
    organisation: str = ""
    email: str = ""
    phone: str = ""
    may_phone: bool = True
    may_mail: bool = True
    may_leave_message: bool = False


@dataclass(frozen=True)
class Answered:
    """How a question that was answered at once ended."""

    outcome: str
    outcome_text: str


@dataclass(frozen=True)
class Record:
    """What an office writes down of it: how it came, what was said, what comes next."""

    channel: str
    happened_at: datetime | None = None
    note: str = ""
    minutes: int | None = None
    next_step: str = ""
    follow_up_on: date | None = None
    takes_it: bool = True
    """Whoever writes it down has it in hand; else it waits in the common inbox."""
    answered: Answered | None = field(default=None)


def ask(
    *,
    question: Question,
    contact: ContactDetails,
    by: User | None,
    consents_to_use: bool,
    consents_to_referral: bool = False,
    form_key: UUID | None = None,
) -> Consultation:
    """Somebody asks on the web, signed in or not; the acknowledgement leaves with it. Always goes to the centre.

    `form_key` is that of the form it was sent with: pressed twice, the second press gets what the first has made.
    """
    if not consents_to_use:
        raise ValidationError(_("利用目的への同意が必要です。"), code="consent")
    if not (contact.email or contact.phone):
        raise ValidationError(_("メールアドレスか電話番号のどちらかを書いてください。"), code="unreachable")
    if question.group and not (by and question.group.memberships.filter(user_id=by.pk).exists()):
        raise PermissionDenied
    now = clock.now()
    try:
        with kept_with_rows(), transaction.atomic():
            consultation = _open(
                question,
                contact,
                office=None,
                channel=Channel.WEB,
                received_at=now,
                person=by,
                consented_at=now,
                referral_consented_at=now if consents_to_referral else None,
                form_key=form_key,
            )
            if consultation.contact.can_be_mailed and _may_acknowledge(consultation):
                emails.received(consultation)
            emails.for_centre(consultation)
    except IntegrityError:
        # Of two presses at once the second waits at the key of the first, and finds it here.
        sent = Consultation.objects.filter(form_key=form_key, form_key__isnull=False).first()
        if sent is None:
            raise
        return sent
    return consultation


def record(
    *,
    question: Question,
    contact: ContactDetails,
    record: Record,
    by: User,
    consents_to_referral: bool = False,
    tells_person: bool = False,
) -> Consultation:
    """An office writes down what came by phone, visit, fax, letter or mail. It stays with that office.

    Without words of consent to the use: who asks in person is told at the counter, which is what consented_at records.
    """
    if not rights.can_log(by):
        raise PermissionDenied
    if record.channel not in Channel.values:
        raise ValidationError(_("受け付けた方法を選んでください。"), code="channel")
    now = clock.now()
    received_at = record.happened_at or now
    if received_at > now:
        raise ValidationError(_("これからの日時は、記録できません。"), code="future")
    deadlines.check_follow_up(record.follow_up_on)
    with kept_with_rows(), transaction.atomic():
        consultation = _open(
            question,
            contact,
            office=by.ward_centre,
            channel=record.channel,
            received_at=received_at,
            recorded_by=by,
            consented_at=now,
            referral_consented_at=now if consents_to_referral else None,
            next_step=record.next_step.strip(),
            follow_up_on=record.follow_up_on,
        )
        if record.note.strip():
            entry = entries.write(
                consultation,
                entries.Kind.TALK,
                record.note,
                by=by,
                channel=record.channel,
                happened_at=received_at,
                is_reached=True,
                minutes=record.minutes,
            )
            entries.mark_answered(consultation, entry.happened_at)
            consultation.save()
        if record.answered:
            entries.mark_answered(consultation, received_at)
            steps.write_end(consultation, record.answered.outcome, record.answered.outcome_text)
            consultation.assignee = by
            steps.write_step(consultation, Consultation.Status.RECEIVED, by=by)
        elif record.takes_it:
            consultation.status, consultation.assignee = Consultation.Status.ASSIGNED, by
            steps.write_step(consultation, Consultation.Status.RECEIVED, by=by)
        if tells_person and consultation.contact.can_be_mailed:
            emails.received(consultation)
    return consultation


def _may_acknowledge(consultation: Consultation) -> bool:
    """Whoever is signed in has shown that their address is theirs."""
    address = consultation.contact.email.lower()
    if consultation.person and consultation.person.email.lower() == address:
        return True
    return ratelimit.allow("consult-mail", address, times=ACKNOWLEDGED_AN_HOUR, seconds=3600)


def _open(
    question: Question,
    contact: ContactDetails,
    *,
    office: WardCentre | None,
    channel: str,
    received_at: datetime,
    **facts: object,
) -> Consultation:
    subject = question.subject.strip() or _subject_of(question)
    consultation = Consultation.objects.create(
        channel=channel,
        audience=question.audience,
        kind=question.kind,
        ward=question.ward,
        subject=subject,
        text=question.text.strip(),
        wish=question.wish,
        group=question.group,
        ward_centre=office,
        received_at=received_at,
        due_at=deadlines.due_after(received_at, deadlines.FIRST_ANSWER_DAYS),
        search=text.vector(A=[subject], B=[question.text]),
        **facts,
    )
    if question.fields:
        consultation.fields.add(*question.fields)
    Contact.objects.create(consultation=consultation, **contact_columns(contact))
    WishedTime.objects.bulk_create(
        WishedTime(consultation=consultation, rank=rank, begins_at=moment)
        for rank, moment in enumerate(question.wished_times[:3], start=1)
    )
    files.attach(consultation, question.accepted)
    access.begin(consultation)
    StatusChange.objects.create(
        consultation=consultation,
        after=consultation.status,
        at=clock.now(),
        by=consultation.recorded_by,
    )
    return consultation


def contact_columns(contact: ContactDetails) -> dict[str, object]:
    """The columns of Contact, with what it is found by."""
    phone = contact.phone.strip()
    digits = "".join(sign for sign in phone if sign.isdecimal())
    return {
        "name": contact.name.strip(),
        "name_kana": contact.name_kana.strip(),
        "organisation": contact.organisation.strip(),
        "email": contact.email.strip(),
        "phone": phone,
        "phone_digits": digits,
        "may_phone": contact.may_phone,
        "may_mail": contact.may_mail,
        "may_leave_message": contact.may_leave_message,
        "search": text.vector(
            A=[contact.name, contact.name_kana, contact.organisation], B=[contact.email], C=[digits]
        ),
    }


def _subject_of(question: Question) -> str:
    """Nobody is asked for a headline: the first words serve, or what it is about."""
    first_line = question.text.strip().partition("\n")[0]
    return subjects.shortened(first_line) or str(Consultation.Kind(question.kind).label)
