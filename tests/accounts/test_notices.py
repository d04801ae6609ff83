"""What people at work are told of by mail: at once, once a day, never; each chooses."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts import notices
from accounts.actions import applications
from accounts.actions import notices as actions
from accounts.models import Group, NoticeChoice, PendingNotice, User
from accounts.queries.notices import choices_of
from consultations.actions import entries, steps
from consultations.models import LockOut
from kyodo.mail.models import OutgoingMail
from spaces.actions import bookings
from tests.factories import centre as factories
from tests.factories.accounts import ApplicationFactory, UserFactory
from tests.factories.consultations import ConsultationFactory
from tests.factories.spaces import BookingFactory

How = NoticeChoice.How


@pytest.fixture
def usual_week(db: None) -> None:
    factories.usual_week()


def send_application() -> None:
    application = ApplicationFactory(complete=True)
    applications.submit_application(
        application=application, version=application.version, by=application.applicant
    )


def mails(kind: str) -> list[str]:
    return list(OutgoingMail.objects.filter(kind=kind).order_by("pk").values_list("to", flat=True))


def test_who_has_not_chosen_hears_as_usual_for_the_role(
    usual_week: None, reception: User, coordinator: User, manager: User
) -> None:
    send_application()

    assert mails("notices/one") == [coordinator.email]
    assert [one.user for one in PendingNotice.objects.all()] == [manager]


@pytest.mark.parametrize(
    ("how", "at_once", "waits"), [(How.AT_ONCE, 1, 0), (How.DAILY, 0, 1), (How.NEVER, 0, 0)]
)
def test_each_chooses(usual_week: None, reception: User, how: str, at_once: int, waits: int) -> None:
    actions.choose(user=reception, choices={notices.APPLICATION.code: how}, by=reception)

    send_application()

    assert (len(mails("notices/one")), PendingNotice.objects.count()) == (at_once, waits)


def test_the_daily_mail_comes_once_with_all_of_the_day(usual_week: None, manager: User) -> None:
    send_application()
    send_application()

    assert actions.send_digests() == 1
    assert actions.send_digests() == 0

    mail = OutgoingMail.objects.get(kind="notices/daily")
    assert mail.to == manager.email
    assert "2件" in mail.subject
    assert mail.body.count("【登録申請】") == 2
    assert reverse("notices") in mail.body
    assert not PendingNotice.objects.exists()


def test_who_has_left_gets_no_daily_mail(usual_week: None, manager: User) -> None:
    send_application()
    User.objects.filter(pk=manager.pk).update(is_active=False)

    actions.send_digests()

    assert not mails("notices/daily")
    assert not PendingNotice.objects.exists()


def test_nothing_is_sent_to_people_without_work_here(citizen: User, group: Group) -> None:
    assert choices_of(citizen) == []
    with pytest.raises(PermissionDenied):
        actions.choose(user=citizen, choices={notices.APPLICATION.code: How.AT_ONCE}, by=citizen)


def test_nobody_chooses_for_another(reception: User, manager: User) -> None:
    with pytest.raises(PermissionDenied):
        actions.choose(user=reception, choices={}, by=manager)


def test_never_drops_what_waits_for_the_daily_mail(usual_week: None, manager: User) -> None:
    send_application()

    actions.choose(user=manager, choices={notices.APPLICATION.code: How.NEVER}, by=manager)

    assert not PendingNotice.objects.exists()


def test_the_page_shows_what_is_and_saves_what_is_chosen(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)

    form = client.get(reverse("notices")).context["form"]
    shown = {name: field.initial for name, field in form.fields.items()}
    client.post(reverse("notices"), {**shown, notices.APPLICATION.code: How.DAILY})

    assert shown[notices.APPLICATION.code] == How.AT_ONCE
    assert {kind.code: how for kind, how in choices_of(coordinator)}[notices.APPLICATION.code] == How.DAILY
    refused = client.post(reverse("notices"), {**shown, notices.APPLICATION.code: "often"})
    assert notices.APPLICATION.code in refused.context["form"].errors


def test_a_ward_officer_is_offered_what_a_ward_centre_meets(ward_officer: User) -> None:
    offered = {kind.code for kind, _how in choices_of(ward_officer)}

    assert offered == {
        "consultation_assigned",
        "consultation_message",
        "consultation_undelivered",
        "consultation_mention",
        "referral",
    }


def test_both_entrances_lead_to_the_page(client: Client, coordinator: User, ward_officer: User) -> None:
    for person, page in ((coordinator, "admin:index"), (ward_officer, "ward_desk")):
        client.force_login(person)
        assert f'href="{reverse("notices")}"' in client.get(reverse(page)).text


# ── Bookings and consultations ───────────────────────────────────────────────────────────────────────────────────


def at_once(*people: User) -> None:
    """Everything, at once."""
    for person in people:
        choices = {kind.code: How.AT_ONCE for kind, _how in choices_of(person)}
        actions.choose(user=person, choices=choices, by=person)


def test_staff_hear_of_what_a_group_cancels_and_not_of_what_they_cancel(
    group: Group, representative: User, coordinator: User, reception: User
) -> None:
    at_once(coordinator, reception)
    mine = BookingFactory(group=group, booked_by=representative)
    bookings.cancel_booking(booking=mine, by=representative)
    bookings.cancel_booking(booking=BookingFactory(group=group, booked_by=representative), by=coordinator)

    assert sorted(mails("notices/one")) == sorted([coordinator.email, reception.email])


def test_a_cancellation_says_who_did_it_and_reaches_those_in_charge(
    group: Group, representative: User, booking_manager: User
) -> None:
    mine = BookingFactory(group=group, booked_by=representative)

    bookings.cancel_booking(booking=mine, by=booking_manager)

    told = OutgoingMail.objects.filter(kind="spaces/booking_cancelled")
    assert {mail.to for mail in told} == {representative.email, group.contact_email}
    assert all(f"{booking_manager}さんが、次の予約を取り消しました" in mail.body for mail in told)


def test_an_assigned_consultation_is_told_to_whoever_got_it(coordinator: User, reception: User) -> None:
    consultation = ConsultationFactory()

    steps.assign(consultation=consultation, version=consultation.version, to=reception, by=coordinator)

    mail = OutgoingMail.objects.get(kind="notices/one")
    assert (mail.to, mail.about_kind) == (reception.email, "consultation")
    assert consultation.reference in mail.subject
    assert consultation.title not in mail.subject + mail.body


def test_whoever_takes_a_consultation_is_not_told_of_it(coordinator: User) -> None:
    consultation = ConsultationFactory()

    steps.assign(consultation=consultation, version=consultation.version, to=coordinator, by=coordinator)

    assert not mails("notices/one")


def test_a_new_message_is_told_to_whoever_has_it_in_hand(reception: User, coordinator: User) -> None:
    consultation = ConsultationFactory(in_progress=True, assignee=reception)

    entries.receive_message(consultation=consultation, message="続きです")

    assert mails("notices/one") == [reception.email]


def test_a_message_nobody_has_in_hand_is_told_to_the_ward_centre(
    ward_officer: User, coordinator: User
) -> None:
    consultation = ConsultationFactory(ward_centre=ward_officer.ward_centre)

    entries.receive_message(consultation=consultation, message="続きです")

    mail = OutgoingMail.objects.get(kind="notices/one")
    assert mail.to == ward_officer.email
    assert reverse("ward_consultation", args=[consultation.reference]) in mail.body


def test_who_is_kept_out_of_a_consultation_hears_nothing_of_it(ward_officer: User, manager: User) -> None:
    colleague = UserFactory(role=User.Role.WARD, ward_centre=ward_officer.ward_centre)
    consultation = ConsultationFactory(ward_centre=ward_officer.ward_centre)
    LockOut.objects.create(consultation=consultation, user=colleague, by=manager, reason="親族")

    entries.receive_message(consultation=consultation, message="続きです")

    assert mails("notices/one") == [ward_officer.email]
