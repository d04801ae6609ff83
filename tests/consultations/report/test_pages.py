import csv
import io
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from consultations.report_files import hidden
from tests.consultations.report.test_numbers import asked, at
from tests.counting import query_count
from tests.factories.centre import CentreFactory, WardCentreFactory, WardFactory
from tests.factories.consultations import ReferralFactory, SurveyFactory

pytestmark = pytest.mark.django_db

PAGES = ("consultations_report", "consultations_report_csv", "consultations_report_excel")


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()


def address(name: str = "consultations_report", **query: object) -> str:
    return reverse(f"admin:{name}") + "?" + "&".join(f"{key}={value}" for key, value in query.items())


def lines(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode().removeprefix("\ufeff"))))


def test_coordinators_and_managers_read_it(
    sign_in: Callable[[User], Client], coordinator: User, manager: User
) -> None:
    for user in (coordinator, manager):
        for name in PAGES:
            assert sign_in(user).get(address(name)).status_code == 200


def test_everybody_else_is_kept_out(
    sign_in: Callable[[User], Client], reception: User, ward_officer: User, citizen: User
) -> None:
    for name in PAGES:
        assert sign_in(reception).get(address(name)).status_code == 403
        for user in (ward_officer, citizen):
            assert sign_in(user).get(address(name)).status_code in (302, 403)


def test_the_page_shows_each_cut_with_its_numbers(sign_in: Callable[[User], Client], manager: User) -> None:
    asked(date(2026, 5, 1), ward=WardFactory(name="みなと区"))

    page = sign_in(manager).get(address(year=2026, month=5)).content.decode()

    assert "2026年5月" in page
    assert '<th scope="row">みなと区</th><td class="number">1</td>' in page
    assert "style=" not in page


@pytest.mark.parametrize("query", [{"year": 1999}, {"year": 99999}, {"month": 13}, {"month": 0}])
def test_a_period_that_is_none_is_not_found(
    sign_in: Callable[[User], Client], manager: User, query: dict[str, int]
) -> None:
    assert sign_in(manager).get(address(**query)).status_code == 404


@pytest.mark.parametrize("query", [{"year": "x"}, {"where": "moon"}, {"for": "x"}, {"month": "４"}])
def test_odd_wishes_are_passed_over(
    sign_in: Callable[[User], Client], manager: User, query: dict[str, str]
) -> None:
    assert sign_in(manager).get(address(**query)).status_code == 200


def test_the_files_hold_the_same_numbers(sign_in: Callable[[User], Client], manager: User) -> None:
    asked(date(2026, 5, 1), ward=WardFactory(name="みなと区"))
    client = sign_in(manager)

    text = client.get(address("consultations_report_csv", year=2026, month=5))
    book = client.get(address("consultations_report_excel", year=2026, month=5))

    assert 'filename="kyodo-consultations-2026-05.csv"' in text["Content-Disposition"]
    assert "no-store" in text["Cache-Control"]
    assert ["みなと区", "1", "0"] in lines(text.content)
    assert ["みなと区", "1", "0", "0", "0", "0", "0"] in lines(text.content)
    sheets = load_workbook(io.BytesIO(book.content))
    assert ["みなと区", 1, 0] in [[cell.value for cell in row] for row in sheets["区"].iter_rows()]


def test_a_ward_named_like_a_formula_stays_text(sign_in: Callable[[User], Client], manager: User) -> None:
    asked(date(2026, 5, 1), ward=WardFactory(name="=1+1"))
    client = sign_in(manager)

    assert ["'=1+1", "1", "0"] in lines(client.get(address("consultations_report_csv", year=2026)).content)
    book = load_workbook(io.BytesIO(client.get(address("consultations_report_excel", year=2026)).content))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_small_numbers_and_crossings_do_not_leave_the_house(
    sign_in: Callable[[User], Client], manager: User
) -> None:
    few, some, many = WardFactory(name="少区"), WardFactory(name="中区"), WardFactory(name="多区")
    for ward, count in ((few, 1), (some, 4), (many, 7)):
        for _one in range(count):
            asked(date(2026, 5, 1), ward=ward)

    text = sign_in(manager).get(address("consultations_report_csv", year=2026, **{"for": "outside"}))

    rows = lines(text.content)
    assert "outside" in text["Content-Disposition"]
    assert ["少区", "―", "0"] in rows
    assert ["中区", "―", "0"] in rows  # or it could be told from the sum
    assert ["多区", "7", "0"] in rows
    assert not any("区と種類" in cell for row in rows for cell in row)


@pytest.mark.parametrize(
    ("late", "answered", "shown"),
    [
        # 2 of 12 too late: whoever knows the twelve would have the two.
        (2, 3, {"割合": "―", "中央値": "1.0", "回答率": "30.0", "平均": "5.0"}),
        (3, 2, {"割合": "75.0", "中央値": "1.0", "回答率": "―", "平均": "―"}),
        (0, 0, {"割合": "100.0", "中央値": "1.0", "回答率": "0.0", "平均": ""}),
    ],
)
def test_a_figure_of_one_or_two_does_not_leave_the_house(
    late: int, answered: int, shown: dict[str, str], sign_in: Callable[[User], Client], manager: User
) -> None:
    for number in range(12):
        asked(
            date(2026, 5, 1),
            first_answered_at=at(date(2026, 5, 2)),
            first_answer_days=9 if number < late else 1,
        )
    for number in range(10):
        survey = SurveyFactory(sent_at=at(date(2026, 5, 1)))
        if number < answered:
            survey.solved, survey.rating, survey.answered_at = "yes", 5, at(date(2026, 5, 3))
            survey.save()
    client = sign_in(manager)

    house, outside = (
        lines(client.get(address("consultations_report_csv", year=2026, **more)).content)
        for more in ({}, {"for": "outside"})
    )

    found = {word: next(row[1] for row in outside if row and word in row[0]) for word in shown}
    assert found == shown
    assert not any("―" in row for row in house)


def test_a_quiet_period_leaves_the_house_uncut(sign_in: Callable[[User], Client], manager: User) -> None:
    for _one in range(9):
        asked(date(2026, 5, 1), ward=WardFactory(name=f"第{_one}九区"))

    rows = lines(
        sign_in(manager)
        .get(address("consultations_report_csv", year=2026, month=5, **{"for": "outside"}))
        .content
    )

    assert ["受け付けた相談", "9", "0", "件"] in rows
    assert not any("九区" in cell for row in rows for cell in row)


def test_hidden_numbers_cannot_be_worked_out() -> None:
    assert hidden([5, 1, 8, 0]) == ["―", "―", 8, 0]
    assert hidden([1, 2, 8]) == ["―", "―", 8]
    assert hidden([3, 8, None, 0]) == [3, 8, None, 0]
    assert hidden([2]) == ["―"]
    assert hidden([2, 2, 9, 0]) == ["―", "―", "―", 0]
    assert hidden([2, 2, 0]) == ["―", "―", "―"]


def test_outside_gets_no_part_to_take_from_the_whole(
    sign_in: Callable[[User], Client], manager: User
) -> None:
    for _one in range(12):
        asked(date(2026, 5, 1))
    ward_centre = WardCentreFactory()
    asked(date(2026, 5, 1), ward_centre=ward_centre)
    client = sign_in(manager)

    name, query = "consultations_report_csv", {"year": 2026, "for": "outside"}
    whole = client.get(address(name, **query)).content
    part = client.get(address(name, where="centre", **query)).content

    assert lines(part) == lines(whole)


def test_outside_sees_no_cuts_of_a_year_before_with_few(
    sign_in: Callable[[User], Client], manager: User
) -> None:
    for _one in range(12):
        asked(date(2026, 5, 1))
    for _one in range(4):
        asked(date(2025, 5, 1))

    query = {"year": 2026, "month": 5, "for": "outside"}
    rows = lines(sign_in(manager).get(address("consultations_report_csv", **query)).content)

    assert ["ウェブ", "12"] in rows


def test_queries_stay_the_same_however_many_asked(sign_in: Callable[[User], Client], manager: User) -> None:
    client = sign_in(manager)
    asked(date(2026, 5, 1), ward=WardFactory())
    few = query_count(client, address(year=2026))

    for day in range(2, 5):
        one = asked(date(2026, 5, day), ward=WardFactory(), assigned=True)
        ReferralFactory(consultation=one, sent_at=at(date(2026, 5, day)))

    assert query_count(client, address(year=2026)) == few <= 20
