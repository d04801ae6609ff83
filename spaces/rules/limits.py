"""The limits of a booking: one small function each, the same for every way a booking comes.

A rule looks at the wish and the facts and answers with a refusal or None. It never asks the database and never
writes; `actions` gather the facts, under the locks where they are counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Group
from kyodo import clock, dates
from kyodo.centre.hours import DayHours
from spaces.models import Booking, LotteryRound, RuleOverride, Space

# What staff may set aside for one booking, with a reason. "taken" is not a rule but a fact: nobody may.
STAFF_MAY_OVERRIDE = frozenset(RuleOverride.Rule.values)


@dataclass(frozen=True)
class Wish:
    """A booking as asked for, whoever asks: form, admin, series, edit, approval or draw."""

    space: Space
    group: Group
    begins_at: datetime
    ends_at: datetime
    people: int
    purpose: str
    use: str = ""
    """Empty is read as a meeting only where a space serves nothing else."""
    supported_by: str = ""
    """The department of the city that stands behind an event."""
    remarks: str = ""
    booking: Booking | None = None
    """The booking that is changed or approved, if there is one."""
    is_drawn: bool = False
    """It was won in a draw: neither the window nor the draw itself stands in its way."""

    def __post_init__(self) -> None:
        if not self.use and not self.space.allows_events:
            object.__setattr__(self, "use", str(Booking.Use.MEETING))

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.begins_at).total_seconds()) // 60


@dataclass(frozen=True)
class Usage:
    """What a group has under one policy already, the booking in hand left out."""

    day_minutes: int = 0
    month_minutes: int = 0
    open_bookings: int = 0
    """Those not used yet."""


NOTHING_USED = Usage()


@dataclass(frozen=True)
class Facts:
    """What the rules need to know beside the wish."""

    now: datetime
    day: DayHours
    window_opens_at: datetime
    used: Usage = NOTHING_USED
    seats: int | None = None
    """Of all units of the space together; None where they don't matter."""
    rounds: tuple[LotteryRound, ...] = ()
    """Draws not yet over that cover the day and share a unit with the space."""


def space_is_offered(wish: Wish, facts: Facts) -> ValidationError | None:
    if wish.space.is_offered:
        return None
    return ValidationError(_("この場所は、いま予約を受け付けていません。"), code="space_not_offered")


def group_is_current(wish: Wish, facts: Facts) -> ValidationError | None:
    """Registration must cover the day of use, not only today."""
    group = wish.group
    if group.status == Group.Status.ACTIVE and group.valid_until >= clock.local(wish.begins_at).date():
        return None
    if group.status != Group.Status.ACTIVE:
        return ValidationError(
            _("この団体は、いま予約できません。センターにお問い合わせください。"), code="group_not_current"
        )
    return ValidationError(
        _("団体登録の有効期限は%(until)sです。それより後の日は、登録を更新すると予約できます。"),
        code="group_not_current",
        params={"until": dates.day(group.valid_until)},
    )


def ends_after_it_begins(wish: Wish, facts: Facts) -> ValidationError | None:
    if (
        wish.begins_at < wish.ends_at
        and clock.local(wish.begins_at).date() == clock.local(wish.ends_at).date()
    ):
        return None
    return ValidationError(_("終了は、同じ日の開始より後の時刻を選んでください。"), code="time_order")


def fits_the_step(wish: Wish, facts: Facts) -> ValidationError | None:
    step = wish.space.policy.step_minutes
    if all(
        not (moment.minute % step or moment.second or moment.microsecond)
        for moment in (wish.begins_at, wish.ends_at)
    ):
        return None
    return ValidationError(
        _("時刻は%(step)d分きざみで選んでください。"), code="time_step", params={"step": step}
    )


def lies_ahead(wish: Wish, facts: Facts) -> ValidationError | None:
    if wish.begins_at > facts.now:
        return None
    return ValidationError(_("これから始まる時間を選んでください。"), code="past")


def within_opening_hours(wish: Wish, facts: Facts) -> ValidationError | None:
    hours = facts.day.hours
    if hours is None:
        return ValidationError(
            _("%(day)sは休館日です。%(reason)s"),
            code="closed",
            params={"day": dates.day(facts.day.date), "reason": facts.day.reason},
        )
    begins, ends = clock.local(wish.begins_at).time(), clock.local(wish.ends_at).time()
    if begins < hours.opens or ends > hours.closes:
        return ValidationError(
            _("%(day)sの開館時間は%(opens)sから%(closes)sまでです。"),
            code="closed",
            params={
                "day": dates.day(facts.day.date),
                "opens": dates.clock_time(hours.opens),
                "closes": dates.clock_time(hours.closes),
            },
        )
    if closed := facts.day.closure_within(begins, ends):
        return ValidationError(
            _("%(begins)sから%(ends)sまでは休館です。%(reason)s"),
            code="closed",
            params={
                "begins": dates.clock_time(closed.begins),
                "ends": dates.clock_time(closed.ends),
                "reason": closed.reason,
            },
        )
    return None


def window_is_open(wish: Wish, facts: Facts) -> ValidationError | None:
    if wish.is_drawn or facts.now >= facts.window_opens_at:
        return None
    opens = clock.local(facts.window_opens_at)
    return ValidationError(
        _("この日の予約は、%(day)s %(time)sから受け付けます。"),
        code="window",
        params={"day": dates.day(opens.date()), "time": dates.clock_time(opens.time())},
    )


def not_in_a_draw(wish: Wish, facts: Facts) -> ValidationError | None:
    if wish.is_drawn or not facts.rounds:
        return None
    draw = facts.rounds[0]
    return ValidationError(
        _("この日は抽選「%(name)s」の対象です。抽選の当選確認が終わると、空いている時間を予約できます。"),
        code="lottery",
        params={"name": draw.name},
    )


def long_enough(wish: Wish, facts: Facts) -> ValidationError | None:
    shortest = wish.space.policy.shortest_minutes
    if wish.minutes >= shortest:
        return None
    return ValidationError(
        _("%(shortest)sから予約できます。"), code="too_short", params={"shortest": minutes_text(shortest)}
    )


def short_enough(wish: Wish, facts: Facts) -> ValidationError | None:
    longest = wish.space.policy.longest_minutes
    if wish.minutes <= longest:
        return None
    return ValidationError(
        _("1回に%(longest)sまで予約できます。"), code="too_long", params={"longest": minutes_text(longest)}
    )


def most_people(space: Space, use: str) -> int:
    if use == Booking.Use.EVENT and space.event_people_max is not None:
        return space.event_people_max
    return space.people_max


def people_fit(wish: Wish, facts: Facts) -> ValidationError | None:
    space = wish.space
    most = most_people(space, wish.use)
    if facts.seats is not None:
        most = min(most, facts.seats)
    if space.people_min <= wish.people <= most:
        return None
    return ValidationError(
        _("%(space)sは%(least)d人から%(most)d人で使えます。"),
        code="people",
        params={"space": space.name, "least": space.people_min, "most": most},
    )


def use_is_chosen(wish: Wish, facts: Facts) -> ValidationError | None:
    """Where a space serves two uses, which one decides whether staff must approve: nobody chooses for the group."""
    if wish.use in Booking.Use.values:
        return None
    return ValidationError(_("打合せか催しかを選んでください。"), code="use_missing")


def use_is_allowed(wish: Wish, facts: Facts) -> ValidationError | None:
    if not wish.use or wish.use == Booking.Use.MEETING or wish.space.allows_events:
        return None
    return ValidationError(_("この場所は打合せに使う場所です。催しには使えません。"), code="use_not_allowed")


def has_a_purpose(wish: Wish, facts: Facts) -> ValidationError | None:
    if wish.purpose.strip():
        return None
    return ValidationError(_("利用の目的を書いてください。"), code="purpose")


def names_the_department(wish: Wish, facts: Facts) -> ValidationError | None:
    if (
        wish.use != Booking.Use.EVENT
        or not wish.space.policy.asks_department
        or wish.supported_by.strip()
        or not wish.space.allows_events
    ):
        return None
    return ValidationError(_("催しを共催・後援する、市の部署を書いてください。"), code="department")


def within_daily_limit(wish: Wish, facts: Facts) -> ValidationError | None:
    limit = wish.space.policy.daily_minutes
    if limit is None or facts.used.day_minutes + wish.minutes <= limit:
        return None
    left = max(limit - facts.used.day_minutes, 0)
    if left == 0:
        return ValidationError(
            _("1団体1日%(limit)sまで予約できます。この日の分は、すべて予約済みです。"),
            code="daily_limit",
            params={"limit": minutes_text(limit)},
        )
    return ValidationError(
        _("1団体1日%(limit)sまで予約できます。この日はあと%(left)sです。"),
        code="daily_limit",
        params={"limit": minutes_text(limit), "left": minutes_text(left)},
    )


def within_monthly_limit(wish: Wish, facts: Facts) -> ValidationError | None:
    limit = wish.space.policy.monthly_minutes
    if limit is None or facts.used.month_minutes + wish.minutes <= limit:
        return None
    words = {
        "limit": minutes_text(limit),
        "month": clock.local(wish.begins_at).month,
        "left": minutes_text(max(limit - facts.used.month_minutes, 0)),
    }
    if facts.used.month_minutes >= limit:
        return ValidationError(
            _("1団体1か月%(limit)sまで予約できます。%(month)d月の分は、すべて予約済みです。"),
            code="monthly_limit",
            params=words,
        )
    return ValidationError(
        _("1団体1か月%(limit)sまで予約できます。%(month)d月はあと%(left)sです。"),
        code="monthly_limit",
        params=words,
    )


def within_open_bookings(wish: Wish, facts: Facts) -> ValidationError | None:
    """Whoever stands at the counter takes nothing in advance."""
    limit = wish.space.policy.open_bookings
    if limit is None or wish.begins_at <= facts.now or facts.used.open_bookings < limit:
        return None
    return ValidationError(
        _("これから使う予約は、1団体%(limit)d件まで持てます。使い終わるか取り消すと、次を予約できます。"),
        code="open_bookings",
        params={"limit": limit},
    )


def own_already(booking: Booking) -> ValidationError:
    """The time is taken by the very group that asks."""
    return ValidationError(
        _("この時間は、この団体がもう予約しています（予約番号%(reference)s）。"),
        code="own",
        params={"reference": booking.reference},
    )


Rule = Callable[[Wish, Facts], ValidationError | None]

# In the order a person would want to hear of them.
RULES: tuple[Rule, ...] = (
    space_is_offered,
    group_is_current,
    ends_after_it_begins,
    fits_the_step,
    lies_ahead,
    within_opening_hours,
    window_is_open,
    not_in_a_draw,
    long_enough,
    short_enough,
    use_is_chosen,
    use_is_allowed,
    people_fit,
    has_a_purpose,
    names_the_department,
    within_open_bookings,
    within_monthly_limit,
    within_daily_limit,
)

# While one of these stands, the time can't be had whatever else is mended: the first, in the order of RULES, says why.
DECIDING = frozenset(
    {"space_not_offered", "group_not_current", "time_order", "past", "closed", "window", "lottery"}
)
# All about how much: the one that leaves the least decides.
HOW_MUCH = ("too_short", "open_bookings", "monthly_limit", "daily_limit", "too_long")

# A win is looked at again when it is claimed, an event when it is approved; time has passed, the window has not closed.
RULES_OF_APPROVAL: tuple[Rule, ...] = tuple(
    rule for rule in RULES if rule not in (window_is_open, not_in_a_draw, lies_ahead, names_the_department)
)


def broken(wish: Wish, facts: Facts, rules: tuple[Rule, ...] = RULES) -> list[ValidationError]:
    """Every refusal. What staff may set aside is taken away first; a person is then told what is `deciding`."""
    refusals = []
    for rule in rules:
        refusal = rule(wish, facts)
        if refusal:
            refusals.append(refusal)
            if refusal.code == "time_order":
                break
    return refusals


def deciding(refusals: Sequence[ValidationError]) -> list[ValidationError]:
    """What a person needs to hear: the reason that decides; else each thing to mend, one reason a thing."""
    final = next((refusal for refusal in refusals if refusal.code in DECIDING), None)
    if final:
        return [final]
    how_much = sorted(
        (refusal for refusal in refusals if refusal.code in HOW_MUCH),
        key=lambda refusal: HOW_MUCH.index(str(refusal.code)),
    )
    return [refusal for refusal in refusals if refusal.code not in HOW_MUCH or refusal is how_much[0]]


def minutes_text(minutes: int) -> str:
    """「3時間」「1時間30分」「45分」"""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d分") % {"minutes": rest}
    if not rest:
        return _("%(hours)d時間") % {"hours": hours}
    return _("%(hours)d時間%(minutes)d分") % {"hours": hours, "minutes": rest}
