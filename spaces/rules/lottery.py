"""The draw (抽選) as arithmetic: from the published seed and record to the same result, for everybody.

Nothing here reads the database or the clock. docs/decisions/0007-lottery.md says why it is done like this.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypedDict

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import Group, User
from spaces.models import LotteryEntry, LotteryRound
from spaces.rules import rights

SEED_BYTES = 32

# An entry says what a group wishes; the window, the draw and what is taken are for the day of the draw.
NOT_ASKED_AT_ENTRY = frozenset({"window", "lottery", "taken"})


class RecordedEntry(TypedDict):
    """One line of the published record. Groups go by a letter: who they are is nobody's business."""

    number: int
    group: str
    begins: str
    ends: str
    units: int
    """How many of the places its people need; 1 in records older than this line."""
    barred: str
    """Code of what stood in the way although its turn had come: a booking older than the draw, a closed day."""


class Record(TypedDict):
    """Everything the draw looked at beside the seed."""

    places: int
    """How many may use the space at one time: 1, or the number of its units where any one of them will do."""
    buffer_before_minutes: int
    buffer_after_minutes: int
    daily_minutes: int | None
    entries: list[RecordedEntry]


class Result(StrEnum):
    WON = "won"
    TAKEN = "taken"
    """Others with an earlier turn had the time."""
    DAILY_LIMIT = "daily_limit"
    """With its earlier turns the group has its hours of that day."""
    BARRED = "barred"


BARRED_BY = {
    "taken": _lazy("抽選より前からの予約や行事があります"),
    "closed": _lazy("休館になりました"),
    "daily_limit": _lazy("抽選より前からの予約で1日の上限です"),
    "own": _lazy("抽選より前からの団体自身の予約があります"),
    "monthly_limit": _lazy("ほかの予約と合わせて1か月の上限です"),
    "open_bookings": _lazy("先に持てる予約の数の上限です"),
    "group_not_current": _lazy("団体登録が有効ではありません"),
    "space_not_offered": _lazy("この場所の受付を止めています"),
    "past": _lazy("時間が過ぎました"),
}


@dataclass(frozen=True)
class Turn:
    """One entry when its turn came."""

    number: int
    rank: int
    digest: str
    result: Result
    barred: str = ""

    @property
    def won(self) -> bool:
        return self.result == Result.WON

    @property
    def why(self) -> str:
        """Why a turn got nothing, for whoever reads the result."""
        if self.result == Result.TAKEN:
            return _("先の順番で埋まりました")
        if self.result == Result.DAILY_LIMIT:
            return _("先の当選で1日の上限になりました")
        if self.result == Result.BARRED:
            return str(BARRED_BY.get(self.barred, _("予約のルールに合いませんでした")))
        return ""


def digest(seed: str, number: int) -> str:
    """HMAC-SHA256, the seed as key and the entry's number as message."""
    return hmac.new(seed.encode("ascii"), str(number).encode("ascii"), hashlib.sha256).hexdigest()


def order(seed: str, numbers: Iterable[int]) -> list[int]:
    """The numbers in the order of their turns: smallest digest first."""
    return sorted(numbers, key=lambda number: (digest(seed, number), number))


class Draw:
    """Turns taken one after another; each win narrows what is left for those behind."""

    def __init__(self, record: Record) -> None:
        self.places = record["places"]
        self.daily_minutes = record["daily_minutes"]
        self.before = timedelta(minutes=record["buffer_before_minutes"])
        self.after = timedelta(minutes=record["buffer_after_minutes"])
        self.periods: list[tuple[datetime, datetime, int]] = []
        self.minutes: dict[tuple[str, str], int] = {}

    def ask(self, entry: RecordedEntry) -> Result:
        """What the entry would get if it were its turn now."""
        if entry["barred"]:
            return Result.BARRED
        if self._in_use_at_once(*self._period(entry)) + _units(entry) > self.places:
            return Result.TAKEN
        used = self.minutes.get(_group_day(entry), 0) + _minutes(entry)
        if self.daily_minutes is not None and used > self.daily_minutes:
            return Result.DAILY_LIMIT
        return Result.WON

    def take(self, entry: RecordedEntry) -> None:
        self.periods.append((*self._period(entry), _units(entry)))
        self.minutes[_group_day(entry)] = self.minutes.get(_group_day(entry), 0) + _minutes(entry)

    def _period(self, entry: RecordedEntry) -> tuple[datetime, datetime]:
        return (
            datetime.fromisoformat(entry["begins"]) - self.before,
            datetime.fromisoformat(entry["ends"]) + self.after,
        )

    def _in_use_at_once(self, begins: datetime, ends: datetime) -> int:
        """The most places in use together at some moment of the period."""
        there = [period for period in self.periods if period[0] < ends and begins < period[1]]
        moments = [begins, *(start for start, _end, _units in there if start > begins)]
        return max(sum(units for start, end, units in there if start <= moment < end) for moment in moments)


def run(seed: str, record: Record) -> list[Turn]:
    """The whole draw, again: same seed and record, same turns."""
    draw = Draw(record)
    entries = {entry["number"]: entry for entry in record["entries"]}
    turns = []
    for rank, number in enumerate(order(seed, entries), start=1):
        entry = entries[number]
        result = draw.ask(entry)
        if result == Result.WON:
            draw.take(entry)
        turns.append(Turn(number, rank, digest(seed, number), result, entry["barred"]))
    return turns


def _group_day(entry: RecordedEntry) -> tuple[str, str]:
    return entry["group"], entry["begins"][:10]


def _units(entry: RecordedEntry) -> int:
    return entry.get("units", 1)


def _minutes(entry: RecordedEntry) -> int:
    period = datetime.fromisoformat(entry["ends"]) - datetime.fromisoformat(entry["begins"])
    return int(period.total_seconds()) // 60


def can_enter(user: User, group: Group) -> bool:
    """Those who may book for the group; staff at the window in its name."""
    return rights.may_book_for(user, group)


def can_withdraw(user: User, entry: LotteryEntry) -> bool:
    return (
        entry.status == LotteryEntry.Status.ENTERED
        and entry.round.drawn_at is None
        and can_enter(user, entry.group)
    )


def takes_entries(lottery: LotteryRound, now: datetime) -> ValidationError | None:
    if now < lottery.entries_from:
        return ValidationError(_("申込は、まだ始まっていません。"), code="not_yet")
    if now >= lottery.entries_until:
        return ValidationError(_("申込は締め切りました。"), code="entries_closed")
    return None


def has_entries_left(lottery: LotteryRound, own: Iterable[LotteryEntry]) -> ValidationError | None:
    if len(list(own)) < lottery.entries_per_group:
        return None
    return ValidationError(
        _("1団体%(count)d件まで申し込めます。取り下げると、別の時間を申し込めます。"),
        code="entries_per_group",
        params={"count": lottery.entries_per_group},
    )


def asks_each_time_once(
    begins_at: datetime, ends_at: datetime, own: Iterable[LotteryEntry]
) -> ValidationError | None:
    """Two entries for one time would be two chances."""
    if any(entry.begins_at < ends_at and begins_at < entry.ends_at for entry in own):
        return ValidationError(_("この時間には、すでに申し込んでいます。"), code="entered_already")
    return None


def is_of_the_round(lottery: LotteryRound, begins_at: datetime) -> ValidationError | None:
    if lottery.covers(begins_at):
        return None
    return ValidationError(_("抽選の対象の日から選んでください。"), code="other_day")
