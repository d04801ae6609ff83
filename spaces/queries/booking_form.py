"""What stands around the form of a booking: the rules, the hours left, and what could be had instead."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Group, User
from kyodo import clock, dates
from spaces.models import Booking, BookingPolicy, Space
from spaces.queries import alternatives, facts, published, timetable, usage
from spaces.queries.alternatives import Place
from spaces.queries.prefill import Prefill
from spaces.rules import limits
from spaces.rules.limits import Usage, Wish, minutes_text

ONE_HOUR = 60


@dataclass(frozen=True)
class FormPage:
    space: Space
    space_url: str
    """Its calendar, with what the form knows already."""
    picture: str
    rules: list[str]
    left: list[str]
    """「あおば見守りの会：11月27日（金）は、あと1時間です。」"""
    next_step: str


def form_page(
    space: Space,
    groups: Iterable[Group],
    day: datetime.date,
    *,
    typed: Mapping[str, str],
    leaving_out: Booking | None = None,
) -> FormPage:
    groups = list(groups)
    return FormPage(
        space=space,
        space_url=Prefill.from_query(typed).url("space", space),
        picture=published.picture_url(space),
        rules=published.rule_lines(space),
        left=_left(groups, space.policy, day, leaving_out),
        next_step=_next_step(space),
    )


def _next_step(space: Space) -> str:
    approval = space.policy.approval
    if approval == BookingPolicy.Approval.ALWAYS:
        return _("送ると、職員が確かめて、結果をメールでお知らせします。")
    if approval == BookingPolicy.Approval.EVENTS and space.allows_events:
        return _("打合せの予約はその場で決まります。催しは、職員が確かめて、結果をメールでお知らせします。")
    return _("予約はその場で決まり、確認のメールが届きます。")


def _left(
    groups: list[Group], policy: BookingPolicy, day: datetime.date, leaving_out: Booking | None
) -> list[str]:
    """What each group may still take, limit by limit; nothing where the policy sets none."""
    if not groups or (policy.daily_minutes, policy.monthly_minutes, policy.open_bookings) == (
        None,
        None,
        None,
    ):
        return []
    used = usage.usages(groups, day, day, leaving_out=leaving_out)
    return [
        f"{group.name}：{text}"
        for group in groups
        for text in _left_texts(used[group.pk].on(policy, day), policy, day)
    ]


def _left_texts(used: Usage, policy: BookingPolicy, day: datetime.date) -> Iterator[str]:
    if policy.daily_minutes is not None:
        yield _minutes_left(dates.short_day(day), policy.daily_minutes - used.day_minutes)
    if policy.monthly_minutes is not None:
        month = _("%(month)d月") % {"month": day.month}
        yield _minutes_left(month, policy.monthly_minutes - used.month_minutes)
    if policy.open_bookings is not None:
        left = max(policy.open_bookings - used.open_bookings, 0)
        yield _("これから使う予約は、あと%(left)d件持てます。") % {"left": left}


def _minutes_left(when: str, minutes: int) -> str:
    if minutes <= 0:
        return _("%(when)sの分は、すべて予約済みです。") % {"when": when}
    return _("%(when)sは、あと%(left)sです。") % {"when": when, "left": minutes_text(minutes)}


def prefilled(typed: Mapping[str, str], space: Space) -> dict[str, object]:
    """The first look of the form: what the link says, one hour where it says no end."""
    values: dict[str, object] = {**Prefill.from_query(typed).known}
    if typed.get("space"):
        values["space"] = typed["space"]
    begins = _clock(str(values.get("begins", "")))
    if begins is None:
        return values
    policy = space.policy
    minutes = min(max(ONE_HOUR, policy.shortest_minutes), policy.longest_minutes)
    end = begins.hour * 60 + begins.minute + minutes
    if "ends" not in values and end < 24 * 60:
        values["ends"] = f"{end // 60:02}:{end % 60:02}"
    values["begins"] = f"{begins:%H:%M}"
    return values


def asked_date(typed: str) -> datetime.date:
    """The day the form is about, as far as it can be read and lies within the calendar; today otherwise."""
    day = read_date(typed)
    if day is None or not timetable.first_shown() <= day <= timetable.last_shown():
        return clock.today()
    return day


def read_date(typed: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(typed)
    except ValueError:
        return None


@dataclass(frozen=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True)
class Kind:
    """One kind of alternatives: other times, other spaces, other days."""

    title: str
    links: list[Link]


def instead_of(
    space: Space,
    group: Group,
    wish: Mapping[str, Any],
    *,
    visitor: User,
    booking: Booking | None = None,
) -> list[Kind]:
    """Other times and places for what the form asked for, as links that fill it in; empty when there is nothing."""
    wanted = Wish(space, group, booking=booking, **wish)
    found = alternatives.alternatives(wanted, visitor)
    prefill = Prefill.of(wanted)
    kinds = (
        (_("同じ日の別の時間"), found.other_times, _hours_text),
        (_("同じ時間の別の場所"), found.other_spaces, _space_text),
        (_("ほかの日の同じ時間"), found.next_days, _day_text),
    )
    return [
        Kind(title, [Link(text(place), _link(place, prefill, booking)) for place in places])
        for title, places, text in kinds
        if places
    ]


def also_refused(
    space: Space, understood: Mapping[str, Any], *, group: Group | None = None, booking: Booking | None = None
) -> list[ValidationError]:
    """What the rules say of a form that is not complete yet, so that a person mends all in one go."""
    group = group or understood.get("group")
    if group is None or any(understood.get(name) is None for name in ("date", "begins", "ends")):
        return []
    day = understood["date"]
    wish = Wish(
        space,
        group,
        clock.at(day, understood["begins"]),
        clock.at(day, understood["ends"]),
        people=understood.get("people") or space.people_min,
        purpose=understood.get("purpose") or space.name,
        use=understood.get("use") or "",
        supported_by=understood.get("supported_by") or "",
        booking=booking,
    )
    used = usage.usage_of(group, day, day, leaving_out=booking).on(space.policy, day)
    return limits.broken(wish, replace(facts.facts_for(wish), used=used))


def book_url(space: Space, group: Group, wish: Mapping[str, Any]) -> str:
    return Prefill.of(Wish(space, group, **wish)).url("space_book", space)


def waiting_url(space: Space, group: Group, wish: Mapping[str, Any]) -> str:
    return Prefill.of(Wish(space, group, **wish)).url("waiting_new", space)


def _link(place: Place, prefill: Prefill, booking: Booking | None) -> str:
    moved = prefill.at(place.begins_at, place.ends_at)
    return moved.change_url(booking, place.space) if booking else moved.url("space_book", place.space)


def _hours_text(place: Place) -> str:
    return dates.hours(place.begins_at, place.ends_at)


def _space_text(place: Place) -> str:
    return place.space.name


def _day_text(place: Place) -> str:
    return dates.short_day(place.begins_at)


def _clock(typed: str) -> datetime.time | None:
    """9:00 as well as 09:00."""
    try:
        return datetime.datetime.strptime(typed, "%H:%M").time()
    except ValueError:
        return None
