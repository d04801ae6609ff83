"""Forgetting by rule (保存期間の処理): the contact first, later every word, with history, files and mails.

In small transactions of their own, each under the locks of its consultations and with the rule asked again: it may be
stopped at any moment and goes on where it stood; a second time changes nothing. consultations/privacy.py says which
field goes by which rule.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts.models import User
from consultations.actions.inbound import purging
from consultations.emails import about
from consultations.models import (
    AnswerLink,
    Attachment,
    Consultation,
    Contact,
    DraftFile,
    Entry,
    Introduction,
    LockOut,
    PageCode,
    Presence,
    Reading,
    Referral,
    ReplyDraft,
    RetentionRun,
    SpecialistSession,
    Survey,
)
from consultations.rules import retention as rules
from kyodo import clock
from kyodo.mail import actions as mail

BATCH = 100
READINGS_AT_ONCE = 5_000

CONTACT: dict[str, Any] = dict.fromkeys(
    ("name", "name_kana", "organisation", "email", "phone", "phone_digits"), ""
)
WORDS: dict[str, Any] = {
    **dict.fromkeys(("subject", "text", "outcome_text", "next_step"), ""),
    "person": None,
}
REFERRAL: dict[str, Any] = dict.fromkeys(
    ("to_email", "summary", "consent_text", "answer_text", "outcome_text"), ""
)
SESSION: dict[str, Any] = dict.fromkeys(("hearing_note", "place", "result"), "")


def forget_what_is_due(*, at: datetime | None = None) -> RetentionRun:
    """One night's run. Its row counts along, so that a run that was stopped shows what it had done."""
    at = at or clock.now()
    run = RetentionRun.objects.create(waiting=rules.waiting(at))
    for pks in _batches(rules.contacts_due(at)):
        run.mails += purging.forget_consultations(Consultation.objects.filter(pk__in=pks))
        with transaction.atomic():
            held = _hold(rules.contacts_due(at), pks)
            _forget_contacts(held)
            run.contacts += len(held)
            run.save()
    for pks in _batches(rules.texts_due(at)):
        with transaction.atomic():
            held = _hold(rules.texts_due(at), pks)
            run.files += _forget_words(held)
            run.texts += len(held)
            run.save()
    run.readings = _forget_readings(at)
    run.finished_at = clock.now()
    run.save()
    return run


def forget_person(*, user: User, addresses: Collection[str]) -> None:
    """Somebody leaves for good: nothing of theirs leads to the account, and what is closed loses its contact at once.

    What is still open keeps it, or nobody could answer; it goes with the rest once its time has come.
    """
    theirs = Consultation.objects.filter(Q(person=user) | Q(pk__in=_reached_by(addresses))).order_by("pk")
    closed = rules.ready(theirs.filter(status=Consultation.Status.CLOSED))
    with transaction.atomic():
        # A mail is locked before its consultation, here as where it comes in.
        purging.forget_consultations(closed)
        held = list(theirs.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
        _forget_contacts(list(closed.filter(pk__in=held).values_list("pk", flat=True)))
        Consultation.objects.filter(person=user).update(person=None, version=F("version") + 1)
        _events_of(Consultation).filter(person=user).update(person=None)


# ── What goes ────────────────────────────────────────────────────────────────────────────────────────────────────


def _forget_contacts(pks: list[int]) -> None:
    """Under the lock of their consultations."""
    contacts = Contact.objects.filter(consultation__in=pks)
    contacts.update(**CONTACT, search=None, anonymised_at=clock.now())
    _events_of(Contact).filter(consultation__in=pks).update(**CONTACT)
    PageCode.objects.filter(consultation__in=pks).delete()
    mail.forget_about(kind=about.KIND, pks=pks)


def _forget_words(pks: list[int]) -> int:
    """Under the lock of their consultations. Returns how many files are gone."""
    now, of_these = clock.now(), {"consultation__in": pks}
    # The files go before the rows are gone for good: whatever ends this here, the next run finds the rows and ends it.
    files = _delete_files(DraftFile.objects.filter(draft__consultation__in=pks))
    files += _delete_files(Attachment.objects.filter(**of_these))
    Attachment.objects.filter(**of_these).delete()
    ReplyDraft.objects.filter(**of_these).delete()
    Entry.objects.filter(**of_these).update(text="", search=None, anonymised_at=now)
    Referral.objects.filter(**of_these).update(**REFERRAL, anonymised_at=now)
    _events_of(Referral).filter(**of_these).update(**REFERRAL)
    AnswerLink.objects.filter(referral__consultation__in=pks).update(excerpt="")
    SpecialistSession.objects.filter(**of_these).update(**SESSION, anonymised_at=now)
    _events_of(SpecialistSession).filter(**of_these).update(**SESSION)
    Survey.objects.filter(**of_these).update(comment="", anonymised_at=now)
    Introduction.objects.filter(**of_these).update(name="", reason="", result_text="")
    LockOut.objects.filter(**of_these).update(reason="")
    Presence.objects.filter(**of_these).delete()
    Consultation.objects.filter(pk__in=pks).update(
        **WORDS, search=None, follow_up_on=None, anonymised_at=now, version=F("version") + 1
    )
    _events_of(Consultation).filter(pgh_obj__in=pks).update(**WORDS)
    return files


def _delete_files(rows: "models.QuerySet[Any]") -> int:
    found = list(rows)
    for row in found:
        row.file.storage.delete(row.file.name)
    return len(found)


def _forget_readings(at: datetime) -> int:
    gone = 0
    while pks := list(rules.readings_due(at).order_by("at").values_list("pk", flat=True)[:READINGS_AT_ONCE]):
        gone += Reading.objects.filter(pk__in=pks).delete()[0]
    return gone


# ── Which ones ───────────────────────────────────────────────────────────────────────────────────────────────────


def _batches(due: rules.Rows) -> Iterator[list[int]]:
    """Each once, whatever becomes of it; what is held by somebody else waits for the next night."""
    last = 0
    while pks := list(
        rules.ready(due.filter(pk__gt=last)).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield pks
        last = pks[-1]


def _hold(due: rules.Rows, pks: list[int]) -> list[int]:
    """Locked, in the order of their keys; then asked again, since any of them may have been reopened meanwhile."""
    rows = Consultation.objects.filter(pk__in=pks).order_by("pk")
    held = list(
        rows.select_for_update(of=("self",), no_key=True, skip_locked=True).values_list("pk", flat=True)
    )
    return list(rules.ready(due.filter(pk__in=held)).values_list("pk", flat=True))


def _reached_by(addresses: Collection[str]) -> "models.QuerySet[Any]":
    """An address names one person wherever it stands."""
    contacts = Contact.objects.alias(address=Lower("email")).filter(
        address__in=[one.lower() for one in addresses]
    )
    return contacts.values("consultation")


def _events_of(model: type[models.Model]) -> "models.QuerySet[Any]":
    events: models.QuerySet[Any] = model.pgh_event_model._default_manager.all()  # type: ignore[attr-defined]
    return events
