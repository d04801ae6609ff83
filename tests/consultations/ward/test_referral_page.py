"""The page of one referral, at a ward centre's desk and in the admin: who reads what of it, and who may do what."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.actions.access import refresh
from consultations.models import Consultation, Reading, Referral
from kyodo import clock
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory, ReferralFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


@pytest.fixture
def to_ward(ward_officer: User, coordinator: User) -> Referral:
    """The centre asks the ward centre of ward_officer."""
    consultation = ConsultationFactory(
        in_progress=True, assignee=coordinator, subject="川辺の掃除", text="川辺を掃除したい"
    )
    return ReferralFactory(consultation=consultation, to_ward_centre=ward_officer.ward_centre)


def address(referral: Referral, step: str = "") -> str:
    return f"/ward/referrals/{referral.pk}/" + (f"{step}/" if step else "")


def test_before_accepting_the_receiver_reads_the_summary_alone(
    client: Client, ward_officer: User, to_ward: Referral
) -> None:
    client.force_login(ward_officer)

    page = client.get(address(to_ward)).content.decode()

    assert to_ward.summary in page
    consultation = to_ward.consultation
    for hidden in (
        consultation.subject,
        consultation.text,
        "相談 花子",
        consultation.contact.email,
        "045-123",
    ):
        assert hidden not in page


def test_accepting_opens_the_consultation(client: Client, ward_officer: User, to_ward: Referral) -> None:
    client.force_login(ward_officer)

    response = client.post(address(to_ward, "accept"), {"accept-answer": "来週お会いします。"})

    assert response.status_code == 302
    to_ward.refresh_from_db()
    assert to_ward.status == Referral.Status.ACCEPTED
    assert Consultation.objects.readable_by(ward_officer).filter(pk=to_ward.consultation_id).exists()
    assert clock.now() >= (to_ward.answered_at or clock.now())


def test_each_look_at_a_summary_is_written_down(
    client: Client, ward_officer: User, to_ward: Referral
) -> None:
    client.force_login(ward_officer)

    client.get(address(to_ward))

    reading = Reading.objects.get()
    assert (reading.consultation, reading.by) == (to_ward.consultation, ward_officer)


def test_each_look_at_a_summary_in_the_admin_is_written_down(
    client: Client, coordinator: User, to_ward: Referral
) -> None:
    client.force_login(coordinator)

    client.get(reverse("admin:consultations_referral_page", args=[to_ward.pk]))

    reading = Reading.objects.get()
    assert (reading.consultation, reading.by) == (to_ward.consultation, coordinator)


def test_a_page_that_shows_nothing_of_the_consultation_leaves_no_reading(
    client: Client, ward_officer: User, to_ward: Referral
) -> None:
    Referral.objects.filter(pk=to_ward.pk).update(status=Referral.Status.EXPIRED)
    refresh(to_ward.consultation)
    client.force_login(ward_officer)

    assert client.get(address(to_ward)).status_code == 200

    assert not Reading.objects.exists()
