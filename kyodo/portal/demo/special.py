"""What a person of the demo did herself, through the same actions as everybody: these write their mails too."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from accounts.models import User
from kyodo import clock
from kyodo.centre.hours import opening_days
from kyodo.portal.demo import people
from kyodo.portal.demo.groups import Registered
from spaces.actions import bookings, holds, lottery, series, waiting
from spaces.models import Booking, BookingSeries, Hold, LotteryRound, Space
from spaces.queries.alternatives import Place

DAYS_AHEAD = 120


class Calendar:
    """Open days ahead, to put things on."""

    def __init__(self) -> None:
        today = clock.today()
        days = opening_days(today + timedelta(days=1), today + timedelta(days=DAYS_AHEAD))
        self.open = [day for day, found in days.items() if found.is_open]

    def after(self, days: int) -> Iterator[date]:
        """Open days so many days from today, or later."""
        first = clock.today() + timedelta(days=days)
        return (day for day in self.open if day >= first)


def load(accounts: Mapping[str, User], groups: Mapping[str, Registered]) -> None:
    calendar = Calendar()
    spaces = {space.slug: space for space in Space.objects.select_related("policy")}
    aoba, minato = groups[people.AOBA], groups[people.MINATO]
    _series(aoba, spaces["kyodo-lab"], calendar)
    _event_request(minato, spaces["space-ab"], next(calendar.after(10)))
    _hold(accounts[people.COORDINATOR], spaces["space-ab"], next(calendar.after(15)))
    _waiting(aoba, groups["mizube@example.jp"], spaces["space-a"], next(calendar.after(6)))
    _round(accounts[people.MANAGER], [aoba, minato, groups["bosai@example.jp"]], spaces["space-ab"], calendar)


def _series(aoba: Registered, lab: Space, calendar: Calendar) -> None:
    """Every week on the same weekday, closed days left out."""
    first = next(calendar.after(4))
    days = [day for week in range(6) if (day := first + timedelta(weeks=week)) in calendar.open]
    series.book_series(
        space=lab,
        group=aoba.group,
        pattern=BookingSeries.Pattern.WEEKLY,
        places=[Place(lab, _at(day, 9, 30), _at(day, 11)) for day in days],
        people=6,
        purpose="見守り歩きの週の打合せ",
        by=aoba.representative,
    )


def _event_request(minato: Registered, hall: Space, day: date) -> None:
    bookings.book_space(
        space=hall,
        group=minato.group,
        begins_at=_at(day, 13),
        ends_at=_at(day, 16),
        people=80,
        purpose="日本語スピーチ発表会（市の後援を申請中）",
        use=Booking.Use.EVENT,
        supported_by="国際局政策総務課",
        remarks="手話通訳が入ります。舞台の右に席をお願いします。",
        by=minato.representative,
    )


def _hold(coordinator: User, hall: Space, day: date) -> None:
    holds.place_hold(
        kind=Hold.Kind.EVENT,
        title="協働フォーラム",
        units=list(hall.units.all()),
        begins_at=_at(day, 9),
        ends_at=_at(day, 17),
        note="前日の夕方に椅子を並べます。",
        by=coordinator,
    )


def _waiting(waits: Registered, has_it: Registered, space: Space, day: date) -> None:
    begins_at, ends_at = _at(day, 10), _at(day, 12)
    bookings.book_space(
        space=space,
        group=has_it.group,
        begins_at=begins_at,
        ends_at=ends_at,
        people=10,
        purpose="冬の観察会の説明会",
        by=has_it.representative,
    )
    waiting.join_waiting(
        space=space,
        group=waits.group,
        begins_at=begins_at,
        ends_at=ends_at,
        people=12,
        purpose="見守り講座",
        by=waits.representative,
    )


def _round(manager: User, entrants: list[Registered], hall: Space, calendar: Calendar) -> None:
    """Entries run now; the days lie beyond the window of スペースA・B."""
    now = clock.now()
    first = next(calendar.after(50))
    draw = LotteryRound.objects.create(
        space=hall,
        name="スペースA・B 休日の利用の抽選",
        first_date=first,
        last_date=first + timedelta(days=13),
        entries_from=now - timedelta(days=3),
        entries_until=now + timedelta(days=10),
        draw_at=now + timedelta(days=12),
        claim_until=now + timedelta(days=20),
        created_by=manager,
    )
    for entrant in entrants:
        lottery.enter_lottery(
            lottery=draw,
            group=entrant.group,
            begins_at=_at(first, 13),
            ends_at=_at(first, 16),
            people=18,
            purpose="活動の発表会の練習",
            use=Booking.Use.MEETING,
            by=entrant.representative,
        )


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return clock.at(day, time(hour, minute))
