"""Support programmes: which are current, how staff keep them, what the Yokohama profile brings."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from kyodo import clock
from kyodo.centre.models import SupportOrganisation, SupportProgramme
from tests.factories.accounts import UserFactory
from tests.factories.centre import ActivityFieldFactory, SupportProgrammeFactory, WardFactory

pytestmark = pytest.mark.django_db

TYPED = {
    "name": "みなと区の活動助成",
    "kind": "money",
    "description": "初めての活動に助成があります。",
    "operator": "みなと区役所",
    "phone": "045-000-0003",
    "audiences": ["group"],
    "needs": ["start", "run"],
    "is_active": "on",
    "position": 0,
}


def names(rows: object) -> set[str]:
    return {row.name for row in rows}  # type: ignore[attr-defined]


def test_current_ones_are_named_and_not_past_their_last_day() -> None:
    today = clock.today()
    SupportProgrammeFactory(name="締切なし")
    SupportProgrammeFactory(name="今日まで", applications_until=today)
    SupportProgrammeFactory(name="昨日まで", applications_until=today - timedelta(days=1))
    SupportProgrammeFactory(name="案内しない", is_active=False)

    assert names(SupportProgramme.objects.current()) == {"締切なし", "今日まで"}
    assert names(SupportProgramme.objects.active()) == {"締切なし", "今日まで", "昨日まで"}
    assert {row.name for row in SupportProgramme.objects.all() if row.is_over} == {"昨日まで"}


def test_a_programme_reaches_its_ward_or_the_whole_city() -> None:
    ward, other = WardFactory(), WardFactory()
    SupportProgrammeFactory(name="市全体")
    SupportProgrammeFactory(name="この区", ward=ward)
    SupportProgrammeFactory(name="よその区", ward=other)

    assert names(SupportProgramme.objects.reaching(ward.pk)) == {"市全体", "この区"}
    assert names(SupportProgramme.objects.reaching(None)) == {"市全体"}


def test_a_manager_writes_down_a_programme_by_ticking_boxes(client: Client) -> None:
    field = ActivityFieldFactory()
    client.force_login(UserFactory(manager=True))

    response = client.post(reverse("admin:centre_supportprogramme_add"), TYPED | {"fields": [field.pk]})

    assert response.status_code == 302
    row = SupportProgramme.objects.get()
    assert (row.audiences, row.needs, list(row.fields.all())) == (["group"], ["start", "run"], [field])


def test_a_programme_that_nobody_can_ask_about_comes_back_with_the_reason(client: Client) -> None:
    client.force_login(UserFactory(manager=True))

    response = client.post(reverse("admin:centre_supportprogramme_add"), TYPED | {"phone": ""})

    assert response.status_code == 200
    assert "電話番号かウェブサイトのどちらかを書いてください。" in response.content.decode()
    assert not SupportProgramme.objects.exists()


def test_the_coordinator_looks_and_changes_nothing(client: Client) -> None:
    row = SupportProgrammeFactory()
    client.force_login(UserFactory(coordinator=True))
    address = reverse("admin:centre_supportprogramme_change", args=[row.pk])

    assert client.get(address).status_code == 200
    assert client.post(address, TYPED).status_code == 403
    assert client.get(reverse("admin:centre_supportprogramme_add")).status_code == 403


def test_the_list_marks_and_finds_what_is_over(client: Client) -> None:
    SupportProgrammeFactory(name="終わった助成", applications_until=clock.today() - timedelta(days=1))
    SupportProgrammeFactory(name="いまの助成", applications_until=clock.today())
    SupportProgrammeFactory(name="いつでもの助成", deadline="いつでも")
    client.force_login(UserFactory(manager=True))

    pages = {
        asked: client.get(
            reverse("admin:centre_supportprogramme_changelist"), {"applications": asked} if asked else {}
        ).content.decode()
        for asked in ("", "open", "over")
    }

    assert "で締め切りました" in pages[""]
    assert "いつでも" in pages[""]
    assert "終わった助成" in pages["over"]
    assert "終わった助成" not in pages["open"]
    assert "いまの助成" in pages["open"]
    assert "いつでもの助成" in pages["open"]
    assert "いまの助成" not in pages["over"]


def test_yokohama_brings_programmes_of_several_kinds_that_anybody_can_ask_about() -> None:
    call_command("load_centre", "yokohama", verbosity=0)
    rows = SupportProgramme.objects.all()

    assert {row.kind for row in rows} >= {"money", "experts", "place"}
    assert all(row.phone or row.website for row in rows)
    assert rows.get(name="社会福祉協議会の活動助成").phone == "045-201-2096"
    assert [one.code for one in rows.get(name="ヨコハマ市民まち普請事業").fields.all()] == ["machizukuri"]
    # The councils themselves stand as organisations; a programme is what they give.
    assert not names(rows) & names(SupportOrganisation.objects.all())
