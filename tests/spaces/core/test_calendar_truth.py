"""Whatever is done in whatever order: no place is used twice, and the calendar shows exactly what the table holds."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Group, User
from kyodo import clock
from spaces.actions import bookings, holds
from spaces.models import Booking, BookingPolicy, Hold, Occupancy, Space
from spaces.queries import availability
from spaces.queries.availability import State
from tests.factories.accounts import GroupFactory, UserFactory
from tests.factories.centre import usual_week
from tests.factories.spaces import yokohama_spaces

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=clock.TOKYO)
DAYS = [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)]
SLUGS = ["kyodo-lab", "space-a", "space-b", "space-ab"]

steps = st.lists(
    st.tuples(
        st.sampled_from(["book", "change", "cancel", "hold", "release", "approve", "decline"]),
        st.sampled_from(SLUGS),
        st.sampled_from(DAYS),
        st.integers(18, 40),  # half hours: 9:00 to 20:00
        st.integers(1, 6),
        st.integers(0, 9),
    ),
    max_size=14,
)


class House:
    def __init__(self) -> None:
        usual_week()
        self.spaces = yokohama_spaces()
        BookingPolicy.objects.filter(name="協働ラボ").update(buffer_after_minutes=0)
        self.people = [UserFactory() for _ in range(3)]
        self.groups = [GroupFactory(representative=person) for person in self.people]
        self.coordinator = UserFactory(coordinator=True)

    def act(self, what: str, slug: str, begins_at: datetime, ends_at: datetime, which: int) -> None:
        """One step of somebody; refusals are part of life."""
        space = Space.objects.select_related("policy").get(slug=slug)
        person, group = self.people[which % 3], self.groups[which % 3]
        with suppress(ValidationError):
            self._act(what, space, person, group, begins_at, ends_at, which)

    def _act(
        self,
        what: str,
        space: Space,
        person: User,
        group: Group,
        begins_at: datetime,
        ends_at: datetime,
        which: int,
    ) -> None:
        use = Booking.Use.EVENT if which > 6 else Booking.Use.MEETING
        if what == "book":
            bookings.book_space(
                space=space,
                group=group,
                begins_at=begins_at,
                ends_at=ends_at,
                people=5,
                purpose="集まり",
                by=person,
                use=use,
                supported_by="市民局",
            )
            return
        if what == "hold":
            holds.place_hold(
                kind=Hold.Kind.OTHER,
                title="確保",
                units=list(space.units.all()),
                begins_at=begins_at,
                ends_at=ends_at,
                by=self.coordinator,
                cancelling=[booking.pk for booking in Booking.objects.live()] if which % 2 else [],
                reason="設備の点検",
            )
            return
        if what == "release":
            if hold := Hold.objects.filter(released_at__isnull=True).first():
                holds.release_hold(hold=hold, by=self.coordinator)
            return
        booking = (
            Booking.objects.order_by("pk").select_related("space__policy", "group")[which : which + 1].first()
        )
        if booking is None:
            return
        if what == "cancel":
            bookings.cancel_booking(booking=booking, by=self.coordinator, reason="都合により")
        elif what == "approve":
            bookings.approve_booking(booking=booking, version=booking.version, by=self.coordinator)
        elif what == "decline":
            bookings.decline_booking(booking=booking, by=self.coordinator, reason="催しと重なるため")
        else:
            bookings.change_booking(
                booking=booking,
                version=booking.version,
                by=self.coordinator,
                space=space,
                begins_at=begins_at,
                ends_at=ends_at,
                people=5,
                purpose="変更",
                use=use,
                supported_by="市民局",
            )


@pytest.fixture
def house(db: None) -> House:
    return House()


def check(house: House) -> None:
    occupancies = list(Occupancy.objects.select_related("booking", "hold"))
    for one in occupancies:
        for other in occupancies:
            if one.pk < other.pk and one.unit_id == other.unit_id:
                assert one.period.upper <= other.period.lower or other.period.upper <= one.period.lower

    for booking in Booking.objects.select_related("space"):
        held = booking.occupancies.count()
        if not booking.is_live:
            assert held == 0
        elif booking.space.takes == Space.Takes.ANY:
            assert held == 1
        else:
            assert held == booking.space.units.count()

    shown = availability.space_days(availability.offered_spaces(), DAYS[0], DAYS[-1], AnonymousUser())
    for day, of_day in shown.items():
        for space_day in of_day.values():
            units = {unit.pk for unit in space_day.space.units.all()}
            for slot in space_day.slots():
                begins, ends = clock.at(day, slot.begins), clock.at(day, slot.ends)
                used = {
                    o.unit_id
                    for o in occupancies
                    if o.unit_id in units and o.period.lower < ends and begins < o.period.upper
                }
                takes_any = space_day.space.takes == Space.Takes.ANY
                taken = used == units if takes_any else bool(used)
                assert (slot.state is State.TAKEN) == (taken and begins > NOW), (day, slot, used)
                few = takes_any and len(units) - len(used) == 1
                assert (slot.state is State.FEW) == (few and space_day.is_window_open and begins > NOW)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_no_sequence_of_steps_uses_a_place_twice_and_the_calendar_tells_the_truth(
    house: House, steps: list[tuple[str, str, date, int, int, int]]
) -> None:
    with time_machine.travel(NOW, tick=False):
        Occupancy.objects.all().delete()
        Booking.objects.all().delete()
        Hold.objects.all().delete()
        for what, slug, day, half_hour, length, which in steps:
            begins_at = clock.at(day, time(half_hour // 2, half_hour % 2 * 30))
            house.act(what, slug, begins_at, begins_at + timedelta(minutes=30 * length), which)
        check(house)
