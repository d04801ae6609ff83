"""The form up to its last page: what it asks of whom, what it refuses, and that it loses nothing."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Group, User
from consultations.models import Consultation
from tests.consultations.ask.conftest import TYPED, hidden, look_through
from tests.factories.centre import (
    ActivityFieldFactory,
    SupportOrganisationFactory,
    WardCentreFactory,
    WardFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
FORM = {"who": "citizen", "what": "start"}


def test_first_two_questions_and_nothing_else(client: Client) -> None:
    page = client.get(reverse("consult")).content.decode()

    assert 'name="who"' in page
    assert 'name="what"' in page
    assert "<textarea" not in page


def test_a_missing_answer_is_asked_again_and_the_other_kept(client: Client) -> None:
    answer = client.get(reverse("consult"), {"who": "company"})

    assert answer.status_code == 422
    assert 'value="company"' in answer.content.decode()
    assert "checked" in answer.content.decode()


def test_pressing_next_with_nothing_chosen_says_what_is_missing(client: Client) -> None:
    """A browser sends none of the two questions then: the button itself says that they were asked."""
    page = client.get(reverse("consult")).content.decode()
    answer = client.get(reverse("consult"), {"next": "1"})

    assert 'name="next"' in page
    assert "1つ選んでください。" not in page
    assert answer.status_code == 422
    assert "1つ選んでください。" in answer.content.decode()


@pytest.mark.parametrize("wrong", [{"who": "nobody", "what": "start"}, {"who": "citizen", "what": "'; --"}])
def test_answers_nobody_offered_are_refused(client: Client, wrong: dict[str, str]) -> None:
    assert client.get(reverse("consult"), wrong).status_code == 422
    assert client.post(reverse("consult"), TYPED | wrong).status_code == 422


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("start", "extra_stage"),
        ("run", "extra_matters"),
        ("partner", "extra_partner"),
        ("propose", "extra_office"),
        ("specialist", "extra_profession"),
    ],
)
def test_the_form_asks_by_kind(client: Client, kind: str, asked: str) -> None:
    page = client.get(reverse("consult"), {"who": "citizen", "what": kind}).content.decode()

    assert f'name="{asked}"' in page
    assert page.count('name="extra_') == client.get(
        reverse("consult"), {"who": "company", "what": kind}
    ).content.decode().count('name="extra_')


@pytest.mark.parametrize("who", ["company", "public"])
def test_companies_and_offices_say_their_name(client: Client, who: str) -> None:
    refused = look_through(client, who=who)

    assert refused.status_code == 422
    assert "organisation" in refused.context["form"].errors
    assert look_through(client, who=who, organisation="みなと商事").status_code == 200


def test_what_was_asked_beside_stands_in_the_text(client: Client) -> None:
    page = look_through(client, what="specialist", extra_profession="lawyer").context["question"]

    assert page.text.startswith(TYPED["text"])
    assert "弁護士" in page.text


def test_nothing_typed_is_lost_by_a_mistake(client: Client) -> None:
    refused = look_through(client, email="not-an-address", subject="件名です", extra_stage="people")

    page = refused.content.decode()
    assert refused.status_code == 422
    assert TYPED["text"] in page
    assert "件名です" in page
    assert 'value="not-an-address"' in page
    assert refused.context["form"]["extra_stage"].value() == "people"


def test_going_back_keeps_everything(client: Client) -> None:
    field = ActivityFieldFactory()
    review = look_through(client, fields_of_activity=[field.pk], name="書き直す 人")

    back = client.post(reverse("consult"), hidden(review) | {"edit": "1"})

    assert back.status_code == 200
    assert back.context["form"]["name"].value() == "書き直す 人"
    assert back.context["form"]["fields_of_activity"].value() == [str(field.pk)]
    assert not Consultation.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field", "code"),
    [
        ({"text": " "}, "text", "required"),
        ({"text": "あ" * 3001}, "text", "max_length"),
        ({"name": ""}, "name", "required"),
        # It would be mailed to whatever address stands beside it.
        ({"name": "至急 https://evil.example/ を確認"}, "name", "address"),
        ({"name": "WWW.evil を見て"}, "name", "address"),
        ({"name": "evil.example.jp"}, "name", "address"),
        ({"name": "t.co/x"}, "name", "address"),
        ({"name": "a@example.jp"}, "name", "address"),
        ({"email": ""}, "email", "unreachable"),
        ({"wish": "phone", "phone": ""}, "phone", "no_phone"),
        ({"wish": "mail", "email": "", "phone": "045-123-4567"}, "email", "no_email"),
        ({"wish": "mail", "may_mail": ""}, "may_mail", "unsafe"),
        ({"wish": "phone", "phone": "045-123-4567", "may_phone": ""}, "may_phone", "unsafe"),
        ({"wish": "pigeon"}, "wish", "invalid_choice"),
        ({"phone": "お電話ください"}, "phone", "phone"),
        ({"ward": "99999"}, "ward", "invalid_choice"),
        ({"fields_of_activity": ["x"]}, "fields_of_activity", "invalid_pk_value"),
    ],
)
def test_what_is_missing_or_odd_is_said_beside_its_field(
    client: Client, typed: dict[str, str], field: str, code: str
) -> None:
    refused = look_through(client, **typed)

    assert refused.status_code == 422
    assert [error.code for error in refused.context["form"].errors.as_data()[field]] == [code]


# ── Times to meet ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "time", "code"),
    [
        ("2026-11-17", "10:00", None),
        ("2026-11-17", "19:00", None),
        ("2026-11-17", "19:30", "outside_hours"),
        ("2026-11-21", "16:30", "outside_hours"),
        ("2026-11-16", "09:30", "past"),
        ("2027-03-01", "10:00", "too_far"),
        ("9999-12-31", "10:00", "invalid"),
        ("2026-11-17", "", "incomplete"),
    ],
)
def test_wished_times_lie_ahead_and_within_opening_hours(
    client: Client, day: str, time: str, code: str | None
) -> None:
    answer = look_through(client, wish="on_site", wish_1_0=day, wish_1_1=time)

    errors = answer.context["form"].errors.as_data().get("wish_1", []) if answer.status_code == 422 else []
    assert [error.code for error in errors] == ([code] if code else [])


def test_a_meeting_needs_a_time_and_each_only_once(client: Client) -> None:
    none = look_through(client, wish="online")
    same = look_through(
        client,
        wish="online",
        wish_1_0="2026-11-17",
        wish_1_1="10:00",
        wish_2_0="2026-11-17",
        wish_2_1="10:00",
    )

    assert none.context["form"].errors.as_data()["wish_1"][0].code == "no_wish"
    assert same.context["form"].errors.as_data()["wish_2"][0].code == "same_wish"


def test_times_of_another_way_bother_nobody(client: Client) -> None:
    assert look_through(client, wish="mail", wish_1_0="2020-01-01", wish_1_1="").status_code == 200


# ── Whoever is signed in ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_member_chooses_whom_they_speak_for(client: Client, member: User, group: Group) -> None:
    client.force_login(member)

    assert group.name in client.get(reverse("consult")).content.decode()
    form = client.get(reverse("consult"), FORM | {"group": group.number}).context["form"]
    assert form["organisation"].value() == group.name
    assert form["name"].value() == member.name
    assert form["email"].value() == member.email


def test_a_group_of_others_is_refused(client: Client, member: User, group: Group, other_group: Group) -> None:
    client.force_login(member)

    assert client.get(reverse("consult"), FORM | {"group": other_group.number}).status_code == 422
    assert look_through(client, group=other_group.number).status_code == 422


def test_a_visitor_speaks_for_no_group(client: Client, group: Group) -> None:
    assert client.get(reverse("consult"), FORM | {"group": group.number}).status_code == 422


# ── What may already help ────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_page_shows_what_is_near_and_blocks_nothing(client: Client, group: Group) -> None:
    ward = WardFactory()
    field = ActivityFieldFactory()
    near, other = WardCentreFactory(ward=ward), WardCentreFactory()
    helper = SupportOrganisationFactory(ward=ward)
    group.fields.add(field)
    Group.objects.filter(pk=group.pk).update(is_listed=True)

    page = look_through(client, ward=ward.pk, fields_of_activity=[field.pk]).content.decode()

    for shown in (near.name, near.phone, near.address, helper.name, group.name, "この内容で送る"):
        assert shown in page
    assert other.name not in page


def test_groups_that_are_not_listed_stay_unseen(client: Client, group: Group) -> None:
    field = ActivityFieldFactory()
    group.fields.add(field)

    page = look_through(client, fields_of_activity=[field.pk]).content.decode()

    assert group.name not in page


def test_the_last_page_says_until_when_somebody_answers(
    client: Client, monday: time_machine.Traveller
) -> None:
    """Two working days after Monday."""
    assert "2026年11月18日（水）までに" in look_through(client).content.decode()


def test_looking_through_sends_and_keeps_nothing(client: Client) -> None:
    look_through(client)

    assert not Consultation.objects.exists()
    assert "no-store" in look_through(client)["Cache-Control"]


def test_an_office_is_not_asked_which_department_it_is_and_a_company_has_no_family(client: Client) -> None:
    pages = {
        who: client.get(reverse("consult"), {"who": who, "what": "propose"}).content.decode()
        for who in ("citizen", "company", "public")
    }

    assert {who for who, page in pages.items() if "市のどの部署" in page} == {"citizen", "company"}
    assert {who for who, page in pages.items() if "家族" in page} == {"citizen"}
