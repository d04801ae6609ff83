"""Whatever layers and closures staff enter, the answers keep to the rules."""

from datetime import date, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kyodo.centre.holidays import holiday_name
from kyodo.centre.hours import Hours, Layer, day_hours, most_specific_first
from kyodo.centre.models import Closure, OpeningHours

DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
CLOCK = st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30))
HOURS = st.tuples(CLOCK, CLOCK).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Hours(*pair))
TIMES = st.dictionaries(st.integers(0, 8), st.none() | HOURS, max_size=9)


@st.composite
def layers(draw: st.DrawFn) -> list[Layer]:
    found = []
    for number in range(draw(st.integers(0, 5))):
        begins = draw(st.none() | DAYS)
        yearly = begins is not None and draw(st.booleans())
        length = timedelta(days=draw(st.integers(0, 364)))
        ends = (
            begins + length
            if begins and (yearly or draw(st.booleans()))
            else draw(st.none() if begins else st.none() | DAYS)
        )
        period = OpeningHours(
            pk=number + 1, begins_on=begins, ends_on=ends, is_yearly=yearly, priority=draw(st.integers(-1, 1))
        )
        found.append(Layer(period, draw(TIMES)))
    return draw(st.permutations(found))


def covered(period: OpeningHours, day: date) -> bool:
    """The same question as OpeningHours.covers, answered by walking through every day of every year."""
    first, last = period.begins_on or date.min, period.ends_on or date.max
    if not period.is_yearly:
        return first <= day <= last
    month_days = {(first + timedelta(days=n)).timetuple()[1:3] for n in range((last - first).days + 1)}
    # A yearly period over 28 February and 1 March holds the 29th of a leap year too.
    if {(2, 28), (3, 1)} <= month_days and len(month_days) < 365:
        month_days.add((2, 29))
    return day >= first and (day.month, day.day) in month_days


# Random work on a shared machine has no deadline.
@settings(deadline=None)
@given(layers(), DAYS)
def test_the_most_specific_layer_that_says_something_wins(found: list[Layer], day: date) -> None:
    is_holiday = bool(holiday_name(day))
    speaking = [
        layer
        for layer in found
        if covered(layer.period, day)
        and ({day.weekday(), 8} | ({7} if is_holiday else set())) & layer.times.keys()
    ]

    hours = day_hours(day, most_specific_first(found)).hours

    if not speaking:
        assert hours is None
        return
    highest = max(layer.period.priority for layer in speaking)
    shortest = min(layer.period.length for layer in speaking if layer.period.priority == highest)
    winner = max(
        (one for one in speaking if (one.period.priority, one.period.length) == (highest, shortest)),
        key=lambda one: one.period.pk,
    )
    order = ([7] if is_holiday else []) + [day.weekday(), 8]
    assert hours == winner.times[next(kind for kind in order if kind in winner.times)]


@settings(deadline=None)
@given(HOURS, st.lists(HOURS, max_size=6), DAYS)
def test_a_half_hour_is_open_when_the_hours_have_it_and_no_closure_takes_it(
    hours: Hours, closed: list[Hours], day: date
) -> None:
    closures = [
        Closure(first_day=day, last_day=day, begins=one.opens, ends=one.closes, kind="other")
        for one in closed
    ]

    found = day_hours(day, [Layer(OpeningHours(), {8: hours})], closures)

    for half in range(48):
        clock_time = time(half // 2, half % 2 * 30)
        inside = hours.opens <= clock_time < hours.closes
        taken = any(one.opens <= clock_time < one.closes for one in closed)
        assert found.is_open_at(clock_time) is (inside and not taken)
    assert found.is_open is bool(found.open_periods)
