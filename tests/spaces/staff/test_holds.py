from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Group, User
from spaces.models import Hold, Space
from tests.factories.spaces import BookingFactory, HoldFactory
from tests.spaces.staff.conftest import TODAY

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def client_of_coordinator(sign_in: Callable[[User], Client], coordinator: User) -> Client:
    return sign_in(coordinator)


def ask(client: Client, space: Space, **values: object) -> HttpResponse:
    answers = {
        "kind": "event",
        "title": "協働フォーラム",
        "units": [unit.pk for unit in space.units.all()],
        "date": TOMORROW.isoformat(),
        "begins": "09:00",
        "ends": "17:00",
    }
    return client.post(reverse("admin:spaces_hold_add"), answers | values)


def test_free_units_are_held_at_once(client_of_coordinator: Client, spaces: dict[str, Space]) -> None:
    response = ask(client_of_coordinator, spaces["space-ab"])

    hold = Hold.objects.get()
    assert response.url == reverse("admin:spaces_hold_change", args=[hold.pk])
    assert hold.occupancies.count() == 2


def test_what_a_hold_hits_is_listed_before_anything_is_saved(
    client_of_coordinator: Client, spaces: dict[str, Space], group: Group
) -> None:
    booking = BookingFactory(space=spaces["space-a"], group=group, day=TOMORROW)

    response = ask(client_of_coordinator, spaces["space-ab"])

    assert response.context["in_the_way"] == [booking]
    assert "あおば見守りの会" in response.content.decode()
    assert not Hold.objects.exists()


def test_after_the_word_the_listed_bookings_are_cancelled(
    client_of_coordinator: Client, spaces: dict[str, Space], group: Group
) -> None:
    booking = BookingFactory(space=spaces["space-a"], group=group, day=TOMORROW)

    ask(client_of_coordinator, spaces["space-ab"], confirm="1", agreed=[booking.pk])

    booking.refresh_from_db()
    assert (booking.status, booking.reason) == ("cancelled", "協働フォーラム")
    assert Hold.objects.count() == 1


def test_a_newcomer_is_listed_again(
    client_of_coordinator: Client, spaces: dict[str, Space], group: Group
) -> None:
    newcomer = BookingFactory(space=spaces["space-a"], group=group, day=TOMORROW)

    response = ask(client_of_coordinator, spaces["space-ab"], confirm="1", agreed=[])

    newcomer.refresh_from_db()
    assert response.status_code == 422
    assert response.context["in_the_way"] == [newcomer]
    assert (newcomer.status, Hold.objects.count()) == ("confirmed", 0)


def test_another_hold_in_the_way_is_told(client_of_coordinator: Client, spaces: dict[str, Space]) -> None:
    HoldFactory(day=TOMORROW, units=list(spaces["space-a"].units.all()))

    assert ask(client_of_coordinator, spaces["space-ab"]).status_code == 422
    assert Hold.objects.count() == 1


@pytest.mark.parametrize("values", [{"ends": "08:00"}, {"date": "2026-11-19"}, {"title": ""}, {"units": []}])
def test_nonsense_is_refused(
    client_of_coordinator: Client, spaces: dict[str, Space], values: dict[str, object]
) -> None:
    assert ask(client_of_coordinator, spaces["space-ab"], **values).status_code == 422
    assert not Hold.objects.exists()


def test_a_hold_is_looked_at_and_released(client_of_coordinator: Client, spaces: dict[str, Space]) -> None:
    hold = HoldFactory(day=TOMORROW)
    page = reverse("admin:spaces_hold_change", args=[hold.pk])

    assert "協働フォーラム" in client_of_coordinator.get(page).content.decode()
    client_of_coordinator.post(reverse("admin:spaces_hold_release", args=[hold.pk]))

    hold.refresh_from_db()
    assert hold.released_at is not None
    assert not hold.occupancies.exists()


def test_reception_looks_but_does_not_hold_or_release(desk: Client, spaces: dict[str, Space]) -> None:
    hold = HoldFactory(day=TOMORROW)

    assert desk.get(reverse("admin:spaces_hold_change", args=[hold.pk])).status_code == 200
    assert desk.get(reverse("admin:spaces_hold_add")).status_code == 403
    assert ask(desk, spaces["space-ab"]).status_code == 403
    assert desk.post(reverse("admin:spaces_hold_release", args=[hold.pk])).status_code == 403
    assert Hold.objects.get().released_at is None


def test_the_list_shows_what_is_held_now(client_of_coordinator: Client) -> None:
    HoldFactory(day=TOMORROW, title="これから")
    HoldFactory(day=TODAY - timedelta(days=3), title="もう済んだ")

    page = client_of_coordinator.get(reverse("admin:spaces_hold_changelist")).content.decode()
    every = client_of_coordinator.get(
        reverse("admin:spaces_hold_changelist"), {"state": "all"}
    ).content.decode()

    assert "これから" in page
    assert "もう済んだ" not in page
    assert "もう済んだ" in every
