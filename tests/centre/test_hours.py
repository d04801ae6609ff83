"""The layers of opening hours, the closures cut out of them, and what is asked of both."""

from datetime import date, datetime, time

import pytest
import time_machine

from kyodo import clock
from kyodo.centre import hours
from kyodo.centre.hours import Hours, State
from kyodo.centre.models import Closure, OpeningTime
from tests.factories.accounts import UserFactory
from tests.factories.centre import OpeningHoursFactory, new_year, usual_week

pytestmark = pytest.mark.django_db

Day = OpeningTime.Day
FRIDAY = date(2026, 11, 20)
LONG = Hours(time(9), time(20))
SHORT = Hours(time(9), time(17))


def close(
    first: date, last: date, begins: int | None = None, ends: int | None = None, **fields: object
) -> Closure:
    return Closure.objects.create(
        first_day=first,
        last_day=last,
        begins=time(begins) if begins is not None else None,
        ends=time(ends) if ends is not None else None,
        created_by=UserFactory(manager=True),
        **({"kind": Closure.Kind.INSPECTION} | fields),
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 20), LONG),  # Friday
        (date(2026, 11, 21), SHORT),  # Saturday
        (date(2026, 11, 22), SHORT),  # Sunday
        (date(2026, 11, 23), SHORT),  # 勤労感謝の日, a Monday
        (date(2026, 5, 6), SHORT),  # Wednesday, substitute for 憲法記念日 on a Sunday
        (date(2026, 9, 22), SHORT),  # Tuesday between two holidays
    ],
)
def test_usual_week_knows_weekdays_weekends_and_holidays(day: date, expected: Hours) -> None:
    usual_week()

    assert hours.opening_day(day).hours == expected


def test_holiday_has_its_name_and_a_common_day_has_none() -> None:
    usual_week()

    days = hours.opening_days(date(2026, 5, 6), date(2026, 5, 7))

    substitute, common = days.values()
    assert (substitute.is_holiday, substitute.holiday_name) == (True, "振替休日")
    assert (common.is_holiday, common.holiday_name) == (False, "")


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2026, 12, 31), False),
        (date(2027, 1, 1), False),
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),
    ],
)
def test_new_year_is_closed_across_the_end_of_every_year(day: date, is_open: bool) -> None:
    usual_week()
    new_year()

    found = hours.opening_day(day)

    assert found.is_open is is_open
    assert bool(found.reason) is not is_open


def test_yearly_layer_within_one_year_comes_back_but_not_before_its_first_time() -> None:
    usual_week()
    OpeningHoursFactory(
        begins_on=date(2025, 8, 1), ends_on=date(2025, 8, 31), is_yearly=True, times={Day.EVERY_DAY: (9, 21)}
    )

    closes = {year: hours.opening_day(date(year, 8, 5)).hours.closes.hour for year in (2024, 2025, 2027)}

    assert closes == {2024: 20, 2025: 21, 2027: 21}
    assert hours.opening_day(date(2027, 9, 1)).hours == LONG


def test_yearly_layer_from_29_february_begins_on_1_march_in_a_common_year() -> None:
    usual_week()
    OpeningHoursFactory(
        begins_on=date(2024, 2, 29), ends_on=date(2024, 3, 10), is_yearly=True, times={Day.EVERY_DAY: None}
    )

    assert hours.opening_day(date(2027, 2, 28)).is_open
    assert not hours.opening_day(date(2027, 3, 1)).is_open
    assert not hours.opening_day(date(2028, 2, 29)).is_open


def test_shortest_period_wins_whatever_the_order_of_entry() -> None:
    OpeningHoursFactory(
        begins_on=date(2026, 11, 16), ends_on=date(2026, 11, 22), times={Day.EVERY_DAY: (10, 12)}
    )
    OpeningHoursFactory(
        begins_on=date(2026, 11, 1), ends_on=date(2026, 11, 30), times={Day.EVERY_DAY: (10, 13)}
    )
    usual_week()

    assert hours.opening_day(FRIDAY).hours == Hours(time(10), time(12))
    assert hours.opening_day(date(2026, 11, 27)).hours == Hours(time(10), time(13))
    assert hours.opening_day(date(2026, 12, 4)).hours == LONG


def test_new_hours_from_a_day_on_replace_those_without_an_end() -> None:
    usual_week()
    OpeningHoursFactory(begins_on=date(2026, 4, 1), times={Day.FRIDAY: (9, 18)})

    assert hours.opening_day(date(2026, 3, 27)).hours == LONG
    assert hours.opening_day(FRIDAY).hours == Hours(time(9), time(18))


def test_priority_beats_a_shorter_period() -> None:
    OpeningHoursFactory(begins_on=FRIDAY, ends_on=FRIDAY, times={Day.EVERY_DAY: (10, 12)})
    OpeningHoursFactory(priority=1, times={Day.FRIDAY: (11, 15)})

    assert hours.opening_day(FRIDAY).hours == Hours(time(11), time(15))


def test_of_two_equal_layers_the_later_entry_wins() -> None:
    OpeningHoursFactory(times={Day.FRIDAY: (9, 17)})
    OpeningHoursFactory(times={Day.FRIDAY: (9, 18)})

    assert hours.opening_day(FRIDAY).hours == Hours(time(9), time(18))


def test_layer_leaves_days_it_does_not_name_to_the_layer_below() -> None:
    usual_week()
    OpeningHoursFactory(
        begins_on=date(2026, 11, 1), ends_on=date(2026, 11, 30), times={Day.SATURDAY: (9, 20)}
    )

    assert hours.opening_day(date(2026, 11, 21)).hours == LONG
    assert hours.opening_day(FRIDAY).hours == LONG
    assert hours.opening_day(date(2026, 11, 22)).hours == SHORT


def test_layer_without_a_word_on_holidays_treats_them_as_weekdays() -> None:
    OpeningHoursFactory(times={Day.MONDAY: (10, 19)})

    assert hours.opening_day(date(2026, 11, 23)).hours == Hours(time(10), time(19))


def test_within_a_layer_the_weekday_beats_every_day() -> None:
    OpeningHoursFactory(times={Day.EVERY_DAY: (10, 19), Day.SUNDAY: None})

    assert hours.opening_day(FRIDAY).hours == Hours(time(10), time(19))
    assert not hours.opening_day(date(2026, 11, 22)).is_open


def test_day_that_no_layer_speaks_of_is_closed_with_a_reason() -> None:
    day = hours.opening_day(FRIDAY)

    assert day.hours is None
    assert day.reason == "休館日です。"
    assert day.open_periods == ()


def test_whole_day_closure_closes_each_of_its_days_and_says_why() -> None:
    usual_week()
    close(FRIDAY, date(2026, 11, 21), reason="電気設備の点検のため休館します。")

    days = hours.opening_days(date(2026, 11, 19), date(2026, 11, 22))

    assert [day.is_open for day in days.values()] == [True, False, False, True]
    assert days[FRIDAY].reason == "電気設備の点検のため休館します。"


def test_closure_without_a_reason_shows_its_kind() -> None:
    usual_week()
    close(FRIDAY, FRIDAY, kind=Closure.Kind.DISASTER)

    assert hours.opening_day(FRIDAY).reason == "災害・警報"


def test_closure_of_some_hours_is_cut_out_of_the_day() -> None:
    usual_week()
    close(FRIDAY, FRIDAY, 12, 14, reason="催事の準備")

    day = hours.opening_day(FRIDAY)

    assert day.hours == LONG
    assert day.closures == ((time(12), time(14), "催事の準備"),)
    assert day.open_periods == (Hours(time(9), time(12)), Hours(time(14), time(20)))
    assert day.is_open_throughout(time(10), time(12))
    assert not day.is_open_throughout(time(11), time(13))
    assert day.closure_within(time(11), time(13)).reason == "催事の準備"
    assert day.closure_within(time(14), time(15)) is None


def test_closures_over_each_other_leave_what_neither_takes() -> None:
    usual_week()
    close(FRIDAY, FRIDAY, 8, 12)
    close(FRIDAY, FRIDAY, 10, 14)
    close(FRIDAY, FRIDAY, 19, 22)

    assert hours.opening_day(FRIDAY).open_periods == (Hours(time(14), time(19)),)


def test_closures_that_leave_no_time_close_the_day() -> None:
    usual_week()
    close(FRIDAY, FRIDAY, 8, 21, reason="暴風警報")

    day = hours.opening_day(FRIDAY)

    assert (day.hours, day.closures, day.reason) == (None, (), "暴風警報")


def test_closure_outside_the_opening_hours_is_not_mentioned() -> None:
    usual_week()
    close(FRIDAY, FRIDAY, 6, 9)

    assert hours.opening_day(FRIDAY).closures == ()


@pytest.mark.parametrize(
    ("clock_time", "expected"),
    [
        (time(8, 59), False),
        (time(9), True),
        (time(11, 59), True),
        (time(12), False),
        (time(14), True),
        (time(20), False),
    ],
)
def test_open_at_a_moment_from_opening_until_just_before_closing(clock_time: time, expected: bool) -> None:
    usual_week()
    close(FRIDAY, FRIDAY, 12, 14)

    assert hours.is_open_at(clock.at(FRIDAY, clock_time)) is expected


def test_next_open_day_is_the_day_itself_when_open() -> None:
    usual_week()

    assert hours.next_open_day(FRIDAY) == FRIDAY


def test_next_open_day_passes_over_the_new_year() -> None:
    usual_week()
    new_year()

    assert hours.next_open_day(date(2026, 12, 29)) == date(2027, 1, 4)


def test_next_open_day_in_a_closure_without_sight_of_an_end_is_the_day_itself() -> None:
    usual_week()
    close(FRIDAY, date(2027, 3, 31), reason="改修工事")

    assert hours.next_open_day(FRIDAY) == FRIDAY
    assert hours.next_open_day(date(2027, 2, 1)) == date(2027, 4, 1)


def test_next_open_day_uses_the_days_it_is_given(django_assert_num_queries) -> None:
    usual_week()
    new_year()
    known = hours.opening_days(date(2026, 12, 1), date(2026, 12, 31))

    with django_assert_num_queries(0):
        assert hours.next_open_day(FRIDAY.replace(month=12), known) == date(2026, 12, 20)
    with django_assert_num_queries(2):
        assert hours.next_open_day(date(2026, 12, 30), known) == date(2027, 1, 4)


@pytest.mark.parametrize("last", [FRIDAY, date(2027, 11, 20)])
def test_days_cost_two_queries_whatever_the_range(django_assert_num_queries, last: date) -> None:
    usual_week()
    new_year()
    close(FRIDAY, FRIDAY, 12, 14)

    with django_assert_num_queries(2):
        hours.opening_days(FRIDAY, last)


@pytest.mark.parametrize(
    ("moment", "state", "text", "next_text"),
    [
        ("2026-11-20T08:00", State.BEFORE, "開館前", "9:00に開きます"),
        ("2026-11-20T09:00", State.OPEN, "開館中 12:00まで", "14:00に開きます"),
        ("2026-11-20T12:30", State.BREAK, "ただいま閉めています", "14:00に開きます"),
        ("2026-11-20T19:59", State.OPEN, "開館中 20:00まで", "次は11月21日（土） 9:00に開きます"),
        ("2026-11-20T20:00", State.OVER, "本日は閉館しました", "次は11月21日（土） 9:00に開きます"),
        ("2026-12-31T12:00", State.CLOSED, "休館日", "次は1月4日（月） 9:00に開きます"),
    ],
)
def test_status_at_the_door(moment: str, state: State, text: str, next_text: str) -> None:
    usual_week()
    new_year()
    close(FRIDAY, FRIDAY, 12, 14)

    with time_machine.travel(datetime.fromisoformat(f"{moment}+09:00"), tick=False):
        status = hours.today_status()

    assert (status.state, status.text, status.next_text) == (state, text, next_text)
    assert status.is_open is (state is State.OPEN)


def test_status_before_any_hours_are_known_promises_nothing() -> None:
    status = hours.today_status()

    assert (status.state, status.next_opening, status.next_text) == (State.CLOSED, None, "")


def test_status_takes_tokyo_days_not_those_of_utc() -> None:
    usual_week()

    with time_machine.travel(datetime.fromisoformat("2026-11-20T00:30+00:00"), tick=False):
        status = hours.today_status()

    assert status.today.date == FRIDAY
    assert status.is_open


def lines() -> list[tuple[str, str]]:
    return [(line.days, line.text) for line in hours.usual_week(FRIDAY)]


def test_usual_week_reads_like_the_leaflet_whatever_season_it_is() -> None:
    usual_week()
    new_year()
    OpeningHoursFactory(begins_on=FRIDAY, ends_on=FRIDAY, times={Day.EVERY_DAY: (10, 12)})

    assert lines() == [("平日", "9:00-20:00"), ("土・日・祝", "9:00-17:00")]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (dict.fromkeys(range(6), (10, 19)) | {6: None}, [("月〜土", "10:00-19:00"), ("日", "休館")]),
        ({Day.EVERY_DAY: (10, 19)}, [("毎日", "10:00-19:00")]),
        ({Day.EVERY_DAY: (10, 19), Day.HOLIDAY: None}, [("毎日", "10:00-19:00"), ("祝", "休館")]),
        ({0: (9, 12), 2: (9, 12), Day.HOLIDAY: (9, 12)}, [("月・水・祝", "9:00-12:00")]),
        (dict.fromkeys((0, 1, 2, 3, 4, 7), (9, 12)), [("月〜金・祝", "9:00-12:00")]),
        ({}, []),
    ],
)
def test_usual_week_puts_days_of_the_same_hours_together(times: dict, expected: list) -> None:
    OpeningHoursFactory(times=times)

    assert lines() == expected


def test_usual_week_changes_on_the_day_new_hours_begin() -> None:
    OpeningHoursFactory(times={Day.EVERY_DAY: (10, 19)})
    OpeningHoursFactory(begins_on=FRIDAY, times={Day.EVERY_DAY: (9, 20)})

    assert lines() == [("毎日", "9:00-20:00")]
    assert [line.text for line in hours.usual_week(date(2026, 11, 19))] == ["10:00-19:00"]
