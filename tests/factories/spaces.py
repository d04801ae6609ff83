"""Spaces, their rules, bookings and holds. `yokohama_spaces()` builds the first centre's four spaces."""

from datetime import date, datetime, time, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from kyodo import clock, references
from spaces.models import (
    Booking,
    BookingPolicy,
    BookingSeries,
    Feed,
    Hold,
    LotteryEntry,
    LotteryRound,
    Occupancy,
    Space,
    Unit,
    WaitingEntry,
)
from spaces.queries import facts
from tests.factories.accounts import GroupFactory, UserFactory


class PolicyFactory(DjangoModelFactory[BookingPolicy]):
    """The rules of 協働ラボ; the trait `hall` gives those of スペースA・B."""

    class Meta:
        model = BookingPolicy

    class Params:
        hall = factory.Trait(
            window_kind=BookingPolicy.WindowKind.WEEKS,
            window_amount=3,
            longest_minutes=660,
            daily_minutes=None,
            approval=BookingPolicy.Approval.EVENTS,
            asks_department=True,
        )

    name = factory.Sequence(lambda n: f"ルール{n}")
    window_kind = BookingPolicy.WindowKind.MONTHS
    window_amount = 2
    window_opens_at = time(9)
    step_minutes = 30
    shortest_minutes = 30
    longest_minutes = 180
    daily_minutes = 180
    asks_department = False


class UnitFactory(DjangoModelFactory[Unit]):
    class Meta:
        model = Unit

    code = factory.Sequence(lambda n: f"unit-{n}")
    name = factory.Sequence(lambda n: f"テーブル{n}")
    seats = 7


class SpaceFactory(DjangoModelFactory[Space]):
    """A space with one unit of its own; pass units=[...] to share some."""

    class Meta:
        model = Space
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"space-{n}")
    name = factory.Sequence(lambda n: f"部屋{n}")
    policy = factory.SubFactory(PolicyFactory)
    people_min = 2
    people_max = 10
    summary = "打合せに"

    @factory.post_generation
    def units(self, create: bool, extracted: list[Unit] | None, **kwargs: Any) -> None:
        if create:
            self.units.set(extracted if extracted is not None else [UnitFactory()])


def yokohama_spaces() -> dict[str, Space]:
    """kyodo-lab with four tables (any free one), space-a, space-b, and space-ab of both; by slug."""
    lab, hall = PolicyFactory(name="協働ラボ"), PolicyFactory(name="スペースA・B", hall=True)
    tables = [UnitFactory(code=f"table-{n}", name=f"協働ラボ テーブル{n}", seats=7) for n in range(1, 5)]
    half_a = UnitFactory(code="half-a", name="スペースA", seats=109)
    half_b = UnitFactory(code="half-b", name="スペースB", seats=109)
    spaces = [
        SpaceFactory(
            slug="kyodo-lab",
            name="協働ラボ",
            policy=lab,
            units=tables,
            takes=Space.Takes.ANY,
            people_max=10,
            position=1,
        ),
        SpaceFactory(
            slug="space-a", name="スペースA", policy=hall, units=[half_a], people_max=18, position=2
        ),
        SpaceFactory(
            slug="space-b", name="スペースB", policy=hall, units=[half_b], people_max=18, position=3
        ),
        SpaceFactory(
            slug="space-ab",
            name="スペースA・B",
            policy=hall,
            units=[half_a, half_b],
            people_max=18,
            event_people_max=218,
            position=4,
        ),
    ]
    return {space.slug: space for space in spaces}


def tomorrow() -> date:
    return clock.today() + timedelta(days=1)


class BookingFactory(DjangoModelFactory[Booking]):
    """A row with the occupancies its status needs, no limits asked. `day=`, `hour=` and `minutes=` say when.

    Passing begins_at= and ends_at= works too. The status brings the times its constraints ask for.
    """

    class Meta:
        model = Booking
        skip_postgeneration_save = True

    class Params:
        day = factory.LazyFunction(tomorrow)
        hour = 10
        minutes = 60
        requested = factory.Trait(status=Booking.Status.REQUESTED)
        declined = factory.Trait(
            status=Booking.Status.DECLINED,
            decided_at=factory.LazyFunction(clock.now),
            decided_by=factory.SubFactory(UserFactory, coordinator=True),
            reason="催しと重なるため",
        )
        cancelled = factory.Trait(
            status=Booking.Status.CANCELLED, cancelled_at=factory.LazyFunction(clock.now)
        )
        used = factory.Trait(status=Booking.Status.USED, checked_in_at=factory.SelfAttribute("begins_at"))
        no_show = factory.Trait(status=Booking.Status.NO_SHOW)

    reference = factory.LazyFunction(references.new)
    space = factory.SubFactory(SpaceFactory)
    group = factory.SubFactory(GroupFactory)
    begins_at = factory.LazyAttribute(lambda o: clock.at(o.day, time(o.hour)))
    ends_at = factory.LazyAttribute(lambda o: o.begins_at + timedelta(minutes=o.minutes))
    people = 4
    purpose = "定例の打合せ"
    use = Booking.Use.MEETING
    status = Booking.Status.CONFIRMED
    booked_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def occupancies(self, create: bool, extracted: list[Unit] | None, **kwargs: Any) -> None:
        """Pass occupancies=[unit] to choose the units, else those the space would take; fails when none is free."""
        if not create or not self.is_live:
            return
        units = (
            [unit.pk for unit in extracted]
            if extracted is not None
            else facts.free_units(self.space, self.begins_at, self.ends_at, self.people)
        )
        if not units:
            raise ValueError(f"{self.space} is taken at {self.begins_at}")
        period = facts.occupied_period(self.space.policy, self.begins_at, self.ends_at)
        Occupancy.objects.bulk_create(Occupancy(unit_id=unit, booking=self, period=period) for unit in units)


class SeriesFactory(DjangoModelFactory[BookingSeries]):
    class Meta:
        model = BookingSeries

    group = factory.SubFactory(GroupFactory)
    space = factory.SubFactory(SpaceFactory)
    pattern = BookingSeries.Pattern.WEEKLY
    first_date = factory.LazyFunction(tomorrow)
    last_date = factory.LazyAttribute(lambda o: o.first_date + timedelta(weeks=4))
    created_by = factory.SubFactory(UserFactory)


class HoldFactory(DjangoModelFactory[Hold]):
    """A hold with its occupancies; `units=[...]`, else one new unit."""

    class Meta:
        model = Hold
        skip_postgeneration_save = True

    class Params:
        day = factory.LazyFunction(tomorrow)

    kind = Hold.Kind.EVENT
    title = "協働フォーラム"
    begins_at = factory.LazyAttribute(lambda o: clock.at(o.day, time(9)))
    ends_at = factory.LazyAttribute(lambda o: clock.at(o.day, time(17)))
    placed_by = factory.SubFactory(UserFactory, coordinator=True)

    @factory.post_generation
    def units(self, create: bool, extracted: list[Unit] | None, **kwargs: Any) -> None:
        if not create:
            return
        units = extracted if extracted is not None else [UnitFactory()]
        self.units.set(units)
        if self.released_at is None:
            Occupancy.objects.bulk_create(
                Occupancy(unit=unit, hold=self, period=(self.begins_at, self.ends_at)) for unit in units
            )


class WaitingFactory(DjangoModelFactory[WaitingEntry]):
    class Meta:
        model = WaitingEntry

    class Params:
        day = factory.LazyFunction(tomorrow)
        hour = 10

    group = factory.SubFactory(GroupFactory)
    space = factory.SubFactory(SpaceFactory)
    user = factory.SubFactory(UserFactory)
    begins_at = factory.LazyAttribute(lambda o: clock.at(o.day, time(o.hour)))
    ends_at = factory.LazyAttribute(lambda o: o.begins_at + timedelta(hours=1))
    people = 4
    use = Booking.Use.MEETING


class LotteryRoundFactory(DjangoModelFactory[LotteryRound]):
    """A round that takes entries now, for a week two months ahead."""

    class Meta:
        model = LotteryRound

    class Params:
        opened = factory.LazyFunction(lambda: clock.now() - timedelta(days=1))

    space = factory.SubFactory(SpaceFactory)
    name = "来々月の利用の抽選"
    first_date = factory.LazyFunction(lambda: clock.today() + timedelta(days=60))
    last_date = factory.LazyAttribute(lambda o: o.first_date + timedelta(days=6))
    entries_from = factory.LazyAttribute(lambda o: o.opened)
    entries_until = factory.LazyAttribute(lambda o: o.opened + timedelta(days=10))
    draw_at = factory.LazyAttribute(lambda o: o.opened + timedelta(days=12))
    claim_until = factory.LazyAttribute(lambda o: o.opened + timedelta(days=20))
    created_by = factory.SubFactory(UserFactory, coordinator=True)


class LotteryEntryFactory(DjangoModelFactory[LotteryEntry]):
    class Meta:
        model = LotteryEntry

    class Params:
        hour = 10

    round = factory.SubFactory(LotteryRoundFactory)
    number = factory.Sequence(lambda n: n + 1)
    group = factory.SubFactory(GroupFactory)
    user = factory.SubFactory(UserFactory)
    begins_at = factory.LazyAttribute(lambda o: clock.at(o.round.first_date, time(o.hour)))
    ends_at = factory.LazyAttribute(lambda o: o.begins_at + timedelta(hours=2))
    people = 5
    purpose = "発表会の準備"
    use = Booking.Use.MEETING


class FeedFactory(DjangoModelFactory[Feed]):
    class Meta:
        model = Feed

    group = factory.SubFactory(GroupFactory)
    created_by = factory.SubFactory(UserFactory)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return clock.at(day, time(hour, minute))
