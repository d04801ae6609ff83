"""Each page of a ward centre's desk: opens for its own officers, is closed to everybody else."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from consultations.models import Consultation, Referral
from consultations.views.ward.steps import STEPS
from kyodo import clock
from tests.counting import query_count
from tests.factories.consultations import ConsultationFactory, ReferralFactory

PAGES = (
    "/ward/",
    "/ward/log/",
    "/ward/consultations/",
    "/ward/referrals/",
    "/ward/referrals/?which=received",
    "/ward/mails/",
    "/ward/mails/?state=ignored",
    "/ward/mails/?state=matched",
    "/ward/mails/?state=nonsense",
    "/ward/statistics/",
    "/ward/meetings/",
)
OF_ONE = ("", "reply/", "refer/", "edit/", "contact/", *(f"{name}/" for name in STEPS))


@pytest.mark.parametrize("address", PAGES)
def test_a_page_of_the_desk_is_for_ward_officers(
    address: str, client: Client, ward_officer: User, coordinator: User, citizen: User, own: Consultation
) -> None:
    assert client.get(address).status_code == 302
    for user, status in ((citizen, 403), (coordinator, 403), (ward_officer, 200)):
        client.force_login(user)
        assert client.get(address).status_code == status


@pytest.mark.parametrize("page", OF_ONE)
def test_a_page_of_a_consultation_is_for_its_own_ward_centre(
    page: str, client: Client, ward_officer: User, other_officer: User, own: Consultation
) -> None:
    address = f"/ward/consultations/{own.reference}/{page}"

    client.force_login(ward_officer)
    assert client.get(address).status_code == 200
    client.force_login(other_officer)
    assert client.get(address).status_code == 404
    assert client.post(address).status_code in (404, 405)


def test_both_ends_of_a_referral_open_its_page_and_nobody_else(
    client: Client,
    ward_officer: User,
    coordinator: User,
    other_officer: User,
    citizen: User,
    asked: Referral,
    sent: Referral,
) -> None:
    for referral in (asked, sent):
        for user, desk, admin in (
            (ward_officer, 200, 302),
            (coordinator, 403, 200),
            (other_officer, 404, 302),
            (citizen, 403, 302),
        ):
            client.force_login(user)
            assert client.get(f"/ward/referrals/{referral.pk}/").status_code == desk
            status = client.get(f"/admin/consultations/referral/{referral.pk}/page/").status_code
            assert status in (admin, 403 if admin == 302 else admin)


def test_the_list_of_referrals_in_the_admin(client: Client, coordinator: User, asked: Referral) -> None:
    client.force_login(coordinator)

    assert asked.to_name in client.get("/admin/consultations/referral/").content.decode()
    assert client.get(f"/admin/consultations/referral/{asked.pk}/change/").status_code == 200
    assert client.get(f"/admin/consultations/referral/send/{asked.consultation_id}/").status_code == 200


def test_the_network_in_numbers_is_for_managers(
    client: Client, manager: User, coordinator: User, own: Consultation, sent: Referral, asked: Referral
) -> None:
    late = clock.now() - timedelta(days=1)
    ConsultationFactory(ward_centre=own.ward_centre, due_at=late, received_at=late - timedelta(days=3))
    client.force_login(coordinator)
    assert client.get("/admin/consultations/networkmeeting/network/").status_code == 403
    client.force_login(manager)

    response = client.get("/admin/consultations/networkmeeting/network/")

    lines = {line.name: line for line in response.context["network"].lines}
    assert own.ward_centre is not None
    line = lines[own.ward_centre.name]
    assert (line.open, line.overdue) == (2, 1)
    assert (line.sent, line.sent_open, line.asked, line.unanswered) == (1, 1, 1, 1)
    assert own.subject not in response.content.decode()


def test_an_officer_finds_the_desk_in_the_frame_and_on_their_own_page(
    client: Client, ward_officer: User, asked: Referral
) -> None:
    client.force_login(ward_officer)

    page = client.get("/my/").content.decode()

    assert page.count('href="/ward/"') >= 2
    assert "返事を待つもの1件" in page


def test_the_centre_sends_on_only_what_it_has_in_hand(
    client: Client, coordinator: User, own: Consultation, sent: Referral, elsewhere: Consultation
) -> None:
    """Of the one it sees a summary, of the other nothing."""
    client.force_login(coordinator)

    for consultation, status in ((own, 403), (elsewhere, 404)):
        address = f"/admin/consultations/referral/send/{consultation.pk}/"
        assert client.get(address).status_code == status
        assert client.post(address, {"send": "1"}).status_code == status


def test_a_coordinator_answers_in_the_admin_and_a_stranger_does_not(
    client: Client, coordinator: User, sent: Referral, elsewhere: Consultation, other_officer: User
) -> None:
    hidden = ReferralFactory(consultation=elsewhere)
    client.force_login(coordinator)

    assert client.post(f"/admin/consultations/referral/{hidden.pk}/step/accept/").status_code == 404
    assert client.post(f"/admin/consultations/referral/{sent.pk}/step/withdraw/").status_code == 403
    page = client.get(f"/admin/consultations/referral/{sent.pk}/page/").content.decode()
    assert not [word for word in own_words(sent.consultation) if word in page]
    assert client.post(f"/admin/consultations/referral/{sent.pk}/step/accept/").status_code == 302
    sent.refresh_from_db()
    assert sent.status == Referral.Status.ACCEPTED


def test_the_list_of_referrals_asks_as_much_for_three_as_for_one(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    ReferralFactory()
    one = query_count(client, "/admin/consultations/referral/")
    ReferralFactory.create_batch(2)

    assert query_count(client, "/admin/consultations/referral/") == one <= 20


def own_words(consultation: Consultation) -> set[str]:
    return {consultation.subject, consultation.text, consultation.contact.name, consultation.contact.email}
