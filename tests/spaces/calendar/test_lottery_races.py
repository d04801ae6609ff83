"""Draws with several hands at once: real threads on the real PostgreSQL."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Group, User
from spaces.actions import holds
from spaces.actions import lottery as actions
from spaces.models import Booking, Hold, LotteryEntry, LotteryRound, Occupancy, Space
from spaces.queries import lottery as queries
from tests.factories.accounts import GroupFactory, UserFactory
from tests.factories.centre import usual_week
from tests.factories.spaces import LotteryRoundFactory, yokohama_spaces
from tests.racing import Outcome, overtake, race
from tests.spaces.calendar.conftest import FRIDAY, LOTTERY_DAY, at

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

CLIENTS = 8
DRAW_AT = at(date(2026, 12, 1), 10)


class Scene:
    """Eight groups and a draw for スペースA on one Saturday."""

    def __init__(self) -> None:
        usual_week()
        self.spaces = yokohama_spaces()
        self.people = [UserFactory() for _ in range(CLIENTS)]
        self.groups = [GroupFactory(representative=person) for person in self.people]
        self.coordinator = UserFactory(coordinator=True)
        self.lottery = LotteryRoundFactory(
            space=self.spaces["space-a"],
            first_date=LOTTERY_DAY,
            last_date=LOTTERY_DAY,
            entries_from=at(FRIDAY, 8),
            entries_until=at(date(2026, 11, 30), 20),
            draw_at=DRAW_AT,
            claim_until=at(date(2026, 12, 8), 20),
            entries_per_group=2,
        )

    def enterer(self, lane: int, hour: int) -> Callable[[], LotteryEntry]:
        return lambda: enter(self.lottery, self.groups[lane], self.people[lane], hour)

    def fill(self, hour: int = 10) -> None:
        for lane in range(CLIENTS):
            self.enterer(lane, hour)()

    def drawer(self) -> Callable[[], LotteryRound]:
        return lambda: actions.draw_lottery(lottery=self.lottery)

    def holder(self, space: Space) -> Callable[[], Hold]:
        units = list(space.units.all())
        return lambda: holds.place_hold(
            kind=Hold.Kind.INSPECTION,
            title="点検",
            units=units,
            begins_at=at(LOTTERY_DAY, 9),
            ends_at=at(LOTTERY_DAY, 17),
            by=self.coordinator,
        )


def enter(lottery: LotteryRound, group: Group, person: User, hour: int) -> LotteryEntry:
    return actions.enter_lottery(
        lottery=lottery,
        group=group,
        begins_at=at(LOTTERY_DAY, hour),
        ends_at=at(LOTTERY_DAY, hour + 2),
        people=5,
        purpose="発表会の準備",
        by=person,
    )


@pytest.fixture
def scene(now: time_machine.Traveller, transactional_db: None) -> Scene:
    return Scene()


def draw_at_once(scene: Scene, now: time_machine.Traveller) -> Outcome:
    scene.fill()
    now.move_to(DRAW_AT)
    outcome = race(*(scene.drawer() for _ in range(4)))
    scene.lottery.refresh_from_db()
    return outcome


def test_of_four_workers_one_draws(scene: Scene, now: time_machine.Traveller) -> None:
    outcome = draw_at_once(scene, now)

    assert (outcome.won, outcome.refused, outcome.broke) == (1, {"drawn": 3}, [])
    assert Booking.objects.count() == 1
    assert queries.rerun(scene.lottery).agrees


def test_without_the_lock_the_draw_would_be_held_more_than_once(
    scene: Scene, now: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The companion: it takes the guard away, so that the test above is known to be able to fail."""
    monkeypatch.setattr(actions, "_locked_round", lambda lottery: LotteryRound.objects.get(pk=lottery.pk))

    assert draw_at_once(scene, now).won > 1


def test_entries_at_once_get_numbers_without_gap_or_double(scene: Scene) -> None:
    outcome = race(*(scene.enterer(lane, 10) for lane in range(CLIENTS)))

    assert (outcome.won, outcome.broke) == (CLIENTS, [])
    numbers = LotteryEntry.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, CLIENTS + 1))


def test_one_group_pressing_often_has_one_chance_for_a_time(scene: Scene) -> None:
    outcome = race(*(scene.enterer(0, 10) for _ in range(CLIENTS)))

    assert (outcome.won, outcome.refused, outcome.broke) == (1, {"entered_already": CLIENTS - 1}, [])


def test_one_group_never_passes_its_number_of_entries(scene: Scene) -> None:
    outcome = race(*(scene.enterer(0, hour) for hour in (9, 11, 13, 15)))

    assert (outcome.won, outcome.refused, outcome.broke) == (2, {"entries_per_group": 2}, [])


@pytest.mark.parametrize("slug", ["space-a", "space-ab"])
def test_a_draw_and_a_hold_at_once_never_use_a_place_twice(
    scene: Scene, now: time_machine.Traveller, slug: str
) -> None:
    """Either the hold comes first and bars the entries, or the draw does and the hold is refused."""
    scene.fill()
    now.move_to(DRAW_AT)

    outcome = race(scene.drawer(), scene.holder(scene.spaces[slug]))

    scene.lottery.refresh_from_db()
    assert outcome.broke == []
    assert scene.lottery.drawn_at is not None
    assert Hold.objects.count() + Booking.objects.count() == 1
    assert Occupancy.objects.filter(unit__code="half-a").count() == 1
    assert queries.rerun(scene.lottery).agrees


def test_a_claim_and_the_end_of_claims_at_once_leave_one_truth(
    scene: Scene, now: time_machine.Traveller
) -> None:
    scene.fill()
    now.move_to(DRAW_AT)
    scene.drawer()()
    win = LotteryEntry.objects.select_related("group", "user").get(status=LotteryEntry.Status.WON)
    now.move_to(scene.lottery.claim_until)

    outcome = race(
        lambda: actions.claim_win(entry=win, by=win.user),
        lambda: actions.settle_win(entry=win),
        lambda: actions.close_claims(lottery=scene.lottery),
    )

    win.refresh_from_db()
    assert outcome.broke == []
    assert win.booking is not None
    stands = win.booking.status == Booking.Status.CONFIRMED
    assert stands == (win.status == LotteryEntry.Status.CLAIMED)
    assert Occupancy.objects.exists() == stands


def test_withdrawing_while_the_draw_is_held_is_before_or_after_it(
    scene: Scene, now: time_machine.Traveller
) -> None:
    scene.fill()
    entry = LotteryEntry.objects.select_related("group", "user").order_by("number")[0]
    now.move_to(DRAW_AT + timedelta(seconds=1))

    outcome = race(scene.drawer(), lambda: actions.withdraw_entry(entry=entry, by=entry.user))

    scene.lottery.refresh_from_db()
    drawn = {line["number"] for line in queries.record_of(scene.lottery)["entries"]}
    entry.refresh_from_db()
    assert outcome.broke == []
    assert (entry.status == LotteryEntry.Status.WITHDRAWN) == (entry.number not in drawn)
    assert queries.rerun(scene.lottery).agrees


def test_a_new_name_takes_no_draw_back(scene: Scene, now: time_machine.Traveller) -> None:
    """The page that saves the name has read the round before it was drawn."""
    scene.fill()
    now.move_to(DRAW_AT)
    client = Client()
    client.force_login(scene.coordinator)
    address = reverse("admin:spaces_lotteryround_change", args=[scene.lottery.pk])

    outcome = overtake(scene.drawer(), lambda: client.post(address, {"name": "冬の抽選"}))

    scene.lottery.refresh_from_db()
    assert outcome.broke == []
    assert scene.lottery.name == "冬の抽選"
    assert queries.rerun(scene.lottery).agrees
