"""Support programmes on the last page before sending: only what the person could apply for, and never in the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Group, User
from kyodo import clock
from tests.consultations.ask.conftest import look_through
from tests.factories.centre import ActivityFieldFactory, SupportProgrammeFactory, WardFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

TABLE = "centre_supportprogramme"


def shown(client: Client, **typed: object) -> list[str]:
    return [one.name for one in look_through(client, **typed).context["help"].programmes]


def test_a_programme_stands_there_with_a_way_to_ask_and_the_button_still_sends(client: Client) -> None:
    SupportProgrammeFactory(
        name="はじめの助成",
        description="初めての年に助成があります。",
        needs=["start"],
        website="https://example.jp/josei",
    )

    page = look_through(client).content.decode()

    for words in (
        "はじめの助成",
        "初めての年に助成があります。",
        "みなと市",
        'href="tel:045-000-0002"',
        'href="https://example.jp/josei"',
        "この内容で送る",
    ):
        assert words in page


def test_at_most_three_and_the_best_first(client: Client) -> None:
    ward, field = WardFactory(), ActivityFieldFactory()
    for name in ("一", "二", "三"):
        SupportProgrammeFactory(name=name, needs=["start"])
    SupportProgrammeFactory(name="区", needs=["start"], ward=ward)
    SupportProgrammeFactory(name="分野", needs=["start"], for_fields=[field])

    assert shown(client, ward=ward.pk, fields_of_activity=[field.pk]) == ["分野", "区", "一"]


@pytest.mark.parametrize(
    "against",
    [
        {"needs": ["run"]},
        {"audiences": ["company"]},
        {"audiences": ["registered"]},
        {"is_active": False},
        {"applications_until": -1},
        {"ward": True},
        {"for_fields": True},
    ],
    ids=lambda one: next(iter(one)),
)
def test_what_they_can_not_apply_for_is_not_shown(client: Client, against: dict[str, Any]) -> None:
    if "applications_until" in against:
        against = {"applications_until": clock.today() - timedelta(days=1)}
    if "ward" in against:
        against = {"ward": WardFactory()}
    if "for_fields" in against:
        against = {"for_fields": [ActivityFieldFactory()]}
    SupportProgrammeFactory(name="合わない", **{"needs": ["start"], **against})
    SupportProgrammeFactory(name="合う", needs=["start"], applications_until=clock.today())

    assert shown(client, ward=WardFactory().pk, fields_of_activity=[ActivityFieldFactory().pk]) == ["合う"]


@pytest.mark.parametrize(
    ("who", "names"),
    [("citizen", ["団体に", "個人に"]), ("company", ["企業に"]), ("public", [])],
)
def test_each_audience_sees_its_own(client: Client, who: str, names: list[str]) -> None:
    for name, audience in (("団体に", "group"), ("個人に", "citizen"), ("企業に", "company")):
        SupportProgrammeFactory(name=name, needs=["start"], audiences=[audience])

    assert shown(client, who=who, organisation="みなと商事") == names


def test_a_member_of_a_registered_group_sees_what_is_for_those(
    client: Client, member: User, group: Group
) -> None:
    SupportProgrammeFactory(name="登録団体に", needs=["start"], audiences=["registered"])
    client.force_login(member)

    assert shown(client) == []
    assert shown(client, group=group.number) == ["登録団体に"]


def test_one_query_however_many_and_none_without_anything_to_go_by(client: Client) -> None:
    ward, field = WardFactory(), ActivityFieldFactory()

    def asked(**typed: object) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert look_through(client, **typed).status_code == 200
        return len([one for one in queries if f'FROM "{TABLE}"' in one["sql"]])

    for number in range(6):
        SupportProgrammeFactory(needs=["start"], for_fields=[field], ward=ward if number % 2 else None)

    assert asked(ward=ward.pk, fields_of_activity=[field.pk]) == 1
    assert asked(what="other") == 0
