from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import Group, User
from kyodo import clock
from kyodo.centre.hours import opening_days
from kyodo.centre.models import Closure
from kyodo.mail.models import OutgoingMail
from spaces.actions import closures
from spaces.actions.bookings import book_space
from spaces.actions.closures import Stretch, close_centre, gaps, reopen_centre
from spaces.models import Booking, Hold, Occupancy, Space
from tests.factories.spaces import BookingFactory, HoldFactory, at
from tests.spaces.staff.conftest import TODAY

TOMORROW = TODAY + timedelta(days=1)


def close(
    by: User, day: date = TOMORROW, begins: time | None = None, ends: time | None = None, *agreed: Booking
) -> closures.Closing:
    return close_centre(
        stretch=Stretch(day, day, begins, ends),
        kind=Closure.Kind.DISASTER,
        reason="暴風警報が出たため",
        cancelling=[booking.pk for booking in agreed],
        by=by,
    )


def test_closing_a_day_saves_it_cancels_and_mails(
    spaces: dict[str, Space], group: Group, other_group: Group, coordinator: User
) -> None:
    hit = [
        BookingFactory(space=spaces["kyodo-lab"], group=group, day=TOMORROW),
        BookingFactory(space=spaces["space-ab"], group=other_group, day=TOMORROW, requested=True),
    ]
    other_day = BookingFactory(space=spaces["kyodo-lab"], group=group, day=TOMORROW + timedelta(days=1))

    closing = close(coordinator, TOMORROW, None, None, *hit)

    assert Closure.objects.get() == closing.closure
    assert {booking.pk for booking in closing.cancelled} == {booking.pk for booking in hit}
    for booking in hit:
        booking.refresh_from_db()
        assert (booking.status, booking.cancelled_by, booking.reason) == (
            "cancelled",
            coordinator,
            "暴風警報が出たため",
        )
    other_day.refresh_from_db()
    assert other_day.status == "confirmed"
    assert OutgoingMail.objects.count() >= 2


def test_a_booking_made_between_the_list_and_the_word_is_listed_again_not_lost(
    spaces: dict[str, Space], group: Group, coordinator: User
) -> None:
    seen = BookingFactory(space=spaces["kyodo-lab"], group=group, day=TOMORROW)
    newcomer = BookingFactory(space=spaces["space-a"], group=group, day=TOMORROW)

    with pytest.raises(ValidationError) as refusal:
        close(coordinator, TOMORROW, None, None, seen)

    assert refusal.value.code == "hits"
    assert not Closure.objects.exists()
    assert not Hold.objects.exists()
    assert set(Booking.objects.values_list("status", flat=True)) == {"confirmed"}
    assert newcomer in {hit.booking for hit in closures.hits(Stretch(TOMORROW, TOMORROW))}


def test_closing_some_hours_leaves_the_others(
    spaces: dict[str, Space], group: Group, coordinator: User
) -> None:
    morning = BookingFactory(space=spaces["space-a"], group=group, day=TOMORROW, hour=9)
    late = BookingFactory(space=spaces["space-a"], group=group, day=TOMORROW, hour=15)

    close(coordinator, TOMORROW, time(14), time(20), late)

    morning.refresh_from_db()
    late.refresh_from_db()
    assert (morning.status, late.status) == ("confirmed", "cancelled")


def test_a_warning_this_afternoon_leaves_what_is_over_and_who_is_in(
    spaces: dict[str, Space], group: Group, coordinator: User
) -> None:
    over = BookingFactory(space=spaces["space-a"], group=group, day=TODAY, hour=9)
    inside = BookingFactory(space=spaces["space-b"], group=group, day=TODAY, hour=13, used=True)
    coming = BookingFactory(space=spaces["space-a"], group=group, day=TODAY, hour=16)

    close(coordinator, TODAY, None, None, coming)

    for booking, status in ((over, "confirmed"), (inside, "used"), (coming, "cancelled")):
        booking.refresh_from_db()
        assert booking.status == status
    assert inside.occupancies.exists()


def test_closed_hours_cannot_be_booked_even_by_staff(
    spaces: dict[str, Space], group: Group, coordinator: User
) -> None:
    close(coordinator)

    with pytest.raises(ValidationError) as refusal:
        book_space(
            space=spaces["space-a"],
            group=group,
            begins_at=at(TOMORROW, 10),
            ends_at=at(TOMORROW, 11),
            people=4,
            purpose="打合せ",
            by=coordinator,
            overrides={"closed": "特別に"},
        )

    assert refusal.value.code == "taken"


def test_closing_goes_around_holds_that_are_there(spaces: dict[str, Space], coordinator: User) -> None:
    HoldFactory(day=TOMORROW, units=list(spaces["space-ab"].units.all()))

    close(coordinator)

    kept = Hold.objects.get(kind=Hold.Kind.CLOSURE)
    assert Occupancy.objects.filter(hold=kept).count() == 4 + 2 * 2


def test_reopening_gives_the_places_back(
    spaces: dict[str, Space], group: Group, coordinator: User, representative: User
) -> None:
    closing = close(coordinator)

    reopen_centre(closure=closing.closure, by=coordinator)

    assert not Closure.objects.exists()
    assert not Occupancy.objects.exists()
    booking = book_space(
        space=spaces["space-a"],
        group=group,
        begins_at=at(TOMORROW, 10),
        ends_at=at(TOMORROW, 11),
        people=4,
        purpose="打合せ",
        by=representative,
    )
    assert booking.status == "confirmed"


@pytest.mark.parametrize("who", ["reception", "representative", "citizen", "ward_officer"])
def test_only_coordinators_and_managers_close(
    request: pytest.FixtureRequest, sign_in: Callable[[User], Client], spaces: dict[str, Space], who: str
) -> None:
    user = request.getfixturevalue(who)

    with pytest.raises(PermissionDenied):
        close(user)
    assert sign_in(user).get(reverse("admin:spaces_close")).status_code in (302, 403)
    assert not Closure.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [(TODAY - timedelta(days=2), TODAY - timedelta(days=1), "past"), (TOMORROW, TODAY, "days_order")],
)
def test_days_that_make_no_sense_are_refused(
    spaces: dict[str, Space], coordinator: User, first: date, last: date, code: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        close_centre(
            stretch=Stretch(first, last), kind=Closure.Kind.OTHER, reason="", cancelling=(), by=coordinator
        )
    assert refusal.value.code == code


def test_the_page_lists_then_closes(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], group: Group, coordinator: User
) -> None:
    client, url = sign_in(coordinator), reverse("admin:spaces_close")
    booking = BookingFactory(space=spaces["kyodo-lab"], group=group, day=TOMORROW)
    answers = {"kind": "disaster", "first_day": TOMORROW.isoformat(), "reason": "大雨警報が出たため"}

    preview = client.post(url, answers)
    assert [hit.booking for hit in preview.context["hits"]] == [booking]
    assert group.contact_phone in preview.text
    assert "あおば見守りの会" in preview.content.decode()
    assert not Closure.objects.exists()

    client.post(url, answers | {"confirm": "1", "agreed": [booking.pk]})
    booking.refresh_from_db()
    assert (Closure.objects.count(), booking.status) == (1, "cancelled")


def test_the_page_lists_newcomers_again(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], group: Group, coordinator: User
) -> None:
    client, url = sign_in(coordinator), reverse("admin:spaces_close")
    newcomer = BookingFactory(space=spaces["kyodo-lab"], group=group, day=TOMORROW)

    response = client.post(
        url, {"kind": "disaster", "first_day": TOMORROW.isoformat(), "confirm": "1", "agreed": []}
    )

    assert response.status_code == 422
    assert [hit.booking for hit in response.context["hits"]] == [newcomer]
    assert not Closure.objects.exists()


def test_reopening_from_the_page(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], coordinator: User
) -> None:
    closing = close(coordinator)

    response = sign_in(coordinator).post(reverse("admin:spaces_reopen", args=[closing.closure.pk]))

    assert response.status_code == 302
    assert not Closure.objects.exists()


# ── Closing from three in the afternoon ──────────────────────────────────────────────────────────────────────────


def test_what_began_before_the_closure_is_cut_short_or_cancelled_as_staff_choose(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], group: Group, coordinator: User
) -> None:
    client, url = sign_in(coordinator), reverse("admin:spaces_close")
    cut, gone = (
        BookingFactory(space=spaces[slug], group=group, day=TOMORROW, hour=13, minutes=180)
        for slug in ("space-a", "space-b")
    )
    answers = {"kind": "disaster", "first_day": TOMORROW.isoformat(), "begins": "15:00", "reason": "大雨警報"}

    preview = client.post(url, answers)
    what = {f"what-{cut.pk}": "shorten", f"what-{gone.pk}": "cancel"}
    client.post(url, answers | what | {"confirm": "1", "agreed": [cut.pk, gone.pk]})

    assert preview.text.count("15:00までにする") == 2
    cut.refresh_from_db()
    gone.refresh_from_db()
    assert (cut.status, cut.ends_at, cut.version) == ("confirmed", at(TOMORROW, 15), 2)
    assert [occupancy.period.upper for occupancy in cut.occupancies.all()] == [at(TOMORROW, 15)]
    assert (gone.status, gone.cancelled_for) == ("cancelled", Closure.objects.get())
    told = OutgoingMail.objects.filter(kind="spaces/booking_cut_short").first()
    assert told is not None
    assert "大雨警報" in told.body


def test_who_is_in_goes_earlier_and_is_not_cancelled(
    spaces: dict[str, Space], group: Group, coordinator: User
) -> None:
    inside = BookingFactory(space=spaces["space-b"], group=group, day=TODAY, hour=9, minutes=480, used=True)

    closing = close(coordinator, TODAY, time(15), None, inside)

    inside.refresh_from_db()
    assert (inside.status, inside.ends_at) == ("used", at(TODAY, 15))
    assert closing.shortened == [inside]


def test_an_end_that_nobody_knows_stays_closed_until_it_is_lifted(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], group: Group, coordinator: User
) -> None:
    client, url = sign_in(coordinator), reverse("admin:spaces_close")
    later = BookingFactory(space=spaces["kyodo-lab"], group=group, day=TOMORROW + timedelta(days=20))
    answers = {
        "kind": "disaster",
        "first_day": TODAY.isoformat(),
        "begins": "15:00",
        "is_open_ended": "on",
        "reason": "台風のため",
    }

    client.post(url, answers | {"confirm": "1", "agreed": [later.pk]})

    closure = Closure.objects.get()
    days = opening_days(TODAY, TODAY + timedelta(days=300))
    assert (closure.last_day, closure.ends) == (None, None)
    assert days[TODAY].open_periods[-1].closes == time(15)
    assert not any(day.is_open for date_, day in days.items() if date_ > TODAY)
    later.refresh_from_db()
    assert later.status == "cancelled"
    page = client.get(reverse("spaces"))
    assert "台風のため" in page.text
    assert "再開の日は" in page.text


def test_lifting_a_closure_tells_whom_it_had_cancelled(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], group: Group, coordinator: User
) -> None:
    booking = BookingFactory(
        space=spaces["space-ab"], group=group, day=TOMORROW, people=40, use="event", supported_by="市民局"
    )
    closing = close(coordinator, TOMORROW, None, None, booking)
    client = sign_in(coordinator)

    listed = client.get(reverse("admin:spaces_close"))
    lifted = client.post(reverse("admin:spaces_reopen", args=[closing.closure.pk]), follow=True)

    for page in (listed, lifted):
        assert group.name in page.text
        assert group.contact_phone in page.text
    mail = OutgoingMail.objects.filter(kind="spaces/closure_lifted").first()
    assert mail is not None
    assert "use=event" in mail.body


@pytest.mark.parametrize("address", ["home", "spaces", "lotteries", "groups", "consult", "lobby"])
def test_a_closure_stands_on_every_page_with_its_reason(
    client: Client, spaces: dict[str, Space], coordinator: User, address: str
) -> None:
    assert "臨時休館のお知らせ" not in client.get(reverse(address)).text

    close(coordinator, TOMORROW, None, None)

    page = client.get(reverse(address)).text
    assert "臨時休館のお知らせ" in page
    assert "暴風警報が出たため" in page


def test_a_closure_far_ahead_does_not_stand_there_yet(
    client: Client, spaces: dict[str, Space], coordinator: User
) -> None:
    close(coordinator, TODAY + timedelta(days=8), None, None)

    assert "臨時休館のお知らせ" not in client.get(reverse("spaces")).text


def test_gaps_are_what_is_left_between_stretches() -> None:
    nine, ten, noon, five = (clock.at(TODAY, time(hour)) for hour in (9, 10, 12, 17))

    assert list(gaps(nine, five, [])) == [(nine, five)]
    assert list(gaps(nine, five, [(ten, noon)])) == [(nine, ten), (noon, five)]
    assert list(gaps(ten, noon, [(nine, five)])) == []
