import csv
import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Group, User
from spaces.exports import as_csv, as_excel
from spaces.models import Space
from spaces.queries.statistics import Figures, Statistics, Table, by_fiscal_year, fiscal_years, statistics
from tests.factories.accounts import GroupFactory
from tests.factories.spaces import BookingFactory
from tests.spaces.staff.conftest import TODAY

YEAR = 2026
URL = "/admin/spaces/booking/statistics/"
OPEN_DAYS, OPEN_MINUTES, UNITS = 365, 11 * 60, 6


@pytest.fixture
def used(spaces: dict[str, Space], group: Group, other_group: Group) -> None:
    """A year of two groups: three bookings used or to come, one missed, one cancelled, one of another year."""
    BookingFactory(space=spaces["kyodo-lab"], group=group, day=TODAY, hour=9, minutes=90, used=True, people=5)
    BookingFactory(space=spaces["space-ab"], group=other_group, day=TODAY, hour=10, minutes=120, people=50)
    BookingFactory(
        space=spaces["space-a"], group=group, day=date(2026, 4, 6), hour=13, no_show=True, people=8
    )
    BookingFactory(space=spaces["space-a"], group=group, day=date(2026, 4, 7), hour=13, cancelled=True)
    BookingFactory(space=spaces["space-a"], group=group, day=date(2026, 3, 31), hour=13, used=True)


def table(found: Statistics, slug: str) -> dict[str, Figures]:
    return {row.label: row for one in found.tables if one.slug == slug for row in one.rows}


@pytest.mark.usefixtures("used")
def test_a_fiscal_year_is_counted_april_to_march() -> None:
    total = statistics(YEAR).total

    assert (total.bookings, total.minutes, total.people) == (3, 90 + 120 + 60, 63)
    assert (total.no_shows, total.cancelled) == (1, 1)
    assert statistics(YEAR - 1).total.bookings == 1


@pytest.mark.usefixtures("used")
def test_every_cut_adds_up_to_the_total() -> None:
    found = statistics(YEAR)

    for slug in ("spaces", "months", "weekdays", "groups"):
        rows = table(found, slug).values()
        assert sum(row.bookings for row in rows) == found.total.bookings
        assert sum(row.minutes for row in rows) == found.total.minutes
    hours = table(found, "hours").values()
    assert sum(row.minutes for row in hours) == found.total.minutes
    assert sum(row.open_unit_minutes for row in hours) == found.total.open_unit_minutes


@pytest.mark.usefixtures("used")
def test_the_cuts_tell_space_month_weekday_hour_and_group() -> None:
    found = statistics(YEAR)

    assert table(found, "spaces")["スペースA・B"].people == 50
    assert table(found, "months")["2026年11月"].bookings == 2
    assert table(found, "months")["2026年4月"].no_shows == 1
    assert table(found, "weekdays")["金曜日"].bookings == 2
    assert table(found, "hours")["10時台"].minutes == 30 + 60
    assert table(found, "groups")["あおば見守りの会"].hours == 2.5


@pytest.mark.usefixtures("used")
def test_utilisation_counts_units_against_open_hours() -> None:
    found = statistics(YEAR)

    open_minutes = OPEN_DAYS * OPEN_MINUTES
    assert found.total.open_unit_minutes == open_minutes * UNITS
    # スペースA・B takes two units for two hours.
    assert found.total.unit_minutes == 90 + 2 * 120 + 60
    assert table(found, "spaces")["スペースA・B"].utilisation == round(100 * 120 / open_minutes, 1)
    assert table(found, "groups")["あおば見守りの会"].utilisation is None


@pytest.mark.usefixtures("used")
def test_one_space_can_be_looked_at_alone(spaces: dict[str, Space]) -> None:
    found = statistics(YEAR, spaces["kyodo-lab"])

    assert (found.total.bookings, list(table(found, "spaces"))) == (1, ["協働ラボ"])
    assert found.total.open_unit_minutes == OPEN_DAYS * OPEN_MINUTES * 4


@pytest.mark.usefixtures("used")
def test_the_years_stand_side_by_side() -> None:
    years = by_fiscal_year()

    assert [(row.label, row.bookings) for row in years.rows] == [
        ("2026年度（令和8年度）", 3),
        ("2025年度（令和7年度）", 1),
    ]
    assert fiscal_years() == [2026, 2025]


def test_an_empty_year_is_all_zeros(spaces: dict[str, Space]) -> None:
    assert statistics(YEAR).total.bookings == 0
    assert fiscal_years() == [2026]


@pytest.mark.usefixtures("used")
def test_the_page_shows_tables_and_offers_files(desk: Client) -> None:
    page = desk.get(URL, {"year": "2026"}).content.decode()

    assert "2026年度（令和8年度）" in page
    assert "あおば見守りの会" in page
    assert page.count("staff-statistics") == 6
    assert reverse("admin:spaces_statistics_csv") in page


@pytest.mark.parametrize("year", ["abc", "", "26", "²²²²"])
def test_nonsense_years_show_this_one(desk: Client, spaces: dict[str, Space], year: str) -> None:
    assert desk.get(URL, {"year": year}).context["statistics"].year == YEAR


def test_a_year_out_of_all_bounds_is_not_there(desk: Client) -> None:
    assert desk.get(URL, {"year": "9999"}).status_code == 404


@pytest.mark.usefixtures("used")
def test_the_csv_opens_in_excel_with_its_japanese(desk: Client) -> None:
    response = desk.get(reverse("admin:spaces_statistics_csv"), {"year": "2026"})

    assert response.content.startswith("\ufeff".encode())
    assert 'filename="kyodo-spaces-2026.csv"' in response["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert ["協働ラボ", "1", "1.5", "5", "0.0", "0", "0"] in rows


@pytest.mark.usefixtures("used")
def test_the_workbook_has_a_sheet_for_each_cut(desk: Client) -> None:
    response = desk.get(reverse("admin:spaces_statistics_excel"), {"year": "2026"})

    book = load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["場所ごと", "月ごと", "曜日ごと", "時間帯ごと", "団体ごと", "年度ごと"]
    assert [cell.value for cell in book["場所ごと"][3]][:4] == ["協働ラボ", 1, 1.5, 5]
    assert book["場所ごと"]["C3"].data_type == "n"


@pytest.mark.parametrize("name", ["=1+1", "+81", "-2", "@SUM(A1)", "＝1+1", "＠SUM(A1)"])
def test_a_group_named_like_a_formula_stays_text(spaces: dict[str, Space], name: str) -> None:
    BookingFactory(space=spaces["space-a"], group=GroupFactory(name=name), day=TODAY)
    found, years = statistics(YEAR), Table("years", "年度ごと", "年度")

    rows = list(csv.reader(io.StringIO(as_csv(found, years))))
    assert any(row and row[0] == f"'{name}" for row in rows)
    cell = load_workbook(io.BytesIO(as_excel(found, years)))["団体ごと"]["A3"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")


def test_signs_that_a_workbook_cannot_hold_are_left_out(spaces: dict[str, Space]) -> None:
    BookingFactory(space=spaces["space-a"], group=GroupFactory(name="\t=みどり\x0bの\x1f会"), day=TODAY)

    cell = load_workbook(io.BytesIO(as_excel(statistics(YEAR), Table("years", "年度ごと", "年度"))))

    assert cell["団体ごと"]["A3"].value == "'=みどりの会"


@pytest.mark.parametrize("name", ["spaces_statistics", "spaces_statistics_csv", "spaces_statistics_excel"])
def test_only_staff_see_statistics(
    sign_in: Callable[[User], Client],
    spaces: dict[str, Space],
    representative: User,
    reception: User,
    name: str,
) -> None:
    url = reverse(f"admin:{name}")

    assert sign_in(representative).get(url).status_code in (302, 403)
    assert sign_in(reception).get(url).status_code == 200


def test_queries_stay_the_same_however_much_was_used(
    desk: Client, spaces: dict[str, Space], group: Group
) -> None:
    BookingFactory(space=spaces["space-a"], group=group, day=TODAY)
    desk.get(URL)
    with CaptureQueriesContext(connection) as few:
        desk.get(URL)

    for days in range(1, 9):
        BookingFactory(space=spaces["kyodo-lab"], group=GroupFactory(), day=TODAY - timedelta(days=days))
    with CaptureQueriesContext(connection) as many:
        desk.get(URL)

    assert len(many) == len(few)
