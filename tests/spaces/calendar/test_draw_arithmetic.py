"""The draw as arithmetic: same seed, same result; nobody favoured; never two where one fits."""

import hashlib
import hmac
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaces.rules import lottery
from spaces.rules.lottery import Record, RecordedEntry, Result

DAY = "2027-01-10"


def entry(
    number: int, begins: str = "10:00", ends: str = "12:00", group: str = "", barred: str = ""
) -> RecordedEntry:
    return {
        "number": number,
        "group": group or f"G{number}",
        "begins": f"{DAY}T{begins}",
        "ends": f"{DAY}T{ends}",
        "barred": barred,
    }


def record(*entries: RecordedEntry, places: int = 1, daily: int | None = None, after: int = 0) -> Record:
    return {
        "places": places,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": after,
        "daily_minutes": daily,
        "entries": list(entries),
    }


def winners(seed: str, of: Record) -> list[int]:
    return [turn.number for turn in lottery.run(seed, of) if turn.won]


def test_the_order_is_that_of_the_hmac_digests() -> None:
    expected = sorted([1, 2, 3], key=lambda n: hmac.new(b"seed", str(n).encode(), hashlib.sha256).hexdigest())

    assert lottery.order("seed", [3, 1, 2]) == expected


def test_of_entries_for_one_time_exactly_the_first_in_order_wins() -> None:
    entries = record(entry(1), entry(2), entry(3))

    assert winners("seed", entries) == lottery.order("seed", [1, 2, 3])[:1]


def test_times_that_only_touch_both_win() -> None:
    assert len(winners("seed", record(entry(1, "10:00", "12:00"), entry(2, "12:00", "14:00")))) == 2


def test_a_buffer_keeps_the_time_after_a_win() -> None:
    touching = [entry(1, "10:00", "12:00"), entry(2, "12:00", "14:00")]

    assert len(winners("seed", record(*touching, after=30))) == 1


def test_a_space_with_four_tables_has_four_winners_of_a_time() -> None:
    assert len(winners("seed", record(*(entry(n) for n in range(1, 8)), places=4))) == 4


def test_two_wins_one_after_the_other_leave_the_second_table_free() -> None:
    """What counts is how many are there at one moment, not how many touch the period."""
    early, late, long = entry(1, "09:00", "11:00"), entry(2, "11:00", "13:00"), entry(3, "10:00", "12:00")

    assert len(winners("seed", record(early, late, long, places=2))) == 3


def test_a_group_wins_no_more_than_its_hours_of_the_day() -> None:
    wishes = [entry(1, "09:00", "11:00", "G1"), entry(2, "13:00", "15:00", "G1")]

    turns = lottery.run("seed", record(*wishes, daily=180))

    assert [turn.result for turn in turns] == [Result.WON, Result.DAILY_LIMIT]


def test_a_barred_entry_takes_its_turn_and_wins_nothing() -> None:
    turns = lottery.run("seed", record(entry(1, barred="taken"), entry(2)))

    assert {turn.number: turn.result for turn in turns} == {1: Result.BARRED, 2: Result.WON}
    assert sorted(turn.rank for turn in turns) == [1, 2]


def test_every_reason_for_losing_is_said_in_words() -> None:
    for result in Result:
        turn = lottery.Turn(1, 1, "", result, "taken" if result == Result.BARRED else "")
        assert bool(turn.why) == (result != Result.WON)


@pytest.mark.parametrize("entrants", [2, 3, 7])
def test_over_many_seeds_every_entry_wins_equally_often(entrants: int) -> None:
    """Chi-squared against a fair draw; the bound is passed by chance once in a hundred thousand."""
    rounds = 6000
    seeds = [hashlib.sha256(f"fair {number}".encode()).hexdigest() for number in range(rounds)]

    first = Counter(lottery.order(seed, range(1, entrants + 1))[0] for seed in seeds)

    expected = rounds / entrants
    statistic = sum((first[number] - expected) ** 2 / expected for number in range(1, entrants + 1))
    assert statistic < {2: 19.5, 3: 23.0, 7: 33.8}[entrants]


def test_entering_early_is_no_help() -> None:
    seeds = [hashlib.sha256(f"early {number}".encode()).hexdigest() for number in range(4000)]

    places = [lottery.order(seed, range(1, 11)).index(1) for seed in seeds]

    assert abs(sum(places) / len(places) - 4.5) < 0.2


# ── Properties ───────────────────────────────────────────────────────────────────────────────────────────────────

seeds = st.binary(min_size=32, max_size=32).map(bytes.hex)


@st.composite
def records(draw: st.DrawFn) -> Record:
    count = draw(st.integers(0, 12))
    entries = []
    for number in range(1, count + 1):
        begins = draw(st.integers(18, 38))
        ends = begins + draw(st.integers(1, 8))
        entries.append(
            entry(
                number,
                f"{begins // 2:02}:{begins % 2 * 30:02}",
                f"{ends // 2:02}:{ends % 2 * 30:02}",
                f"G{draw(st.integers(1, 4))}",
                draw(st.sampled_from(["", "", "", "taken"])),
            )
        )
    return record(
        *entries,
        places=draw(st.integers(1, 4)),
        daily=draw(st.sampled_from([None, 120, 180])),
        after=draw(st.sampled_from([0, 30])),
    )


@settings(deadline=None)
@given(seeds, records())
def test_the_same_seed_and_record_give_the_same_turns(seed: str, drawn: Record) -> None:
    shuffled: Record = {**drawn, "entries": list(reversed(drawn["entries"]))}

    assert lottery.run(seed, drawn) == lottery.run(seed, shuffled)


@settings(deadline=None)
@given(seeds, records())
def test_no_moment_has_more_winners_than_places(seed: str, drawn: Record) -> None:
    lines = {line["number"]: line for line in drawn["entries"]}
    won = [lines[number] for number in winners(seed, drawn)]
    after = timedelta(minutes=drawn["buffer_after_minutes"])

    for moment in [datetime.fromisoformat(line["begins"]) for line in won]:
        there = [
            line
            for line in won
            if datetime.fromisoformat(line["begins"]) <= moment < datetime.fromisoformat(line["ends"]) + after
        ]
        assert len(there) <= drawn["places"]


@settings(deadline=None)
@given(seeds, records())
def test_whoever_loses_could_not_have_been_let_in_at_the_end(seed: str, drawn: Record) -> None:
    """No place is left empty that an entry asked for and the rules allowed."""
    lines = {line["number"]: line for line in drawn["entries"]}
    turns = lottery.run(seed, drawn)
    after_all = lottery.Draw(drawn)
    for turn in turns:
        if turn.won:
            after_all.take(lines[turn.number])

    assert all(after_all.ask(lines[turn.number]) != Result.WON for turn in turns if not turn.won)


@settings(deadline=None)
@given(seeds, records())
def test_every_entry_has_one_turn(seed: str, drawn: Record) -> None:
    turns = lottery.run(seed, drawn)

    assert [turn.rank for turn in turns] == list(range(1, len(turns) + 1))
    assert sorted(turn.number for turn in turns) == [line["number"] for line in drawn["entries"]]
