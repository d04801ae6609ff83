import csv
import io
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Group, User
from kyodo import clock, exports
from kyodo.periods import Period
from spaces import exports as files
from spaces.exports import as_excel
from spaces.models import Booking, Space, Visit
from spaces.queries.statistics import Figures, Statistics, Table, by_fiscal_year, fiscal_years, statistics
from tests.factories.accounts import GroupFactory
from tests.factories.spaces import BookingFactory
from tests.spaces.staff.conftest import TODAY

YEAR = Period.of_fiscal_year(2026)
URL = "/admin/spaces/booking/statistics/"
# From 1 April to 20 November, each day from 9:00 to 20:00.
OPEN_DAYS, OPEN_MINUTES, UNITS = 234, 11 * 60, 6


@pytest.fixture
def used(spaces: dict[str, Space], group: Group, other_group: Group) -> None:
    """Two groups came this year and one last year; of the others one missed, one cancelled, one nobody recorded, and
    one lies ahead."""
    lab, hall = spaces["kyodo-lab"], spaces["space-a"]
    BookingFactory(space=lab, group=group, day=TODAY, hour=9, minutes=90, used=True, people=5)
    BookingFactory(
        space=spaces["space-ab"], group=other_group, day=TODAY, hour=10, minutes=120, used=True, people=50
    )
    BookingFactory(space=hall, group=group, day=date(2026, 4, 6), hour=13, no_show=True, people=8)
    BookingFactory(space=hall, group=group, day=date(2026, 4, 7), hour=13, cancelled=True)
    BookingFactory(space=hall, group=group, day=date(2026, 4, 8), hour=13)
    BookingFactory(space=hall, group=group, day=TODAY, hour=16)
    BookingFactory(space=hall, group=group, day=date(2025, 11, 6), hour=13, used=True, people=7)


def table(counted: Statistics, slug: str) -> dict[str, Figures]:
    return {row.label: row for one in counted.tables if one.slug == slug for row in one.rows}


@pytest.mark.usefixtures("used")
def test_used_means_that_somebody_came() -> None:
    total = statistics(YEAR).total

    assert (total.used, total.minutes, total.people) == (2, 90 + 120, 55)
    assert (total.no_shows, total.unrecorded, total.cancelled) == (1, 1, 1)
    assert total.bookings == 4, "what lies ahead is not counted"


def test_who_left_early_used_less_and_who_was_counted_counts(spaces: dict[str, Space], group: Group) -> None:
    booking = BookingFactory(space=spaces["space-a"], group=group, day=TODAY, hour=9, minutes=180, used=True)
    Booking.objects.filter(pk=booking.pk).update(left_at=clock.at(TODAY, time(10, 30)), people_came=9)

    counted = statistics(YEAR)

    assert (counted.total.minutes, counted.total.people) == (90, 9)
    assert table(counted, "hours")["10時台"].minutes == 30
    assert "11時台" not in table(counted, "hours") or table(counted, "hours")["11時台"].used == 0


@pytest.mark.usefixtures("used")
def test_every_cut_adds_up_to_the_total() -> None:
    counted = statistics(YEAR)

    for slug in ("spaces", "months", "weekdays", "groups"):
        rows = table(counted, slug).values()
        assert sum(row.bookings for row in rows) == counted.total.bookings
        assert sum(row.minutes for row in rows) == counted.total.minutes
    hours = table(counted, "hours").values()
    assert sum(row.minutes for row in hours) == counted.total.minutes
    assert sum(row.open_unit_minutes for row in hours) == counted.total.open_unit_minutes


@pytest.mark.usefixtures("used")
def test_the_cuts_tell_space_month_weekday_hour_and_group() -> None:
    counted = statistics(YEAR)

    assert table(counted, "spaces")["スペースA・B"].people == 50
    assert table(counted, "months")["2026年11月"].used == 2
    assert table(counted, "months")["2026年4月"].no_shows == 1
    assert table(counted, "weekdays")["金曜日"].used == 2
    assert table(counted, "hours")["10時台"].minutes == 30 + 60
    assert table(counted, "groups")["あおば見守りの会"].hours == 1.5


@pytest.mark.usefixtures("used")
def test_utilisation_counts_units_against_the_hours_open_until_today() -> None:
    counted = statistics(YEAR)

    open_minutes = OPEN_DAYS * OPEN_MINUTES
    assert counted.total.open_unit_minutes == open_minutes * UNITS
    # スペースA・B takes two units for two hours.
    assert counted.total.unit_minutes == 90 + 2 * 120
    assert table(counted, "spaces")["スペースA・B"].utilisation == round(100 * 120 / open_minutes, 1)
    assert table(counted, "groups")["あおば見守りの会"].utilisation is None


@pytest.mark.usefixtures("used")
def test_the_same_days_of_the_year_before_stand_beside(spaces: dict[str, Space], group: Group) -> None:
    BookingFactory(space=spaces["space-a"], group=group, day=date(2025, 12, 1), hour=13, used=True)

    counted = statistics(YEAR)

    assert counted.total.before
    assert counted.total.before.used == 1, "November of the year before, not December: today is 20 November"
    november = table(counted, "months")["2026年11月"].before
    assert november
    assert (november.used, november.people) == (1, 7)


@pytest.mark.usefixtures("used")
def test_a_month_is_cut_by_day() -> None:
    counted = statistics(Period.of_month(2026, 11))

    assert counted.total.used == 2
    assert table(counted, "days")["11月20日（金）"].used == 2
    assert len(table(counted, "days")) == 30


@pytest.mark.usefixtures("used")
def test_a_stretch_of_days_can_be_asked_for(desk: Client) -> None:
    page = desk.get(URL, {"first": "2026-04-06", "last": "2026-04-07"})

    assert page.context["statistics"].total.no_shows == 1
    assert page.context["statistics"].total.unrecorded == 0


@pytest.mark.usefixtures("used")
def test_one_space_can_be_looked_at_alone(spaces: dict[str, Space]) -> None:
    counted = statistics(YEAR, spaces["kyodo-lab"])

    assert (counted.total.used, list(table(counted, "spaces"))) == (1, ["協働ラボ"])
    assert counted.total.open_unit_minutes == OPEN_DAYS * OPEN_MINUTES * 4


@pytest.mark.usefixtures("used")
def test_the_years_stand_side_by_side() -> None:
    years = by_fiscal_year()

    assert [(row.label, row.used) for row in years.rows] == [
        ("2026年度（令和8年度）", 2),
        ("2025年度（令和7年度）", 1),
    ]
    assert fiscal_years() == [2026, 2025]


def test_an_empty_year_and_one_to_come_are_all_zeros(spaces: dict[str, Space]) -> None:
    assert statistics(YEAR).total.bookings == 0
    assert statistics(Period.of_fiscal_year(2027)).total.open_unit_minutes == 0
    assert fiscal_years() == [2026]


def test_visitors_of_no_group_are_counted_by_what_they_came_for(
    spaces: dict[str, Space], reception: User
) -> None:
    Visit.objects.create(purpose="look", people=3, noted_by=reception)
    Visit.objects.create(purpose="look", people=9, noted_by=reception, taken_back_at=clock.now())

    assert [(line.label, line.people) for line in statistics(YEAR).visitors][0] == ("見学・資料", 3)


@pytest.mark.usefixtures("used")
def test_the_page_shows_tables_and_offers_files(desk: Client) -> None:
    page = desk.get(URL, {"year": "2026"}).content.decode()

    assert "2026年度（令和8年度）" in page
    assert "あおば見守りの会" in page
    for slug in ("spaces", "months", "weekdays", "hours", "groups", "years", "visitors"):
        assert reverse("admin:spaces_statistics_csv", args=[slug]) in page


@pytest.mark.parametrize(
    "asked",
    [
        {"year": "abc"},
        {"year": "9999"},
        {"month": "13"},
        {"first": "2026-04-06"},
        {"first": "2026-04-06", "last": "2026-04-01"},
        {"first": "2020-04-06", "last": "2026-04-01"},
        {"space": "nowhere"},
    ],
)
def test_nonsense_is_told_beside_its_field_and_leaves_in_no_file(
    desk: Client, spaces: dict[str, Space], asked: dict[str, str]
) -> None:
    page = desk.get(URL, asked)

    assert page.status_code == 422
    assert page.context["statistics"].period == YEAR
    assert "field-error" in page.content.decode()
    assert desk.get(reverse("admin:spaces_statistics_csv", args=["spaces"]), asked).status_code == 404


@pytest.mark.usefixtures("used")
def test_a_table_is_a_file_of_its_own_with_its_japanese(desk: Client) -> None:
    response = desk.get(reverse("admin:spaces_statistics_csv", args=["spaces"]), {"year": "2026"})

    assert response.content.startswith("\ufeff".encode())
    assert 'filename="kyodo-spaces-spaces-20260401-20270331.csv"' in response["Content-Disposition"]
    headings, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert headings[:4] == ["場所", "予約", "利用", "利用時間"]
    assert ["協働ラボ", "1", "1", "1.5", "5"] in [row[:5] for row in rows]
    assert len({len(row) for row in (headings, *rows)}) == 1


@pytest.mark.usefixtures("used")
def test_the_workbook_has_a_sheet_for_each_cut(desk: Client) -> None:
    response = desk.get(reverse("admin:spaces_statistics_excel"), {"year": "2026"})

    book = load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == [
        "場所ごと",
        "月ごと",
        "曜日ごと",
        "時間帯ごと",
        "団体ごと",
        "年度ごと",
        "団体でない来館",
    ]
    assert [cell.value for cell in book["場所ごと"][3]][:5] == ["協働ラボ", 1, 1, 1.5, 5]
    assert book["場所ごと"]["C3"].data_type == "n"


@pytest.mark.usefixtures("used")
def test_the_bookings_of_a_period_leave_as_lines_without_persons(desk: Client, representative: User) -> None:
    response = desk.get(reverse("admin:spaces_statistics_bookings"), {"year": "2026"})

    text = response.content.decode("utf-8-sig")
    headings, *rows = csv.reader(io.StringIO(text))
    assert len(rows) == 6
    assert headings[0] == "予約番号"
    assert representative.email not in text


@pytest.mark.usefixtures("used")
def test_the_registered_groups_leave_as_lines_without_persons(desk: Client, group: Group) -> None:
    response = desk.get(reverse("admin:accounts_group_csv"))

    text = response.content.decode("utf-8-sig")
    assert group.number in text
    assert group.contact_email not in text
    assert group.contact_name not in text


@pytest.mark.parametrize("name", ["=1+1", "+81", "-2", "@SUM(A1)", "＝1+1", "＠SUM(A1)"])
def test_a_group_named_like_a_formula_stays_text(spaces: dict[str, Space], name: str) -> None:
    BookingFactory(space=spaces["space-a"], group=GroupFactory(name=name), day=TODAY, hour=9, used=True)
    counted, years = statistics(YEAR), Table("years", "年度ごと", "年度")

    sheet = files.sheets(counted, years)["groups"]
    rows = list(csv.reader(io.StringIO(exports.rows_as_csv(sheet.headings, sheet.rows))))
    assert any(row and row[0] == f"'{name}" for row in rows)
    cell = load_workbook(io.BytesIO(as_excel(counted, years)))["団体ごと"]["A3"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")


def test_signs_that_a_workbook_cannot_hold_are_left_out(spaces: dict[str, Space]) -> None:
    BookingFactory(
        space=spaces["space-a"],
        group=GroupFactory(name="\t=みどり\x0bの\x1f会"),
        day=TODAY,
        hour=9,
        used=True,
    )

    cell = load_workbook(io.BytesIO(as_excel(statistics(YEAR), Table("years", "年度ごと", "年度"))))

    assert cell["団体ごと"]["A3"].value == "'=みどりの会"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("spaces_statistics", []),
        ("spaces_statistics_csv", ["months"]),
        ("spaces_statistics_excel", []),
        ("spaces_statistics_bookings", []),
        ("accounts_group_csv", []),
    ],
)
def test_only_staff_see_statistics(
    sign_in: Callable[[User], Client],
    spaces: dict[str, Space],
    representative: User,
    reception: User,
    name: str,
    arguments: list[str],
) -> None:
    url = reverse(f"admin:{name}", args=arguments)

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
