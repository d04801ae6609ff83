"""What the clock does by itself: silent referrals end, managers hear of what is overdue. The person hears nothing."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine

from accounts.models import User
from consultations.actions import entries, escalation, housekeeping, retention, steps
from consultations.models import Access, Consultation, PageCode, Presence, Referral
from consultations.tasks import clock as tasks
from kyodo import clock
from kyodo.centre.models import Closure
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import UserFactory
from tests.factories.centre import CentreFactory, WardCentreFactory, new_year, usual_week
from tests.factories.consultations import (
    ConsultationFactory,
    LockOutFactory,
    ReferralFactory,
    SpecialistFactory,
)

pytestmark = pytest.mark.django_db
Status = Consultation.Status
MORNING = datetime(2026, 11, 18, 9, 35, tzinfo=clock.TOKYO)
"""A Wednesday."""
YESTERDAY = clock.at(date(2026, 11, 17), time(20))


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()
    new_year()


def overdue(**facts: object) -> Consultation:
    return ConsultationFactory(
        **{"in_progress": True, "due_at": YESTERDAY, "received_at": YESTERDAY - timedelta(days=4)} | facts
    )


def told() -> list[str]:
    return sorted(OutgoingMail.objects.filter(kind="consultations/overdue").values_list("to", flat=True))


# ── Managers ─────────────────────────────────────────────────────────────────────────────────────────────────────


@time_machine.travel(MORNING, tick=False)
def test_managers_are_told_once_with_references_and_days_alone(manager: User, coordinator: User) -> None:
    one = overdue(subject="子ども食堂のこと", contact__name="相談 花子")
    other = overdue(status=Status.RECEIVED, assignee=None, due_at=YESTERDAY - timedelta(days=1))

    assert escalation.tell_managers() == 2

    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.kind) == (manager.email, "consultations/overdue")
    assert mail.body.index(other.reference) < mail.body.index(one.reference)
    assert "1開館日の超過" in mail.body
    for word in ("子ども食堂", "花子", one.contact.email):
        assert word not in mail.body + mail.subject
    one.refresh_from_db()
    assert one.escalated_at == MORNING


@time_machine.travel(MORNING)
def test_nobody_else_is_told_least_of_all_the_person(
    manager: User, coordinator: User, reception: User, ward_officer: User, citizen: User
) -> None:
    UserFactory(manager=True, is_active=False)
    consultation = overdue(person=citizen)

    escalation.tell_managers()

    assert told() == [manager.email]
    addresses = set(OutgoingMail.objects.values_list("to", flat=True))
    assert addresses.isdisjoint({citizen.email, consultation.contact.email, consultation.assignee.email})


@time_machine.travel(MORNING, tick=False)
def test_the_same_overdue_is_told_once_and_a_new_one_again(manager: User) -> None:
    consultation = overdue()
    escalation.tell_managers()

    with time_machine.travel(MORNING + timedelta(days=1)):
        assert escalation.tell_managers() == 0
        assert len(told()) == 1

    steps.wait(consultation=consultation, version=1, waiting_for="person", by=consultation.assignee)
    with time_machine.travel(MORNING + timedelta(days=5)):
        entries.receive_message(consultation=consultation, message="お返事です。")
        consultation.refresh_from_db()
        assert consultation.due_at > clock.now()
    with time_machine.travel(MORNING + timedelta(days=6)):
        assert escalation.tell_managers() == 1
        assert len(told()) == 2


@time_machine.travel(MORNING)
def test_one_mail_a_day_and_what_comes_later_waits_for_tomorrow(manager: User) -> None:
    overdue()
    escalation.tell_managers()
    later = overdue()

    assert escalation.tell_managers() == 0
    later.refresh_from_db()
    assert later.escalated_at is None

    with time_machine.travel(MORNING + timedelta(days=1)):
        assert escalation.tell_managers() == 1


@pytest.mark.parametrize(
    "closed_on",
    [datetime(2026, 12, 30, 9, 35, tzinfo=clock.TOKYO), datetime(2026, 11, 19, 9, 35, tzinfo=clock.TOKYO)],
)
def test_nobody_is_told_on_a_closed_day(manager: User, closed_on: datetime) -> None:
    Closure.objects.create(
        first_day=date(2026, 11, 19), last_day=date(2026, 11, 19), kind="inspection", created_by=manager
    )
    overdue()

    with time_machine.travel(closed_on):
        assert escalation.tell_managers() == 0
    assert told() == []


@pytest.mark.parametrize(
    "facts",
    [
        {"in_progress": False, "waiting": True, "due_at": None},
        {"in_progress": False, "closed": True, "due_at": None},
        {"due_at": MORNING + timedelta(minutes=1)},
    ],
)
@time_machine.travel(MORNING, tick=False)
def test_what_waits_is_closed_or_has_time_left_is_not_overdue(
    manager: User, facts: dict[str, object]
) -> None:
    overdue(**facts)

    assert escalation.tell_managers() == 0


@time_machine.travel(MORNING)
def test_managers_hear_nothing_of_what_a_ward_has_in_hand(manager: User) -> None:
    overdue(ward_centre=WardCentreFactory())

    assert escalation.tell_managers() == 0
    assert told() == []


@time_machine.travel(MORNING)
def test_a_manager_reads_no_reference_of_what_they_are_kept_out_of(manager: User) -> None:
    other = UserFactory(manager=True)
    hidden, shown = overdue(), overdue()
    LockOutFactory(consultation=hidden, user=manager)

    escalation.tell_managers()

    bodies = {mail.to: mail.body for mail in OutgoingMail.objects.all()}
    assert hidden.reference not in bodies[manager.email]
    assert shown.reference in bodies[manager.email]
    assert hidden.reference in bodies[other.email]


@time_machine.travel(MORNING)
def test_without_a_manager_nothing_counts_as_told() -> None:
    consultation = overdue()

    assert escalation.tell_managers() == 0
    consultation.refresh_from_db()
    assert consultation.escalated_at is None


# ── Ward centres ─────────────────────────────────────────────────────────────────────────────────────────────────


@time_machine.travel(MORNING, tick=False)
def test_every_active_officer_of_a_ward_is_told_once_of_its_own(ward_officer: User, manager: User) -> None:
    office = ward_officer.ward_centre
    colleague = UserFactory(role=User.Role.WARD, ward_centre=office)
    UserFactory(role=User.Role.WARD, ward_centre=office, is_active=False)
    neighbour = UserFactory(ward_officer=True)
    own = overdue(ward_centre=office, subject="子ども食堂のこと", contact__name="相談 花子")
    theirs = overdue(ward_centre=neighbour.ward_centre)
    of_centre = overdue()

    tasks.watch_deadlines(0)
    tasks.watch_deadlines(0)

    mails = {mail.to: mail for mail in OutgoingMail.objects.all()}
    assert set(mails) == {ward_officer.email, colleague.email, neighbour.email, manager.email}
    assert OutgoingMail.objects.count() == 4
    mail = mails[ward_officer.email]
    assert (mail.kind, "/ward/\n" in f"{mail.body}\n") == ("consultations/overdue_ward", True)
    for shown, hidden in ((own, theirs), (own, of_centre)):
        assert shown.reference in mail.body
        assert hidden.reference not in mail.body
    for word in ("子ども食堂", "花子", own.contact.email):
        assert word not in mail.body + mail.subject
    assert own.reference not in mails[neighbour.email].body + mails[manager.email].body
    with time_machine.travel(MORNING + timedelta(days=1)):
        assert escalation.tell_ward_centres() == 0


@time_machine.travel(MORNING)
def test_an_officer_reads_no_reference_of_what_they_are_kept_out_of(ward_officer: User) -> None:
    colleague = UserFactory(role=User.Role.WARD, ward_centre=ward_officer.ward_centre)
    hidden = overdue(ward_centre=ward_officer.ward_centre)
    LockOutFactory(consultation=hidden, user=ward_officer)

    assert escalation.tell_ward_centres() == 1

    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [colleague.email]


@time_machine.travel(MORNING)
def test_a_ward_where_nobody_works_is_not_counted_as_told(ward_officer: User) -> None:
    consultation = overdue(ward_centre=WardCentreFactory())

    assert escalation.tell_ward_centres() == 0
    consultation.refresh_from_db()
    assert consultation.escalated_at is None


# ── Days closed afterwards ───────────────────────────────────────────────────────────────────────────────────────


@time_machine.travel(MORNING)
def test_deadlines_leave_a_day_that_a_storm_has_closed(manager: User) -> None:
    storm = date(2026, 11, 17)
    Closure.objects.create(first_day=storm, last_day=storm, kind="disaster", created_by=manager)
    consultation, other = overdue(), overdue(due_at=YESTERDAY - timedelta(days=1))

    tasks.watch_deadlines(0)

    consultation.refresh_from_db()
    assert consultation.due_at == clock.at(date(2026, 11, 18), time(20))
    assert [mail.body.count("開館日の超過") for mail in OutgoingMail.objects.all()] == [1]
    assert other.reference in OutgoingMail.objects.get().body
    assert consultation.version == 1


# ── Answers and the clock ────────────────────────────────────────────────────────────────────────────────────────


@time_machine.travel(MORNING, tick=False)
def test_a_talk_written_down_late_takes_no_time_back_and_answers_no_newer_message() -> None:
    came = MORNING - timedelta(hours=3)
    due = MORNING + timedelta(days=6)
    consultation = overdue(due_at=due, unanswered_since=came, first_answered_at=came)

    entries.log_talk(
        consultation=consultation,
        channel="phone",
        note="先週の電話",
        is_reached=True,
        by=consultation.assignee,
        happened_at=MORNING - timedelta(days=7),
    )

    consultation.refresh_from_db()
    assert (consultation.due_at, consultation.unanswered_since) == (due, came)


@time_machine.travel(MORNING, tick=False)
def test_an_answer_while_the_clock_stands_gives_the_next_step_its_whole_time() -> None:
    consultation = ConsultationFactory(waiting=True, days_left=1)

    entries.log_talk(
        consultation=consultation, channel="phone", note="話した", is_reached=True, by=consultation.assignee
    )

    consultation.refresh_from_db()
    assert (consultation.status, consultation.due_at, consultation.days_left) == (Status.WAITING, None, 7)


# ── Referrals ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_referral_that_nobody_answered_ends_and_the_sender_goes_on() -> None:
    consultation = ConsultationFactory(waiting=True, waiting_for="partner")
    silent = ReferralFactory(consultation=consultation, answer_until=clock.now() - timedelta(minutes=1))
    ahead = ReferralFactory()

    tasks.expire_referrals(0)

    silent.refresh_from_db()
    ahead.refresh_from_db()
    consultation.refresh_from_db()
    assert (silent.status, ahead.status) == (Referral.Status.EXPIRED, Referral.Status.SENT)
    assert consultation.status == Status.IN_PROGRESS
    assert OutgoingMail.objects.get().to == silent.sent_by.email


def test_an_office_that_accepted_is_not_silent_but_a_partner_without_an_account_is() -> None:
    over = {"answer_until": clock.now() - timedelta(days=1), "status": Referral.Status.ACCEPTED}
    office = ReferralFactory(**over, answered_at=clock.now())
    specialist = SpecialistFactory()
    partner = ReferralFactory(
        **over,
        answered_at=clock.now(),
        to_kind=Referral.To.SPECIALIST,
        to_ward_centre=None,
        to_specialist=specialist,
        to_email=specialist.email,
    )

    tasks.expire_referrals(0)

    office.refresh_from_db()
    partner.refresh_from_db()
    assert (office.status, partner.status) == (Referral.Status.ACCEPTED, Referral.Status.EXPIRED)


YEAR = timedelta(days=365)


def taken_on(closed: timedelta | None, answered: timedelta) -> Referral:
    """Accepted by a ward centre and never finished; how long ago the two happened."""
    now = clock.now()
    facts = {"closed": True, "closed_at": now - closed} if closed else {"in_progress": True}
    consultation = ConsultationFactory(**facts, received_at=now - 3 * YEAR)
    return ReferralFactory(
        consultation=consultation,
        status=Referral.Status.ACCEPTED,
        sent_at=now - 3 * YEAR,
        answered_at=now - answered,
        sent_by=UserFactory(coordinator=True),
    )


@time_machine.travel(MORNING, tick=False)
def test_what_an_office_never_finished_ends_a_year_after_the_consultation_was_closed() -> None:
    day = timedelta(days=1)
    left_over = taken_on(closed=YEAR, answered=2 * YEAR)
    others = [
        taken_on(closed=YEAR - day, answered=2 * YEAR),
        taken_on(closed=2 * YEAR, answered=YEAR - day),
        taken_on(closed=None, answered=2 * YEAR),
    ]
    receiver = Access.objects.filter(
        consultation=left_over.consultation, ward_centre=left_over.to_ward_centre
    )
    assert receiver.get().level in Access.READS

    tasks.expire_referrals(0)

    left_over.refresh_from_db()
    assert left_over.status == Referral.Status.EXPIRED
    assert not receiver.filter(level__in=Access.READS).exists()
    history = left_over.events.order_by("pgh_id").values_list("status", flat=True)
    assert list(history)[-1] == Referral.Status.EXPIRED
    left_over.consultation.refresh_from_db()
    assert left_over.consultation.status == Status.CLOSED
    for other in others:
        other.refresh_from_db()
        assert other.status == Referral.Status.ACCEPTED
    assert not OutgoingMail.objects.exists()


@time_machine.travel(MORNING, tick=False)
def test_a_referral_that_was_left_over_keeps_nothing_from_being_forgotten() -> None:
    consultation = taken_on(closed=YEAR, answered=2 * YEAR).consultation
    assert retention.forget_what_is_due().waiting == {"referral": 1}

    tasks.expire_referrals(0)

    assert retention.forget_what_is_due().contacts == 1
    consultation.contact.refresh_from_db()
    assert consultation.contact.name == ""


# ── What goes at night ───────────────────────────────────────────────────────────────────────────────────────────


def test_old_codes_and_marks_of_presence_go() -> None:
    consultation = ConsultationFactory(in_progress=True)
    now = clock.now()
    for age in (timedelta(hours=1), timedelta(days=2)):
        PageCode.objects.create(consultation=consultation, code_hash="x" * 64, expires_at=now - age)
    Presence.objects.create(consultation=consultation, user=consultation.assignee, seen_at=now)
    Presence.objects.create(
        consultation=consultation, user=UserFactory(coordinator=True), seen_at=now - timedelta(days=2)
    )

    tasks.clean_up(0)

    assert (PageCode.objects.count(), Presence.objects.count()) == (1, 1)
    assert housekeeping.forget_codes() == 0
