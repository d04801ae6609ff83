"""Forgetting by rule: what goes, what stays, what it waits for."""

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, models
from django.db.models import Q

from consultations import privacy as declarations
from consultations.actions import links, retention, steps
from consultations.models import (
    AnswerLink,
    Attachment,
    Consultation,
    Contact,
    DraftFile,
    Entry,
    InboundMail,
    InboundOriginal,
    Introduction,
    PageCode,
    Presence,
    Reading,
    Referral,
    ReplyDraft,
    RetentionRun,
    SpecialistSession,
    Survey,
)
from consultations.models.specialists import Profession
from consultations.queries.retention import preview
from kyodo import clock
from kyodo.mail.actions import queue_mail
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import UserFactory
from tests.factories.centre import SupportProgrammeFactory
from tests.factories.consultations import (
    ConsultationFactory,
    EntryFactory,
    LockOutFactory,
    ReferralFactory,
    SpecialistFactory,
)

pytestmark = pytest.mark.django_db

CLOSED = datetime(2026, 6, 1, 12, 0, tzinfo=clock.TOKYO)
AFTER_CONTACT = CLOSED + timedelta(days=365)
AFTER_TEXT = CLOSED + timedelta(days=3 * 365)
SECRET = "ひみつのことば"


def full_consultation() -> Consultation:
    """Closed, with one of everything that may hold what somebody told us; SECRET stands wherever words can."""
    person = UserFactory(name="去る 人")
    one = ConsultationFactory(
        closed=True,
        closed_at=CLOSED,
        received_at=CLOSED - timedelta(days=3),
        person=person,
        subject=SECRET,
        text=SECRET,
        outcome_text=SECRET,
        next_step=SECRET,
        contact__name=SECRET,
        contact__organisation=SECRET,
    )
    staff = one.assignee
    entry = EntryFactory(consultation=one, kind=Entry.Kind.MESSAGE, by=None, text=SECRET)
    keep(Attachment(consultation=one, entry=entry, name=SECRET, content_type="text/plain", size=3))
    keep(Attachment(consultation=one, name=SECRET, content_type="text/plain", size=3))
    draft = ReplyDraft.objects.create(consultation=one, by=staff, message=SECRET, version=1)
    keep(DraftFile(draft=draft, name=SECRET, content_type="text/plain", size=3))
    referral = ReferralFactory(
        consultation=one,
        summary=SECRET,
        consent_text=SECRET,
        status=Referral.Status.DONE,
        finished_at=CLOSED,
        outcome="answered",
        outcome_text=SECRET,
        answer_text=SECRET,
    )
    AnswerLink.objects.create(
        referral=referral, token_hash="0" * 64, excerpt=SECRET, expires_at=CLOSED, revoked_at=CLOSED
    )
    SpecialistSession.objects.create(
        consultation=one,
        profession=Profession.LAWYER,
        status=SpecialistSession.Status.HELD,
        specialist=SpecialistFactory(),
        begins_at=CLOSED,
        ends_at=CLOSED + timedelta(hours=1),
        way="online",
        hearing_note=SECRET,
        place=SECRET,
        result=SECRET,
    )
    Survey.objects.create(
        consultation=one, closed_at=CLOSED, sent_at=CLOSED, answered_at=CLOSED, solved="yes", comment=SECRET
    )
    Introduction.objects.create(
        consultation=one, name=SECRET, reason=SECRET, result_text=SECRET, by=staff, result="met"
    )
    Introduction.objects.create(
        consultation=one,
        programme=SupportProgrammeFactory(),
        name=SECRET,
        reason=SECRET,
        result_text=SECRET,
        by=staff,
        result="used",
    )
    LockOutFactory(consultation=one, reason=SECRET)
    Presence.objects.create(consultation=one, user=staff)
    PageCode.objects.create(consultation=one, code_hash="1" * 64, expires_at=CLOSED)
    inbound = InboundMail.objects.create(
        message_id=SECRET, state="matched", sender=SECRET, subject=SECRET, text=SECRET, about=one, entry=entry
    )
    InboundOriginal.objects.create(inbound=inbound, content=SECRET.encode())
    queue_mail(
        to="asker@example.jp",
        subject=SECRET,
        body=SECRET,
        kind="consultations/reply",
        about_kind="consultation",
        about_id=one.pk,
        about_label=one.reference,
    )
    Reading.objects.create(consultation=one, by=staff, what="page")
    # History of its own: what it was before.
    Consultation.objects.filter(pk=one.pk).update(follow_up_on=None, version=2)
    Contact.objects.filter(consultation=one).update(may_phone=False)
    Referral.objects.filter(pk=referral.pk).update(calendar_sequence=1)
    SpecialistSession.objects.filter(consultation=one).update(version=2)
    return one


def keep(row: Any) -> None:
    row.file.save("x.txt", ContentFile(b"abc"), save=False)
    row.save()


def stored_files() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def everywhere(words: str) -> list[str]:
    """Every table and column of the database in which these words stand, whatever model it belongs to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            " AND data_type IN ('text', 'character varying', 'jsonb')"
        )
        columns = cursor.fetchall()
        found = []
        for table, column in columns:
            name = connection.ops.quote_name
            cursor.execute(
                f"SELECT count(*) FROM {name(table)} WHERE {name(column)}::text LIKE %s",  # noqa: S608
                [f"%{words}%"],
            )
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return found


def filled(one: Consultation, rule: str) -> list[str]:
    """Fields declared under the rule, of rows and of their history, in which something still stands."""
    found = []
    under = {name: known.under(rule) for name, known in declarations.PRIVACY.items()}
    for name in filter(under.get, under):
        model = _model(name)
        for each in filter(None, (model, getattr(model, "pgh_event_model", None))):
            rows = _rows_of(each, one)
            there = {field.name for field in each._meta.local_fields}
            for field in under[name]:
                if field in there and rows.exclude(_empty(each, field)).exists():
                    found.append(f"{each.__name__}.{field}")
    return found


def _model(name: str) -> type[models.Model]:
    return next(
        model
        for model in Consultation._meta.apps.get_app_config("consultations").get_models()
        if model.__name__ == name
    )


def _rows_of(model: type[models.Model], one: Consultation) -> Any:
    rows: Any = model._default_manager.all()
    names = {field.name for field in model._meta.local_fields}
    if "pgh_obj" in names and "consultation" not in names:
        return rows.filter(pgh_obj_id=one.pk)
    if model is Consultation:
        return rows.filter(pk=one.pk)
    ways = {
        "AnswerLink": "referral__consultation",
        "DraftFile": "draft__consultation",
        "InboundMail": "about",
        "InboundOriginal": "inbound__about",
        "InboundFile": "inbound__about",
    }
    return rows.filter(**{ways.get(model.__name__, "consultation"): one})


def _empty(model: type[models.Model], name: str) -> Q:
    field = model._meta.get_field(name)
    if isinstance(field, models.CharField | models.TextField):
        return Q(**{name: ""})
    return Q(**{f"{name}__isnull": True})


def test_before_its_time_nothing_goes() -> None:
    full_consultation()

    run = retention.forget_what_is_due(at=AFTER_CONTACT - timedelta(seconds=1))

    assert (run.contacts, run.texts, run.files, run.mails) == (0, 0, 0, 0)
    assert Contact.objects.get().name == SECRET
    assert len(stored_files()) == 3


def test_a_year_after_closing_the_contact_goes_with_its_history_and_mails() -> None:
    one = full_consultation()
    assert filled(one, "contact")

    run = retention.forget_what_is_due(at=AFTER_CONTACT)

    assert (run.contacts, run.texts, run.mails) == (1, 0, 1)
    assert filled(one, "contact") == []
    assert not OutgoingMail.objects.exists()
    assert not PageCode.objects.exists()
    one.refresh_from_db()
    assert one.text == SECRET


def test_three_years_after_closing_every_word_goes_with_its_history() -> None:
    one = full_consultation()

    run = retention.forget_what_is_due(at=AFTER_TEXT)

    assert (run.contacts, run.texts, run.files) == (1, 1, 3)
    assert filled(one, "contact") + filled(one, "text") == []
    assert everywhere(SECRET) == []
    one.refresh_from_db()
    assert one.anonymised_at is not None
    assert one.person is None


def test_the_files_themselves_are_gone() -> None:
    full_consultation()
    assert len(stored_files()) == 3

    retention.forget_what_is_due(at=AFTER_TEXT)

    assert stored_files() == []
    assert not Attachment.objects.exists()


def test_numbers_and_the_log_of_readings_stay() -> None:
    one = full_consultation()
    before = (one.kind, one.channel, one.outcome, one.closed_at, one.reference)

    retention.forget_what_is_due(at=AFTER_TEXT)

    one.refresh_from_db()
    assert (one.kind, one.channel, one.outcome, one.closed_at, one.reference) == before
    assert Reading.objects.filter(consultation=one).count() == 1
    assert Survey.objects.get().solved == "yes"


def test_a_second_run_changes_nothing() -> None:
    one = full_consultation()
    retention.forget_what_is_due(at=AFTER_TEXT)
    with connection.cursor() as cursor:
        before = _state(cursor)

        run = retention.forget_what_is_due(at=AFTER_TEXT + timedelta(days=1))

        assert _state(cursor) == before
    assert (run.contacts, run.texts, run.files, run.mails, run.readings) == (0, 0, 0, 0, 0)
    assert run.waiting == {}
    assert filled(one, "text") == []


def _state(cursor: Any) -> list[Any]:
    state = []
    for table in ("consultation", "contact", "entry", "referral", "consultationevent", "contactevent"):
        cursor.execute(f"SELECT xmin::text, ctid::text FROM consultations_{table} ORDER BY ctid")  # noqa: S608
        state.append(cursor.fetchall())
    return state


def test_what_is_open_is_never_forgotten() -> None:
    for state in ("assigned", "in_progress", "waiting"):
        ConsultationFactory(**{state: True}, received_at=CLOSED - timedelta(days=4000))

    run = retention.forget_what_is_due(at=AFTER_TEXT)

    assert (run.contacts, run.texts, run.waiting) == (0, 0, {})
    assert not Contact.objects.filter(name="").exists()


def wait_for_referral(one: Consultation) -> None:
    ReferralFactory(consultation=one, sent_by=one.assignee)


def wait_for_session(one: Consultation) -> None:
    SpecialistSession.objects.create(consultation=one, profession=Profession.LAWYER)


def wait_for_reopening(one: Consultation) -> None:
    Consultation.objects.filter(pk=one.pk).update(reopening_asked_at=CLOSED)


def wait_for_mail(one: Consultation) -> None:
    InboundMail.objects.create(message_id="<1@example.jp>", state="queued", about=one, text="待って")


def wait_for_the_one_that_goes_on(one: Consultation) -> None:
    Consultation.objects.filter(pk=one.pk).update(duplicate_of=ConsultationFactory(in_progress=True))


@pytest.mark.parametrize(
    ("hinder", "why"),
    [
        (wait_for_referral, "referral"),
        (wait_for_session, "session"),
        (wait_for_reopening, "reopening"),
        (wait_for_mail, "mail"),
        (wait_for_the_one_that_goes_on, "duplicate"),
    ],
)
def test_what_goes_on_around_it_keeps_it_and_the_run_says_so(hinder: Any, why: str) -> None:
    one = ConsultationFactory(closed=True, closed_at=CLOSED, received_at=CLOSED)
    hinder(one)

    run = retention.forget_what_is_due(at=AFTER_TEXT)

    assert run.waiting == {why: 1}
    assert (run.contacts, run.texts) == (0, 0)
    one.refresh_from_db()
    assert one.anonymised_at is None
    assert one.contact.name
    assert InboundMail.objects.filter(purged_at__isnull=False).count() == 0


def test_a_duplicate_of_one_that_is_over_goes_by_its_own_date() -> None:
    with time_machine.travel(CLOSED, tick=False):
        coordinator = UserFactory(coordinator=True)
        first = ConsultationFactory(in_progress=True)
        copy = ConsultationFactory(in_progress=True)
        links.mark_duplicate(consultation=copy, version=copy.version, of=first, by=coordinator)
    with time_machine.travel(CLOSED + timedelta(days=10), tick=False):
        first.refresh_from_db()
        steps.close(
            consultation=first,
            version=first.version,
            outcome="answered",
            outcome_text="伝えました。",
            by=coordinator,
        )

    run = retention.forget_what_is_due(at=AFTER_TEXT)

    assert run.texts == 1
    copy.refresh_from_db()
    first.refresh_from_db()
    assert copy.anonymised_at is not None
    assert first.anonymised_at is None


def test_many_go_in_batches_and_a_stopped_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _count in range(5):
        ConsultationFactory(closed=True, closed_at=CLOSED, received_at=CLOSED)
    forget = retention._forget_contacts
    calls: list[int] = []

    def die_on_second(pks: list[int]) -> None:
        calls.append(len(pks))
        if len(calls) == 2:
            raise KeyboardInterrupt
        forget(pks)

    monkeypatch.setattr(retention, "_forget_contacts", die_on_second)
    with pytest.raises(KeyboardInterrupt):
        retention.forget_what_is_due(at=AFTER_CONTACT)
    stopped = RetentionRun.objects.get()
    assert (stopped.contacts, stopped.finished_at) == (2, None)
    monkeypatch.setattr(retention, "_forget_contacts", forget)

    run = retention.forget_what_is_due(at=AFTER_CONTACT)

    assert run.contacts == 3
    assert not Contact.objects.filter(anonymised_at__isnull=True).exists()


def test_what_was_reopened_between_choosing_and_locking_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    one = ConsultationFactory(closed=True, closed_at=CLOSED, received_at=CLOSED)
    choose = retention._batches

    def choose_and_reopen(due: Any) -> Any:
        for pks in choose(due):
            staff = one.assignee
            assert staff is not None
            steps.reopen(consultation=one, version=Consultation.objects.get(pk=one.pk).version, by=staff)
            yield pks

    monkeypatch.setattr(retention, "_batches", choose_and_reopen)

    run = retention.forget_what_is_due(at=AFTER_CONTACT)

    assert run.contacts == 0
    one.contact.refresh_from_db()
    assert one.contact.name


def test_the_log_of_readings_goes_by_its_age() -> None:
    one = ConsultationFactory(in_progress=True)
    for days in (settings.CONSULTATION_READING_DAYS + 1, settings.CONSULTATION_READING_DAYS - 1):
        Reading.objects.create(
            consultation=one, by=one.assignee, what="page", at=AFTER_TEXT - timedelta(days=days)
        )

    run = retention.forget_what_is_due(at=AFTER_TEXT)

    assert run.readings == 1
    assert Reading.objects.count() == 1


def test_a_dry_run_counts_and_changes_nothing() -> None:
    full_consultation()
    waits = ConsultationFactory(closed=True, closed_at=CLOSED, received_at=CLOSED)
    wait_for_session(waits)
    said = StringIO()

    with time_machine.travel(AFTER_TEXT, tick=False):
        call_command("forget_consultations", dry_run=True, stdout=said)

    assert "連絡先の消去: 1" in said.getvalue()
    assert "本文とファイルの消去: 1" in said.getvalue()
    assert "終わっていない士業相談がある: 1" in said.getvalue()
    assert Contact.objects.filter(anonymised_at__isnull=True).count() == 2
    assert len(stored_files()) == 3
    assert not RetentionRun.objects.exists()


def test_the_command_does_what_the_dry_run_said() -> None:
    full_consultation()
    with time_machine.travel(AFTER_TEXT, tick=False):
        lines = preview(clock.now())
        call_command("forget_consultations", stdout=StringIO())

    run = RetentionRun.objects.get()
    assert [line.goes for line in lines] == [run.contacts, run.texts, run.readings]
