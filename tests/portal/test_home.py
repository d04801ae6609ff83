"""The front door answers what can be done here today."""

import re
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Group, User
from kyodo import clock
from kyodo.centre.models import Closure
from spaces.models import Space
from tests.factories.centre import CentreFactory, NewsItemFactory, usual_week
from tests.factories.spaces import BookingFactory, at, yokohama_spaces

FRIDAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _centre_of_the_test(db: None) -> None:
    CentreFactory()
    usual_week()
    yokohama_spaces()


def home(client: Client, moment: datetime) -> str:
    with time_machine.travel(moment, tick=False):
        return client.get("/").content.decode()


def close(by: User, **hours: object) -> None:
    Closure.objects.create(
        first_day=FRIDAY, last_day=FRIDAY, kind=Closure.Kind.INSPECTION, created_by=by, **hours
    )


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (at(FRIDAY, 8), "今日は9:00に開きます"),
        (at(FRIDAY, 13), "今日は20:00まで開いています"),
        (at(FRIDAY, 20, 30), "今日は閉館しました"),
        (at(FRIDAY + timedelta(days=1), 13), "今日は17:00まで開いています"),
    ],
)
def test_the_heading_says_whether_the_centre_is_open(client: Client, moment: datetime, words: str) -> None:
    assert heading(home(client, moment)) == words


def test_after_closing_the_page_says_when_the_centre_opens_next(client: Client) -> None:
    assert "次は11月21日（土） 9:00に開きます" in home(client, at(FRIDAY, 20, 30))


def test_a_closed_day_is_named_so_and_offers_no_time(client: Client, manager: User) -> None:
    close(manager)

    page = home(client, at(FRIDAY, 13))

    assert heading(page) == "今日は休館日です"
    assert "空きあり" not in page


def test_a_closure_of_some_hours_is_announced(client: Client, manager: User) -> None:
    close(manager, begins=time(15), ends=time(16), reason="避難訓練のため")

    assert "15:00-16:00 避難訓練のため" in home(client, at(FRIDAY, 13))


def test_times_still_free_today_stand_beside_each_space(client: Client, group: Group) -> None:
    space = Space.objects.get(slug="space-a")
    BookingFactory(space=space, group=group, begins_at=at(FRIDAY, 15), ends_at=at(FRIDAY, 17))

    page = home(client, at(FRIDAY, 13))

    line = page[page.index('href="/spaces/space-a/"') :]
    assert "13:30-15:00" in line[: line.index("</li>")]
    assert "17:00-20:00" in line[: line.index("</li>")]


def test_who_booked_is_not_told(client: Client, group: Group) -> None:
    space = Space.objects.get(slug="space-a")
    BookingFactory(
        space=space, group=group, begins_at=at(FRIDAY, 15), ends_at=at(FRIDAY, 17), purpose="秋の打合せ"
    )

    page = home(client, at(FRIDAY, 13))

    assert group.name not in page
    assert "秋の打合せ" not in page


def test_the_coming_seven_days_are_listed(client: Client) -> None:
    page = home(client, at(FRIDAY, 13))

    assert "11月23日（月）" in page
    assert "勤労感謝の日" in page


def test_published_news_is_shown_and_a_draft_is_not(client: Client) -> None:
    NewsItemFactory(title="冬の開館時間", published_at=at(FRIDAY, 9))
    NewsItemFactory(title="書きかけ", published_at=None)

    page = home(client, at(FRIDAY, 13))

    assert "冬の開館時間" in page
    assert "書きかけ" not in page


def test_without_news_there_is_no_empty_section(client: Client) -> None:
    assert "お知らせ" not in home(client, at(FRIDAY, 13))


def test_every_link_of_the_home_page_leads_somewhere(client: Client) -> None:
    page = home(client, clock.now())
    ids = set(re.findall(r'\bid="([^"]+)"', page))

    for address in set(re.findall(r'href="([^"]+)"', page)):
        path, _, anchor = address.partition("#")
        if anchor and path in ("", "/"):
            assert anchor in ids, address
        elif path.startswith("/") and not path.startswith("/static/"):
            assert client.get(path).status_code in (200, 302), address


def test_the_home_page_costs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        client.get("/")
