"""Waiting for a time: asking for it, being told once for each freeing, and the wish that is met."""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import Group, User
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from spaces.actions import bookings, holds, notices, waiting
from spaces.models import Booking, Hold, Space, WaitingEntry
from spaces.tasks.waiting import tell_waiting
from tests.factories.spaces import BookingFactory, WaitingFactory
from tests.racing import race
from tests.spaces.web.conftest import FRIDAY, WEDNESDAY, wish

BEGINS, ENDS = clock.at(WEDNESDAY, time(13)), clock.at(WEDNESDAY, time(14))


@pytest.fixture
def in_the_way(space_a: Space, other_group: Group, other_representative: User) -> Booking:
    return BookingFactory(
        space=space_a, group=other_group, booked_by=other_representative, begins_at=BEGINS, ends_at=ENDS
    )


def join(space: Space, group: Group, by: User, hour: int = 13) -> WaitingEntry:
    begins_at = clock.at(WEDNESDAY, time(hour))
    return waiting.join_waiting(
        space=space,
        group=group,
        begins_at=begins_at,
        ends_at=begins_at + timedelta(hours=1),
        people=4,
        purpose="月例会",
        use="meeting",
        by=by,
    )


def tell(space: Space, freed_at: datetime | None = None) -> list[WaitingEntry]:
    return notices.tell_waiting(
        unit_ids=[unit.pk for unit in space.units.all()],
        begins_at=BEGINS,
        ends_at=ENDS,
        freed_at=freed_at or clock.now(),
    )


def notices_sent() -> int:
    return OutgoingMail.objects.filter(kind="spaces/place_freed").count()


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_taken_time_can_be_waited_for(
    aoba: Client, group: Group, in_the_way: Booking, space_a: Space
) -> None:
    response = aoba.post("/spaces/space-a/waiting/", wish(group, ends="14:00"))

    assert response.url == "/waiting/"
    entry = WaitingEntry.objects.get()
    assert (entry.begins_at, entry.ends_at, entry.purpose) == (BEGINS, ENDS, "月例会の打合せ")
    assert "スペースA" in aoba.get("/waiting/").text


def test_a_free_time_is_not_waited_for_but_booked(aoba: Client, group: Group, space_a: Space) -> None:
    response = aoba.post("/spaces/space-a/waiting/", wish(group))

    assert response.context["form"].errors.as_data()["__all__"][0].code == "free"
    assert f"/spaces/space-a/book/?group={group.pk}&amp;date=2026-11-25" in response.text
    assert not WaitingEntry.objects.exists()


def test_what_no_rule_allows_is_not_waited_for(aoba: Client, group: Group, in_the_way: Booking) -> None:
    response = aoba.post("/spaces/space-a/waiting/", wish(group, people="99"))

    assert response.context["form"].errors.as_data()["people"][0].code == "people"


def test_asking_twice_is_asking_once(
    group: Group, representative: User, in_the_way: Booking, space_a: Space
) -> None:
    assert join(space_a, group, representative) == join(space_a, group, representative)
    assert WaitingEntry.objects.count() == 1


def test_a_group_has_so_many_wishes_and_no_more(
    group: Group, representative: User, in_the_way: Booking, space_a: Space
) -> None:
    for day in range(waiting.MOST_OPEN):
        WaitingFactory(group=group, space=space_a, day=WEDNESDAY + timedelta(days=day + 1))

    with pytest.raises(ValidationError) as refusal:
        join(space_a, group, representative)

    assert refusal.value.code == "too_many"


def test_only_those_who_book_may_wait(
    client: Client, citizen: User, member: User, group: Group, in_the_way: Booking, space_a: Space
) -> None:
    with pytest.raises(PermissionDenied):
        join(space_a, group, member)
    assert client.get("/waiting/").status_code == 302
    client.force_login(citizen)
    assert client.post("/spaces/space-a/waiting/", wish(group)).status_code == 403
    assert not WaitingEntry.objects.exists()


def test_leaving(
    aoba: Client, group: Group, other_group: Group, other_representative: User, member: User, space_a: Space
) -> None:
    entry = WaitingFactory(group=group, space=space_a, day=WEDNESDAY)

    aoba.force_login(other_representative)
    assert aoba.post(f"/waiting/{entry.pk}/leave/").status_code == 404
    aoba.force_login(member)
    assert aoba.post(f"/waiting/{entry.pk}/leave/").status_code == 403
    assert aoba.get(f"/waiting/{entry.pk}/leave/").status_code == 302
    assert WaitingEntry.objects.waiting().exists()


def test_whoever_books_leaves_and_leaving_twice_is_leaving(
    aoba: Client, group: Group, space_a: Space
) -> None:
    entry = WaitingFactory(group=group, space=space_a, day=WEDNESDAY)

    assert aoba.post(f"/waiting/{entry.pk}/leave/").url == "/waiting/"
    assert aoba.post(f"/waiting/{entry.pk}/leave/").url == "/waiting/"

    assert not WaitingEntry.objects.waiting().exists()
    assert "空き待ちはありません" in aoba.get("/waiting/").text


# ── Being told ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_cancellation_tells_those_who_wait_with_the_form_filled_in(
    aoba: Client,
    group: Group,
    representative: User,
    other_representative: User,
    in_the_way: Booking,
    space_a: Space,
) -> None:
    join(space_a, group, representative)
    bookings.cancel_booking(booking=in_the_way, by=other_representative)

    told = tell(space_a)

    assert [entry.group for entry in told] == [group]
    mail = OutgoingMail.objects.get(kind="spaces/place_freed")
    assert mail.to == representative.email
    assert "スペースA" in mail.subject
    link = next(line for line in mail.body.splitlines() if "/book/?" in line)
    filled = aoba.get(link[link.index("/spaces/") :]).text
    assert '<option value="13:00" selected' in filled
    assert "月例会" in filled
    assert 'value="4"' in filled


def test_it_is_told_once_for_each_freeing(
    group: Group,
    representative: User,
    other_representative: User,
    in_the_way: Booking,
    space_a: Space,
) -> None:
    join(space_a, group, representative)
    bookings.cancel_booking(booking=in_the_way, by=other_representative)
    freed_at = clock.now()
    with time_machine.travel(FRIDAY + timedelta(minutes=1), tick=False):
        assert len(tell(space_a, freed_at)) == 1
    with time_machine.travel(FRIDAY + timedelta(minutes=2), tick=False):
        assert tell(space_a, freed_at) == []

    with time_machine.travel(FRIDAY + timedelta(hours=1), tick=False):
        again = BookingFactory(space=space_a, group=in_the_way.group, begins_at=BEGINS, ends_at=ENDS)
        bookings.cancel_booking(booking=again, by=other_representative)
        assert len(tell(space_a)) == 1

    assert notices_sent() == 2


def test_whoever_asked_first_is_told_first(
    group: Group, representative: User, other_group: Group, other_representative: User, space_a: Space
) -> None:
    late = WaitingFactory(group=group, space=space_a, user=representative, begins_at=BEGINS, ends_at=ENDS)
    early = WaitingFactory(
        group=other_group,
        space=space_a,
        user=other_representative,
        begins_at=BEGINS,
        ends_at=ENDS,
        created_at=clock.now() - timedelta(hours=1),
    )

    assert tell(space_a) == [early, late]


def test_half_a_hall_that_frees_does_not_make_the_whole_free(
    group: Group,
    representative: User,
    spaces: dict[str, Space],
    other_group: Group,
    other_representative: User,
) -> None:
    half_a = BookingFactory(space=spaces["space-a"], group=other_group, begins_at=BEGINS, ends_at=ENDS)
    half_b = BookingFactory(space=spaces["space-b"], group=other_group, begins_at=BEGINS, ends_at=ENDS)
    join(spaces["space-ab"], group, representative)

    bookings.cancel_booking(booking=half_a, by=other_representative)
    assert tell(spaces["space-a"]) == []

    bookings.cancel_booking(booking=half_b, by=other_representative)
    assert len(tell(spaces["space-b"])) == 1


@pytest.mark.parametrize("hour", [12, 14])
def test_another_time_of_the_day_is_not_told(
    group: Group, representative: User, space_a: Space, hour: int
) -> None:
    begins_at = clock.at(WEDNESDAY, time(hour))
    WaitingFactory(
        group=group,
        space=space_a,
        user=representative,
        begins_at=begins_at,
        ends_at=begins_at + timedelta(hours=1),
    )

    assert tell(space_a) == []


def test_a_group_that_has_used_its_hours_is_not_told(group: Group, representative: User, lab: Space) -> None:
    BookingFactory(space=lab, group=group, day=WEDNESDAY, hour=9, minutes=180)
    WaitingFactory(group=group, space=lab, user=representative, begins_at=BEGINS, ends_at=ENDS)

    assert tell(lab) == []


def test_a_suspended_group_is_not_told(group: Group, representative: User, space_a: Space) -> None:
    WaitingFactory(group=group, space=space_a, user=representative, begins_at=BEGINS, ends_at=ENDS)
    Group.objects.filter(pk=group.pk).update(status="suspended", suspended_reason="書類")

    assert tell(space_a) == []


def test_a_time_gone_by_is_not_told(group: Group, representative: User, space_a: Space) -> None:
    WaitingFactory(group=group, space=space_a, user=representative, begins_at=BEGINS, ends_at=ENDS)

    with time_machine.travel(BEGINS, tick=False):
        assert tell(space_a) == []


def test_the_wish_is_met_when_the_group_books(
    group: Group, representative: User, spaces: dict[str, Space]
) -> None:
    WaitingFactory(group=group, space=spaces["space-a"], begins_at=BEGINS, ends_at=ENDS)
    other_time = WaitingFactory(group=group, space=spaces["space-a"], day=WEDNESDAY, hour=17)

    bookings.book_space(
        space=spaces["space-b"],
        group=group,
        begins_at=BEGINS,
        ends_at=ENDS,
        people=4,
        purpose="会議",
        by=representative,
    )

    assert list(WaitingEntry.objects.waiting()) == [other_time]


def test_a_released_hold_asks_for_the_same_job(
    group: Group, representative: User, coordinator: User, space_a: Space
) -> None:
    hold = holds.place_hold(
        kind=Hold.Kind.EVENT,
        title="催し",
        units=list(space_a.units.all()),
        begins_at=BEGINS,
        ends_at=ENDS,
        by=coordinator,
    )
    # Races of other tests leave their jobs behind, for other units.
    asked_for = ProcrastinateJob.objects.filter(
        task_name=tell_waiting.name, args__unit_ids=[unit.pk for unit in space_a.units.all()]
    )

    join(space_a, group, representative)
    assert asked_for.count() == 1

    holds.release_hold(hold=hold, by=coordinator)
    assert asked_for.count() == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_cancellation_at_the_moment_of_asking_is_never_missed(
    spaces: dict[str, Space],
    group: Group,
    representative: User,
    other_group: Group,
    other_representative: User,
) -> None:
    """Whichever commits first: in the end the group was told, or was told at once that the time is free."""
    space = Space.objects.select_related("policy").get(slug="space-a")
    for hour in range(9, 19):
        begins_at = clock.at(WEDNESDAY, time(hour))
        booking = BookingFactory(
            space=space,
            group=other_group,
            booked_by=other_representative,
            begins_at=begins_at,
            ends_at=begins_at + timedelta(hours=1),
        )
        outcome = race(
            lambda booking=booking: bookings.cancel_booking(booking=booking, by=other_representative),
            lambda hour=hour: join(space, group, representative, hour),
        )
        assert not outcome.broke
        assert set(outcome.refused) <= {"free"}

    for job in ProcrastinateJob.objects.filter(task_name=tell_waiting.name).order_by("pk"):
        tell_waiting(**job.args)

    assert notices_sent() == WaitingEntry.objects.count()
    assert not WaitingEntry.objects.filter(notified_at__isnull=True).exists()
