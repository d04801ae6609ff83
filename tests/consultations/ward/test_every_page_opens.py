"""Each page of a ward centre's desk: opens for its own officers, is closed to everybody else."""

import pytest
from django.test import Client

from accounts.models import User
from consultations.models import Consultation, Referral
from consultations.views.ward.steps import STEPS

PAGES = (
    "/ward/",
    "/ward/log/",
    "/ward/consultations/",
    "/ward/referrals/",
    "/ward/referrals/?which=received",
    "/ward/statistics/",
    "/ward/meetings/",
)
OF_ONE = ("", "reply/", "refer/", *(f"{name}/" for name in STEPS))


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
    client.force_login(coordinator)
    assert client.get("/admin/consultations/networkmeeting/network/").status_code == 403
    client.force_login(manager)

    response = client.get("/admin/consultations/networkmeeting/network/")

    lines = {line.name: line for line in response.context["network"].lines}
    assert own.ward_centre is not None
    line = lines[own.ward_centre.name]
    assert (line.open, line.sent, line.sent_open, line.asked, line.unanswered) == (1, 1, 1, 1, 1)
    assert own.subject not in response.content.decode()


def test_an_officer_finds_the_desk_in_the_frame_and_on_their_own_page(
    client: Client, ward_officer: User, asked: Referral
) -> None:
    client.force_login(ward_officer)

    page = client.get("/my/").content.decode()

    assert page.count('href="/ward/"') >= 2
    assert "返事を待つもの1件" in page
