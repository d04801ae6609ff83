"""All that the centre keeps of one person's questions (開示のための書き出し), as data, as a document, and with what they sent.

Found by name, phone or address; a name is not one person's alone, so a manager says which are theirs. Of each consultation what they said and were told; the notes of
staff only where a manager has decided so. Other people's consultations never, and none the manager may not read; nor
what somebody else wrote on the page of a duplicate, which stands in the one that goes on.
"""

import json
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import User
from consultations.models import Attachment, Consultation, Contact, Entry
from kyodo import clock, text

NOT_NOTES = (Entry.Kind.MESSAGE, Entry.Kind.REPLY, Entry.Kind.TALK)
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Sought:
    """What is known of who asks; what is empty is not looked for."""

    name: str = ""
    phone: str = ""
    email: str = ""

    @property
    def digits(self) -> str:
        return "".join(sign for sign in self.phone if sign.isdecimal())

    def is_surely(self, consultation: Consultation) -> bool:
        """By its address or number, or by the account; not by a name, which others have too."""
        contact = getattr(consultation, "contact", None)
        address = self.email.strip().lower()
        known = {contact.email.lower(), contact.phone_digits} if contact else set()
        if consultation.person:
            known.add(consultation.person.email.lower())
        return not ({address, self.digits} - {""}).isdisjoint(known)


def consultations_of(sought: Sought, *, seen_by: User) -> "QuerySet[Consultation]":
    """Whose contact has this name, number or address, or whose account this address. The contact comes along."""
    address = sought.email.strip().lower()
    contacts, accounts = Q(pk__in=[]), list[User]()
    if address:
        contacts |= Q(address=address)
        accounts = list(User.objects.alias(address=Lower("email")).filter(address=address))
    if sought.digits:
        contacts |= Q(phone_digits=sought.digits)
    if (words := text.query(sought.name)) is not None:
        contacts |= Q(search=words)
    wrote = Contact.objects.alias(address=Lower("email")).filter(contacts)
    signed_in = Consultation.objects.filter(person__in=accounts)
    theirs = {*wrote.values_list("consultation", flat=True), *signed_in.values_list("pk", flat=True)}
    return (
        Consultation.objects.readable_by(seen_by)
        .filter(pk__in=theirs)
        .select_related("ward", "group", "contact", "person")
        .defer("search", "group__search", "contact__search")
        .order_by("received_at", "pk")
    )


def as_data(consultations: "QuerySet[Consultation]", *, with_notes: bool = False) -> dict[str, Any]:
    kinds = Entry.Kind.values if with_notes else NOT_NOTES
    rows = consultations.prefetch_related(
        "fields",
        "wished_times",
        "surveys",
        "introductions",
        "referrals",
        "specialist_sessions",
        Prefetch("entries", Entry.objects.filter(kind__in=kinds, via__isnull=True).defer("search")),
        # What they wrote on the page of a duplicate of theirs, wherever it stands by now.
        Prefetch("passed_on", Entry.objects.filter(kind__in=kinds).defer("search")),
        Prefetch("attachments", _attachments(kinds).filter(entry__via__isnull=True)),
        Prefetch("passed_on__attachments", _attachments(kinds)),
    )
    contacts = {row.consultation_id: row for row in Contact.objects.filter(consultation__in=consultations)}
    return {
        "exported_at": clock.now(),
        "consultations": [_consultation(row, contacts.get(row.pk)) for row in rows],
    }


def as_zip(
    data: Mapping[str, Any], document: Mapping[str, str], attachments: Iterable[Attachment]
) -> IO[bytes]:
    """The document for people (its files by name), data.json for programmes, and a folder of files for each consultation.
    A temporary file: a person may have sent a lot."""
    out = TemporaryFile()  # noqa: SIM115 - closed by the response that sends it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in document.items():
            archive.writestr(name, content)
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2, default=_in_tokyo))
        for attachment in attachments:
            with attachment.file.open("rb") as source, archive.open(_path(attachment), "w") as target:
                shutil.copyfileobj(source, target, CHUNK)
    out.seek(0)
    return out


def _in_tokyo(value: Any) -> str:
    return clock.local(value).isoformat() if isinstance(value, datetime) else value.isoformat()


def attachments_of(
    consultations: "QuerySet[Consultation]", *, with_notes: bool = False
) -> "QuerySet[Attachment]":
    kinds = Entry.Kind.values if with_notes else NOT_NOTES
    own = Q(consultation__in=consultations, entry__via__isnull=True) | Q(entry__via__in=consultations)
    return _attachments(kinds).filter(own)


def _attachments(kinds: Iterable[str]) -> "QuerySet[Attachment]":
    return Attachment.objects.filter(Q(entry__isnull=True) | Q(entry__kind__in=kinds)).select_related(
        "consultation", "entry__via"
    )


def _path(attachment: Attachment) -> str:
    """The number in front tells two files of one name apart."""
    written_in = (attachment.entry and attachment.entry.via) or attachment.consultation
    return f"{written_in.reference}/{attachment.pk}-{attachment.name}"


def _consultation(row: Consultation, contact: Contact | None) -> dict[str, Any]:
    entries = sorted((*row.entries.all(), *row.passed_on.all()), key=lambda one: (one.happened_at, one.pk))
    files = [*row.attachments.all(), *(file for one in row.passed_on.all() for file in one.attachments.all())]
    return {
        "reference": row.reference,
        "received_at": row.received_at,
        "channel": row.get_channel_display(),
        "audience": row.get_audience_display(),
        "kind": row.get_kind_display(),
        "fields": [one.name for one in row.fields.all()],
        "ward": row.ward.name if row.ward else None,
        "group": row.group.name if row.group else None,
        "subject": row.subject,
        "text": row.text,
        "wish": row.get_wish_display(),
        "wished_times": [one.begins_at for one in row.wished_times.all()],
        "status": row.get_status_display(),
        "outcome": row.get_outcome_display(),
        "outcome_text": row.outcome_text,
        "closed_at": row.closed_at,
        "consented_at": row.consented_at,
        "referral_consented_at": row.referral_consented_at,
        "contact": _contact(contact) if contact else None,
        "entries": [
            {
                "kind": entry.get_kind_display(),
                "channel": entry.get_channel_display(),
                "happened_at": entry.happened_at,
                "text": entry.text,
            }
            for entry in entries
        ],
        "files": [_path(attachment) for attachment in files],
        "referrals": [
            {
                "to": referral.to_name,
                "kind": referral.get_kind_display(),
                "sent_at": referral.sent_at,
                "status": referral.get_status_display(),
                "summary": referral.summary,
                "consent": referral.consent_text,
                "consented_on": referral.consented_on,
            }
            for referral in row.referrals.all()
        ],
        "specialist_sessions": [
            {
                "profession": session.get_profession_display(),
                "status": session.get_status_display(),
                "begins_at": session.begins_at,
                "result": session.result,
            }
            for session in row.specialist_sessions.all()
        ],
        "introductions": [
            {
                "name": one.name,
                "introduced_at": one.introduced_at,
                "result": one.get_result_display(),
            }
            for one in row.introductions.all()
        ],
        "surveys": [
            {
                "sent_at": one.sent_at,
                "answered_at": one.answered_at,
                "solved": one.get_solved_display(),
                "rating": one.rating,
                "comment": one.comment,
            }
            for one in row.surveys.all()
        ],
    }


def _contact(contact: Contact) -> dict[str, Any]:
    names = (
        "name",
        "name_kana",
        "organisation",
        "email",
        "phone",
        "may_phone",
        "may_mail",
        "may_leave_message",
    )
    return {name: getattr(contact, name) for name in names}
