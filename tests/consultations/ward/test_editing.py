"""A ward centre sets right what its own consultations say: by the centre's views, at its own door."""

import pytest
from django.test import Client

from accounts.models import Group, User
from consultations.models import Consultation
from tests.consultations.page.pages import html
from tests.factories.accounts import GroupFactory

FACTS = {"subject": "川辺の掃除と花", "kind": "run", "audience": "citizen", "wish": "mail"}


def post(client: Client, consultation: Consultation, page: str, **typed: object) -> object:
    data = {"version": Consultation.objects.get(pk=consultation.pk).version, **typed}
    return client.post(f"/ward/consultations/{consultation.reference}/{page}/", data)


def test_the_next_reply_goes_to_the_address_that_the_ward_set_right(
    client: Client, ward_officer: User, own: Consultation
) -> None:
    client.force_login(ward_officer)

    post(client, own, "contact", name="相談 花子", email="right@example.jp", may_mail="on")

    own.contact.refresh_from_db()
    assert own.contact.email == "right@example.jp"
    page = html(client.get(f"/ward/consultations/{own.reference}/"))
    assert f"/ward/consultations/{own.reference}/contact/" in page
    assert f"/ward/consultations/{own.reference}/edit/" in page
    assert "right@example.jp" in page


def test_a_ward_sets_the_subject_right_and_keeps_the_group_that_it_cannot_look_up(
    client: Client, ward_officer: User, own: Consultation
) -> None:
    own.group = GroupFactory(is_listed=False)
    own.save()
    client.force_login(ward_officer)

    post(client, own, "edit", **FACTS, group_number=own.group.number)

    own.refresh_from_db()
    assert (own.subject, own.group) == ("川辺の掃除と花", Group.objects.get())


@pytest.mark.parametrize(("is_listed", "status"), [(True, 302), (False, 422)])
def test_a_ward_names_only_groups_of_the_public_directory(
    client: Client, ward_officer: User, own: Consultation, is_listed: bool, status: int
) -> None:
    group = GroupFactory(is_listed=is_listed)
    client.force_login(ward_officer)

    answer = post(client, own, "edit", **FACTS, group_number=group.number)

    assert answer.status_code == status  # type: ignore[attr-defined]


def test_what_another_officer_saved_meanwhile_stands_beside_what_was_typed(
    client: Client, ward_officer: User, own: Consultation
) -> None:
    client.force_login(ward_officer)
    old = own.version
    post(client, own, "contact", name="相談 はな", email=own.contact.email, may_mail="on")

    answer = post(
        client, own, "contact", version=old, name="相談 花", email="typed@example.jp", may_mail="on"
    )

    assert answer.status_code == 409  # type: ignore[attr-defined]
    page = html(answer)
    assert "相談 はな" in page
    assert "typed@example.jp" in page


def test_a_guest_of_a_referral_does_not_mend_what_another_office_has(
    client: Client, ward_officer: User, asked: object
) -> None:
    client.force_login(ward_officer)
    consultation = asked.consultation  # type: ignore[attr-defined]

    for page in ("edit", "contact"):
        assert client.get(f"/ward/consultations/{consultation.reference}/{page}/").status_code == 403
        assert post(client, consultation, page, **FACTS).status_code == 403  # type: ignore[attr-defined]
