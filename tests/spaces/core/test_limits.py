"""Each limit alone: the wish just inside beside the wish just outside. No database: rules are pure."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.models import Group
from kyodo import clock
from kyodo.centre.hours import DayHours, Hours, PartialClosure
from spaces.models import Booking, BookingPolicy, LotteryRound, Space
from spaces.rules import limits
from spaces.rules.limits import Facts, Usage, Wish

FRIDAY = date(2026, 11, 20)


def at(clock_time: str, day: date = FRIDAY) -> datetime:
    return clock.at(day, time.fromisoformat(clock_time))


POLICY = BookingPolicy(
    name="協働ラボ",
    window_kind=BookingPolicy.WindowKind.MONTHS,
    window_amount=2,
    step_minutes=30,
    shortest_minutes=60,
    longest_minutes=180,
    daily_minutes=180,
    asks_department=False,
)
LAB = Space(slug="kyodo-lab", name="協働ラボ", policy=POLICY, people_min=2, people_max=10)
HALL = Space(
    slug="space-ab", name="スペースA・B", policy=POLICY, people_min=2, people_max=18, event_people_max=218
)
GROUP = Group(name="あおば見守りの会", valid_until=date(2027, 3, 31))
WISH = Wish(LAB, GROUP, at("13:00"), at("15:00"), people=4, purpose="定例の打合せ")
FACTS = Facts(
    now=at("09:00", date(2026, 11, 1)),
    day=DayHours(FRIDAY, Hours(time(9), time(20))),
    window_opens_at=at("09:00", date(2026, 9, 20)),
)


def codes(wish: Wish, facts: Facts = FACTS) -> list[str | None]:
    return [refusal.code for refusal in limits.broken(wish, facts)]


def test_a_wish_within_every_limit_is_not_refused() -> None:
    assert codes(WISH) == []


@pytest.mark.parametrize(
    ("code", "outside", "inside"),
    [
        ("time_order", {"ends_at": at("13:00")}, {"ends_at": at("14:00")}),
        ("time_order", {"ends_at": at("15:00", FRIDAY + timedelta(days=1))}, {}),
        ("time_step", {"begins_at": at("13:10")}, {"begins_at": at("13:30")}),
        ("closed", {"begins_at": at("08:30"), "ends_at": at("10:00")}, {"begins_at": at("09:00"), "ends_at": at("10:00")}),
        ("closed", {"begins_at": at("18:30"), "ends_at": at("20:30")}, {"begins_at": at("18:30"), "ends_at": at("20:00")}),
        ("too_short", {"ends_at": at("13:30")}, {"ends_at": at("14:00")}),
        ("too_long", {"ends_at": at("16:30")}, {"ends_at": at("16:00")}),
        ("people", {"people": 1}, {"people": 2}),
        ("people", {"people": 11}, {"people": 10}),
        ("use_not_allowed", {"use": Booking.Use.EVENT}, {"use": Booking.Use.EVENT, "space": HALL}),
        ("people", {"use": Booking.Use.EVENT, "space": HALL, "people": 219}, {"use": Booking.Use.EVENT, "space": HALL, "people": 218}),
        ("people", {"space": HALL, "people": 19}, {"space": HALL, "people": 18}),
        ("purpose", {"purpose": "  "}, {"purpose": "会議"}),
        ("space_not_offered", {"space": Space(name="閉鎖中", policy=POLICY, people_max=10, is_offered=False)}, {}),
    ],
)  # fmt: skip
def test_a_limit_refuses_outside_and_lets_inside(
    code: str, outside: dict[str, Any], inside: dict[str, Any]
) -> None:
    assert code in codes(replace(WISH, **outside))
    assert codes(replace(WISH, **inside)) == []


def test_a_time_that_has_begun_is_refused() -> None:
    assert codes(WISH, replace(FACTS, now=at("13:00"))) == ["past"]
    assert codes(WISH, replace(FACTS, now=at("12:59"))) == []


def test_a_closed_day_is_refused_with_its_reason() -> None:
    facts = replace(FACTS, day=DayHours(FRIDAY, None, reason="年末年始"))

    refusal = limits.broken(WISH, facts)[0]

    assert refusal.code == "closed"
    assert "年末年始" in refusal.messages[0]


def test_a_closure_of_some_hours_refuses_what_touches_it() -> None:
    day = DayHours(FRIDAY, Hours(time(9), time(20)), closures=(PartialClosure(time(15), time(17), "点検"),))

    assert codes(WISH, replace(FACTS, day=day)) == []
    assert codes(replace(WISH, ends_at=at("15:30")), replace(FACTS, day=day)) == ["closed"]


def test_before_the_window_opens_the_refusal_says_when_it_does() -> None:
    facts = replace(FACTS, now=at("08:59", date(2026, 9, 20)))

    refusal = limits.broken(WISH, facts)[0]

    assert refusal.code == "window"
    assert "2026年9月20日（日）" in refusal.messages[0]
    assert "9:00" in refusal.messages[0]
    assert codes(WISH, replace(facts, now=at("09:00", date(2026, 9, 20)))) == []


def test_a_day_in_a_draw_waits_for_it_unless_the_wish_was_drawn() -> None:
    facts = replace(FACTS, rounds=(LotteryRound(name="11月の抽選"),))

    assert codes(WISH, facts) == ["lottery"]
    assert codes(replace(WISH, is_drawn=True), facts) == []


def test_the_daily_limit_counts_what_the_group_has_and_says_what_is_left() -> None:
    assert codes(WISH, replace(FACTS, used=Usage(day_minutes=60))) == []
    refusal = limits.broken(WISH, replace(FACTS, used=Usage(day_minutes=120)))[0]
    assert refusal.code == "daily_limit"
    assert "あと1時間" in refusal.messages[0]


def test_without_a_daily_limit_hours_are_not_counted() -> None:
    free = BookingPolicy(step_minutes=30, shortest_minutes=60, longest_minutes=180, daily_minutes=None)
    space = Space(name="スペースA", policy=free, people_min=2, people_max=18)

    assert codes(replace(WISH, space=space), replace(FACTS, used=Usage(day_minutes=600))) == []


def with_policy(**numbers: int) -> Wish:
    policy = BookingPolicy(step_minutes=30, shortest_minutes=60, longest_minutes=180, **numbers)
    return replace(WISH, space=Space(name="協働ラボ", policy=policy, people_min=2, people_max=10))


def test_a_month_has_its_hours_and_says_what_is_left() -> None:
    wish = with_policy(monthly_minutes=600)

    assert codes(wish, replace(FACTS, used=Usage(month_minutes=480))) == []
    refusal = limits.broken(wish, replace(FACTS, used=Usage(month_minutes=540)))[0]
    assert refusal.code == "monthly_limit"
    assert "11月はあと1時間です。" in refusal.messages[0]


def test_so_many_bookings_are_held_at_once_and_the_counter_is_not_one_of_them() -> None:
    wish = with_policy(open_bookings=3)

    assert codes(wish, replace(FACTS, used=Usage(open_bookings=2))) == []
    assert codes(wish, replace(FACTS, used=Usage(open_bookings=3))) == ["open_bookings"]
    here = replace(FACTS, now=WISH.begins_at, used=Usage(open_bookings=3))
    assert codes(wish, here) == ["past"]


def test_the_closed_day_is_told_and_not_the_window_before_it() -> None:
    shut = replace(
        FACTS,
        day=DayHours(FRIDAY, None, reason="休館日です。"),
        window_opens_at=at("09:00", date(2026, 12, 1)),
    )
    wish = replace(WISH, people=1, ends_at=at("18:00"))

    assert [refusal.code for refusal in limits.deciding(limits.broken(wish, shut))] == ["closed"]


def test_of_several_limits_of_length_the_tightest_is_told_beside_what_else_is_to_mend() -> None:
    wish = replace(WISH, people=1, ends_at=at("17:00"), purpose="")

    told = limits.deciding(limits.broken(wish, replace(FACTS, used=Usage(day_minutes=120))))

    assert {refusal.code for refusal in told} == {"people", "purpose", "daily_limit"}


def test_registration_must_cover_the_day_of_use() -> None:
    assert codes(replace(WISH, group=Group(valid_until=FRIDAY))) == []
    assert codes(replace(WISH, group=Group(valid_until=FRIDAY - timedelta(days=1)))) == ["group_not_current"]
    suspended = Group(valid_until=date(2027, 3, 31), status=Group.Status.SUSPENDED)
    assert codes(replace(WISH, group=suspended)) == ["group_not_current"]


def test_several_limits_are_told_at_once() -> None:
    assert codes(replace(WISH, people=1, ends_at=at("17:00"), purpose="")) == [
        "too_long",
        "people",
        "purpose",
        "daily_limit",
    ]


def test_every_code_staff_may_set_aside_belongs_to_a_rule() -> None:
    told = {"window", "too_short", "too_long", "people", "time_step", "past", "closed"}
    told |= {"daily_limit", "monthly_limit", "open_bookings"}
    assert told == limits.STAFF_MAY_OVERRIDE
    assert "taken" not in limits.STAFF_MAY_OVERRIDE


@pytest.mark.parametrize(
    ("minutes", "text"), [(30, "30分"), (60, "1時間"), (90, "1時間30分"), (180, "3時間")]
)
def test_minutes_read_as_people_say_them(minutes: int, text: str) -> None:
    assert limits.minutes_text(minutes) == text
