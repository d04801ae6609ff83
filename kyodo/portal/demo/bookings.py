"""Weeks of ordinary bookings around today, from the habits of the groups: written as rows, without mails.

What must never be is asked here as well: open hours, the group's minutes a day, no unit twice.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from accounts.models import User
from kyodo import clock, references
from kyodo.centre.hours import DayHours, opening_days
from kyodo.portal.demo import people
from kyodo.portal.demo.groups import Registered
from spaces.models import Booking, Occupancy, Space
from spaces.rules import seating

DAYS_BACK = 42
DAYS_AHEAD = 20
CANCELLED_EVERY, NO_SHOW_EVERY = 11, 14

# Today is full of life whatever weekday it is: who, where, from, minutes, people, what for.
TODAY = (
    ("shokudo@example.jp", "kyodo-lab", "09:30", 90, 5, "食材の受け渡し表づくり"),
    ("sumaho@example.jp", "kyodo-lab", "10:00", 120, 6, "教え方の勉強会"),
    ("tatemono@example.jp", "kyodo-lab", "10:30", 120, 4, "聞き書きの文字起こし"),
    ("engawa@example.jp", "space-a", "10:00", 150, 14, "居場所づくりの連絡会"),
    ("shuwa@example.jp", "space-b", "11:00", 120, 12, "手話の練習会"),
    ("bosai@example.jp", "kyodo-lab", "13:00", 120, 7, "避難訓練の役割決め"),
    (people.MINATO, "kyodo-lab", "13:30", 120, 8, "教材づくり"),
    ("foodloss@example.jp", "kyodo-lab", "13:00", 180, 6, "回収先との調整"),
    ("satoyama@example.jp", "space-a", "13:30", 120, 13, "冬の作業の説明会"),
    ("mizube@example.jp", "space-b", "14:00", 150, 15, "生きもの調べのまとめ"),
    (people.AOBA, "kyodo-lab", "15:00", 90, 6, "見守り歩きのふりかえり"),
    ("oto@example.jp", "kyodo-lab", "15:00", 120, 5, "出前の曲決め"),
    ("monozukuri@example.jp", "kyodo-lab", "15:30", 90, 6, "教室の教材づくり"),
    ("yorucafe@example.jp", "kyodo-lab", "18:00", 120, 8, "夜の集まり"),
    ("shokudo@example.jp", "space-a", "17:30", 120, 16, "食堂運営の学び合い"),
)


@dataclass(frozen=True)
class Plan:
    registered: Registered
    space: Space
    begins_at: datetime
    ends_at: datetime
    people: int
    purpose: str

    @property
    def minutes(self) -> int:
        return (self.ends_at - self.begins_at) // timedelta(minutes=1)


class Book:
    """Who uses which unit when, and how long each group on each day: filled as we go."""

    def __init__(self, first: date, last: date) -> None:
        self.units: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        self.minutes: dict[tuple[int, int, date], int] = defaultdict(int)
        rows = Occupancy.objects.overlapping(clock.day_begins(first), clock.day_ends(last))
        for unit_id, period in rows.values_list("unit_id", "period"):
            self.units[unit_id].append((period.lower, period.upper))
        for booking in Booking.objects.live().between(first, last).select_related("space"):
            self.minutes[booking.group_id, booking.space.policy_id, booking.day] += booking.minutes

    def place(self, plan: Plan) -> list[int]:
        """Take the units for a plan; none when something stands against it."""
        key = (plan.registered.group.pk, plan.space.policy_id, clock.local(plan.begins_at).date())
        limit = plan.space.policy.daily_minutes
        if limit is not None and self.minutes[key] + plan.minutes > limit:
            return []
        free = [unit for unit in seating.seats_of(plan.space) if self._is_free(unit.unit, plan)]
        chosen = seating.units_taken(plan.space, plan.people, free)
        if not chosen:
            return []
        for unit in chosen:
            self.units[unit].append((plan.begins_at, plan.ends_at))
        self.minutes[key] += plan.minutes
        return chosen

    def _is_free(self, unit: int, plan: Plan) -> bool:
        return all(ends <= plan.begins_at or begins >= plan.ends_at for begins, ends in self.units[unit])


def load(accounts: Mapping[str, User], groups: Mapping[str, Registered]) -> None:
    today = clock.today()
    first, last = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
    days = opening_days(first, last)
    book = Book(first, last)
    rows: list[Booking] = []
    units: list[list[int]] = []
    for number, plan in enumerate(_plans(groups, days)):
        booking = _booking(plan, number, accounts[people.RECEPTION])
        chosen = book.place(plan) if booking.is_live else []
        if chosen or not booking.is_live:
            rows.append(booking)
            units.append(chosen)
    Booking.objects.bulk_create(rows)
    Occupancy.objects.bulk_create(
        Occupancy(unit_id=unit, booking=booking, period=(booking.begins_at, booking.ends_at))
        for booking, chosen in zip(rows, units, strict=True)
        for unit in chosen
    )


def _plans(groups: Mapping[str, Registered], days: Mapping[date, DayHours]) -> Iterator[Plan]:
    """Today's first, so that nothing stands in their way."""
    spaces = {space.slug: space for space in Space.objects.for_booking()}
    today = clock.today()
    for email, slug, begins, minutes, count, purpose in TODAY:
        plan = _plan(groups[email], spaces[slug], today, begins, minutes, count, purpose)
        if _is_open(days[today], plan):
            yield plan
    for day, hours in days.items():
        for registered in groups.values():
            for habit in registered.habits:
                if day == today or day.weekday() not in habit["weekdays"]:
                    continue
                plan = _plan(
                    registered,
                    spaces[habit["space"]],
                    day,
                    habit["begins"],
                    habit["minutes"],
                    habit["people"],
                    habit["purpose"],
                )
                if _is_open(hours, plan):
                    yield plan


def _plan(
    registered: Registered, space: Space, day: date, begins: str, minutes: int, count: int, purpose: str
) -> Plan:
    begins_at = clock.at(day, time.fromisoformat(begins))
    return Plan(registered, space, begins_at, begins_at + timedelta(minutes=minutes), count, purpose)


def _is_open(hours: DayHours, plan: Plan) -> bool:
    return hours.is_open_throughout(clock.local(plan.begins_at).time(), clock.local(plan.ends_at).time())


def _booking(plan: Plan, number: int, reception: User) -> Booking:
    """With the state that its time asks for: the past used, missed or cancelled; today's as the clock stands."""
    now = clock.now()
    booking = Booking(
        reference=references.new(),
        space=plan.space,
        group=plan.registered.group,
        begins_at=plan.begins_at,
        ends_at=plan.ends_at,
        people=plan.people,
        purpose=plan.purpose,
        use=Booking.Use.MEETING,
        status=Booking.Status.CONFIRMED,
        booked_by=plan.registered.representative,
        booked_at=min(plan.begins_at - timedelta(days=9), now - timedelta(days=1)),
    )
    if number % CANCELLED_EVERY == 2:
        booking.status, booking.reason = Booking.Status.CANCELLED, "参加者が集まらなかったため"
        booking.cancelled_at = booking.booked_at + timedelta(hours=20)
        booking.cancelled_by = plan.registered.representative
    elif plan.ends_at <= now and number % NO_SHOW_EVERY == NO_SHOW_EVERY - 1:
        booking.status = Booking.Status.NO_SHOW
    elif plan.ends_at <= now or (plan.begins_at <= now and number % 3):
        booking.status = Booking.Status.USED
        booking.checked_in_at = plan.begins_at + timedelta(minutes=number % 7)
        booking.checked_in_by = reception if number % 2 else None
    return booking
