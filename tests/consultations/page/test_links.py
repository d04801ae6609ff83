"""Consultations that belong together, and partners found for one."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.actions import entries
from consultations.models import Consultation, Introduction, Reading
from kyodo.mail.models import OutgoingMail
from tests.consultations.page.pages import address, html, press
from tests.counting import query_count
from tests.factories.accounts import GroupFactory
from tests.factories.centre import ActivityFieldFactory, SupportOrganisationFactory, WardFactory
from tests.factories.consultations import ConsultationFactory

pytestmark = pytest.mark.django_db


def test_related_ones_are_linked_by_what_was_read_out_and_let_go(client: Client, coordinator: User) -> None:
    one, other = ConsultationFactory(), ConsultationFactory()
    client.force_login(coordinator)

    typed = f"{other.reference[:4]}-{other.reference[4:]}".lower()
    assert press(client, one, "relate", reference=typed).status_code == 302
    assert list(other.related.all()) == [one]
    press(client, one, "unrelate", other=other.pk)
    assert not one.related.exists()


def test_one_of_another_office_is_neither_linked_nor_betrayed(
    client: Client, coordinator: User, ward_officer: User
) -> None:
    one = ConsultationFactory()
    theirs = ConsultationFactory(ward_centre=ward_officer.ward_centre)
    client.force_login(coordinator)

    for step in ("relate", "duplicate"):
        known = html(press(client, one, step, reference=theirs.reference))
        unknown = html(press(client, one, step, reference="ZZZZZZZZ"))
        assert "この受付番号の相談は見つかりません。" in known
        assert ("見つかりません" in known) == ("見つかりません" in unknown)
    assert not one.related.exists()


def test_later_messages_follow_a_duplicate_until_it_is_taken_apart_again(
    client: Client, coordinator: User
) -> None:
    copy, original = ConsultationFactory(), ConsultationFactory()
    client.force_login(coordinator)

    press(client, copy, "duplicate", reference=original.reference, shown=original.pk)
    copy.refresh_from_db()
    assert (copy.status, copy.duplicate_of) == (Consultation.Status.CLOSED, original)
    entries.receive_message(consultation=copy, message="追伸です。")
    assert "追伸です。" in html(client.get(address(original)))
    assert original.reference in html(client.get(address(copy)))

    press(client, copy, "unduplicate")
    copy.refresh_from_db()
    assert (copy.status, copy.duplicate_of) == (Consultation.Status.IN_PROGRESS, None)
    entries.receive_message(consultation=copy, message="もう一度。")
    assert not original.entries.filter(text="もう一度。").exists()


def test_partners_are_named_with_the_reason(client: Client, coordinator: User) -> None:
    ward, field = WardFactory(name="みなと区"), ActivityFieldFactory(name="子ども")
    consultation = ConsultationFactory(ward=ward)
    consultation.fields.set([field])
    GroupFactory(name="分野の会", fields=[field])
    GroupFactory(name="区の会", wards=[ward], listed=True)
    GroupFactory(name="期限の会", fields=[field], expired=True)
    GroupFactory(name="とまった会", fields=[field], suspended=True)
    GroupFactory(name="遠い会")
    SupportOrganisationFactory(ward=ward, name="みなと区社協")
    SupportOrganisationFactory(name="よその社協")
    client.force_login(coordinator)

    page = html(client.get(address(consultation, "partners")))

    for words in (
        "分野の会",
        "分野が同じ：子ども",
        "区の会",
        "みなと区で活動",
        "みなと区社協",
        "みなと区の窓口",
    ):
        assert words in page
    for words in ("期限の会", "とまった会", "遠い会", "よその社協"):
        assert words not in page
    assert "団体一覧に載せていない団体です。" in page


def test_the_search_for_partners_asks_the_same_for_one_and_three(client: Client, coordinator: User) -> None:
    field = ActivityFieldFactory()
    consultation = ConsultationFactory()
    consultation.fields.set([field])
    client.force_login(coordinator)
    GroupFactory(fields=[field])
    one = query_count(client, address(consultation, "partners"))
    for _more in range(2):
        GroupFactory(fields=[field])

    assert query_count(client, address(consultation, "partners")) == one <= 20


def test_an_introduction_is_written_down_mails_nobody_and_gets_its_result(
    client: Client, coordinator: User
) -> None:
    consultation, group = ConsultationFactory(), GroupFactory(name="みどりの会")
    client.force_login(coordinator)

    press(client, consultation, "introduce", group=group.pk, reason="分野が同じ")
    row = Introduction.objects.get()
    assert (row.group, row.name, row.reason) == (group, "みどりの会", "分野が同じ")

    address_of = reverse("admin:consultations_consultation_introduction", args=[consultation.pk, row.pk])
    client.post(address_of, {"version": 1, "result": "together", "result_text": "来月から一緒に開く。"})
    row.refresh_from_db()
    assert row.result_at is not None
    assert "来月から一緒に開く。" in html(client.get(address(consultation)))
    assert not OutgoingMail.objects.exists()


def test_two_who_write_what_came_of_it_at_once_lose_neither_text(client: Client, coordinator: User) -> None:
    """No history keeps the words that stood there."""
    consultation = ConsultationFactory()
    row = Introduction.objects.create(consultation=consultation, name="みどりの会", by=coordinator)
    client.force_login(coordinator)
    address_of = reverse("admin:consultations_consultation_introduction", args=[consultation.pk, row.pk])
    typed = {"version": 1, "result": "met"}
    client.post(address_of, typed | {"result_text": "一人目のことば"})

    refused = client.post(address_of, typed | {"result_text": "二人目のことば"})

    row.refresh_from_db()
    assert (refused.status_code, row.result_text) == (409, "一人目のことば")
    for words in ("一人目のことば", "二人目のことば"):
        assert words in html(refused)
    assert 'name="version" value="2"' in html(client.get(address(consultation, "partners")))


def test_an_introduction_of_another_consultation_is_not_reached_from_here(
    client: Client, coordinator: User
) -> None:
    consultation, other = ConsultationFactory(), ConsultationFactory()
    row = Introduction.objects.create(consultation=other, name="みどりの会", by=coordinator)
    client.force_login(coordinator)

    address_of = reverse("admin:consultations_consultation_introduction", args=[consultation.pk, row.pk])

    assert client.post(address_of, {"result": "met"}).status_code == 404


def test_an_introduction_of_nobody_comes_back(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)

    assert press(client, consultation, "introduce", name=" ").status_code == 422
    assert not Introduction.objects.exists()


def test_closing_as_the_same_shows_both_first_and_warns_of_two_people(
    client: Client, coordinator: User
) -> None:
    copy = ConsultationFactory(contact__name="写し 一郎")
    original = ConsultationFactory(text="元の相談の文。", contact__name="元 花子", contact__phone_digits="")
    client.force_login(coordinator)

    asks = press(client, copy, "duplicate", reference=original.reference)
    page = html(asks)
    assert asks.status_code == 200
    for shown in ("写し 一郎", "元 花子", "元の相談の文。", copy.reference, original.reference):
        assert shown in page
    assert "相談者がちがうかもしれません。" in page
    assert Reading.objects.filter(consultation=original, by=coordinator).exists()
    copy.refresh_from_db()
    assert copy.is_open
    # Another number typed into the page that asks was never shown.
    other = ConsultationFactory()
    press(client, copy, "duplicate", reference=other.reference, shown=original.pk)
    copy.refresh_from_db()
    assert copy.is_open
    press(client, copy, "duplicate", reference=original.reference, shown=original.pk)
    copy.refresh_from_db()
    assert copy.duplicate_of == original


@pytest.mark.parametrize("same", [{"contact__email": "HANAKO@example.jp"}, {"contact__phone_digits": "0459"}])
def test_two_of_one_person_are_no_reason_to_warn(
    same: dict[str, str], client: Client, coordinator: User
) -> None:
    known = {"contact__email": "hanako@example.jp", "contact__phone_digits": "0459"}
    copy = ConsultationFactory(**known)
    original = ConsultationFactory(**{"contact__email": "", "contact__phone_digits": "", **same})
    client.force_login(coordinator)

    page = html(press(client, copy, "duplicate", reference=original.reference))

    assert "相談者がちがうかもしれません。" not in page
