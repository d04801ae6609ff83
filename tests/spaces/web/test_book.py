"""POST /spaces/<slug>/book/ and its form: who may, what is refused where, and what is offered instead."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Group, User
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from spaces.models import Booking, BookingPolicy, Space, WaitingEntry
from tests.factories.accounts import GroupFactory
from tests.factories.spaces import BookingFactory, LotteryRoundFactory
from tests.racing import race
from tests.spaces.web.conftest import FRIDAY, WEDNESDAY, wish

Book = Callable[..., HttpResponse]


def field_errors(response: HttpResponse) -> dict[str, set[str]]:
    """The codes beside each field of the form that came back."""
    errors = response.context["form"].errors.as_data()
    return {name: {error.code for error in found} for name, found in errors.items()}


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_booking_leads_to_the_receipt(book: Book, aoba: Client, group: Group) -> None:
    response = book()

    booking = Booking.objects.get()
    assert response.status_code == 302
    assert response.url == f"/bookings/{booking.reference}/"
    assert booking.group == group
    assert booking.status == Booking.Status.CONFIRMED
    assert booking.begins_at == clock.at(WEDNESDAY, time(13))
    assert booking.people == 5
    assert OutgoingMail.objects.filter(kind="spaces/booking_confirmed").count() == 1
    receipt = aoba.get(response.url)
    assert booking.reference in receipt.text
    assert f"/bookings/{booking.reference}/calendar.ics" in receipt.text
    assert "QRコード" in receipt.text


def test_a_booking_manager_books_too(
    client: Client, booking_manager: User, group: Group, space_a: Space
) -> None:
    client.force_login(booking_manager)

    client.post("/spaces/space-a/book/", wish(group))

    assert Booking.objects.get().booked_by == booking_manager


def test_a_visitor_signs_in_first_and_comes_back(client: Client, space_a: Space, group: Group) -> None:
    response = client.get("/spaces/space-a/book/?date=2026-11-25&begins=13:00")
    assert response.status_code == 302
    assert "next=/spaces/space-a/book/%3Fdate%3D2026-11-25%26begins%3D13%3A00" in response.url

    client.post("/spaces/space-a/book/", wish(group))
    assert not Booking.objects.exists()


def test_a_citizen_without_a_group_is_told_how_to_register(
    client: Client, citizen: User, space_a: Space, group: Group
) -> None:
    client.force_login(citizen)

    page = client.get("/spaces/space-a/book/")
    refused = client.post("/spaces/space-a/book/", wish(group))

    assert page.status_code == 200
    assert "/groups/register/" in page.text
    assert refused.status_code == 403
    assert not Booking.objects.exists()


def test_a_plain_member_is_told_whom_to_ask(
    client: Client, member: User, space_a: Space, group: Group
) -> None:
    client.force_login(member)

    page = client.get("/spaces/space-a/book/")
    refused = client.post("/spaces/space-a/book/", wish(group))

    assert "代表者と予約担当" in page.text
    assert refused.status_code == 403
    assert not Booking.objects.exists()


def test_nobody_books_for_another_group(book: Book, other_group: Group, space_a: Space) -> None:
    response = book(group=other_group.pk)

    assert field_errors(response) == {"group": {"invalid_choice"}}
    assert not Booking.objects.exists()


def test_a_ward_officer_books_nothing(
    client: Client, ward_officer: User, space_a: Space, group: Group
) -> None:
    client.force_login(ward_officer)

    assert client.post("/spaces/space-a/book/", wish(group)).status_code == 403
    assert not Booking.objects.exists()


def test_an_expired_group_is_told_to_renew(aoba: Client, group: Group, space_a: Space) -> None:
    Group.objects.filter(pk=group.pk).update(registered_on=date(2025, 4, 1), valid_until=date(2026, 3, 31))

    page = aoba.get("/spaces/space-a/book/")
    refused = aoba.post("/spaces/space-a/book/", wish(group))

    assert "更新すると予約できます" in page.text
    assert field_errors(refused) == {"group": {"group_not_current"}}
    assert not Booking.objects.exists()


def test_staff_book_for_a_group_by_its_number(
    client: Client, reception: User, group: Group, space_a: Space
) -> None:
    client.force_login(reception)

    client.post("/spaces/space-a/book/", wish(group, group=group.number))
    unknown = client.post("/spaces/space-a/book/", wish(group, group="なし"))

    assert Booking.objects.get().group == group
    assert field_errors(unknown) == {"group": {"invalid_choice"}}


# ── What is refused, and where it is said ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"ends": "13:00"}, "ends", "time_order"),
        ({"ends": "12:00"}, "ends", "time_order"),
        ({"begins": "13:10"}, "begins", "time_step"),
        ({"date": "2026-11-20", "begins": "10:00", "ends": "11:00"}, "begins", "past"),
        ({"begins": "19:00", "ends": "20:30"}, "begins", "closed"),
        ({"date": "2026-12-31"}, "date", "window"),
        ({"people": "1"}, "people", "people"),
        ({"people": "19"}, "people", "people"),
        ({"use": "event"}, "use", "use_not_allowed"),
        ({"purpose": "   "}, "purpose", "required"),
        ({"people": "たくさん"}, "people", "invalid"),
        ({"date": "あした"}, "date", "invalid"),
        ({"begins": "昼"}, "begins", "invalid"),
        ({"begins": "", "ends": ""}, "begins", "required"),
    ],
)
def test_each_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    book: Book, space_a: Space, changes: dict[str, str], field: str, code: str
) -> None:
    response = book(**changes)

    assert response.status_code == 200
    assert code in field_errors(response)[field]
    assert not Booking.objects.exists()
    typed = {"people": "5", "purpose": "月例会の打合せ"} | changes
    assert typed["people"] in response.text
    assert typed["purpose"] in response.text
    for name in ("begins", "ends"):
        if changes.get(name):
            assert f'<option value="{changes[name]}" selected' in response.text


def test_too_long_and_too_many_are_told_at_once(book: Book, lab: Space) -> None:
    response = book("kyodo-lab", begins="13:00", ends="17:00", people="11")

    assert field_errors(response) == {"ends": {"daily_limit"}, "people": {"people"}}


def test_what_is_missing_and_what_is_too_much_are_told_at_once(book: Book, lab: Space) -> None:
    response = book("kyodo-lab", begins="13:00", ends="17:00", people="11", purpose="")

    assert field_errors(response) == {
        "ends": {"daily_limit"},
        "people": {"people"},
        "purpose": {"required"},
    }


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("page", ["space_book", "series_new", "waiting_new"])
def test_a_day_at_the_end_of_all_dates_is_refused_in_words(
    aoba: Client, group: Group, space_a: Space, page: str, day: str
) -> None:
    typed = wish(group, date=day) | {"pattern": "weekly", "count": "2", "step": "preview"}

    response = aoba.post(reverse(page, args=["space-a"]), typed)

    assert field_errors(response) == {"date": {"invalid"}}


def test_too_short_is_told_at_the_end(book: Book, lab: Space) -> None:
    BookingPolicy.objects.update(shortest_minutes=60)

    assert field_errors(book("kyodo-lab", begins="13:00", ends="13:30")) == {"ends": {"too_short"}}


def test_hours_left_are_told_before_and_when_they_do_not_suffice(
    book: Book, aoba: Client, group: Group, lab: Space
) -> None:
    BookingFactory(space=lab, group=group, day=WEDNESDAY, hour=9, minutes=120)

    page = aoba.get("/spaces/kyodo-lab/book/?date=2026-11-25&begins=13:00")
    refused = book("kyodo-lab", begins="13:00", ends="15:00")

    assert "11月25日（水）は、あと1時間です。" in page.text
    assert field_errors(refused) == {"ends": {"daily_limit"}}
    assert book("kyodo-lab", begins="13:00", ends="14:00").status_code == 302


def test_a_day_of_a_draw_is_refused_at_the_date(book: Book, space_a: Space) -> None:
    LotteryRoundFactory(space=space_a, first_date=WEDNESDAY, last_date=WEDNESDAY)

    assert field_errors(book()) == {"date": {"lottery"}}


def test_a_space_no_longer_offered_is_refused(book: Book, space_a: Space) -> None:
    Space.objects.filter(pk=space_a.pk).update(is_offered=False)

    assert field_errors(book()) == {"__all__": {"space_not_offered"}}


def test_an_unknown_space_is_not_found(aoba: Client, spaces: dict[str, Space]) -> None:
    assert aoba.get("/spaces/none/book/").status_code == 404


def test_a_taken_time_offers_others_and_waiting(
    book: Book, aoba: Client, spaces: dict[str, Space], group: Group
) -> None:
    BookingFactory(space=spaces["space-a"], day=WEDNESDAY, hour=13, minutes=120)

    response = book()

    assert field_errors(response) == {"begins": {"taken"}}
    links = {kind.title: kind.links for kind in response.context["instead"]}
    times = [link.text for link in links["同じ日の別の時間"]]
    assert times == ["10:30-12:30", "11:00-13:00", "15:00-17:00"]
    assert [link.text for link in links["同じ時間の別の場所"]] == ["協働ラボ", "スペースB"]
    assert links["ほかの日の同じ時間"][0].text == "11月26日（木）"
    filled = aoba.get(links["同じ日の別の時間"][2].url)
    assert '<option value="15:00" selected' in filled.text
    assert "月例会の打合せ" in filled.text

    waiting = aoba.get(response.context["waiting_url"])
    assert '<option value="13:00" selected' in waiting.text
    assert not WaitingEntry.objects.exists()


@pytest.mark.parametrize("offered", [0, 1, 2])
def test_what_is_offered_instead_can_be_booked(book: Book, spaces: dict[str, Space], offered: int) -> None:
    BookingFactory(space=spaces["space-a"], day=WEDNESDAY, hour=13, minutes=120)
    link = book().context["instead"][offered].links[0]
    path, _, query = link.url.partition("?")
    typed = dict(part.split("=") for part in query.split("&"))

    answer = book(
        path.split("/")[2],
        date=typed["date"],
        begins=typed["begins"].replace("%3A", ":"),
        ends=typed["ends"].replace("%3A", ":"),
    )

    assert answer.status_code == 302


# ── The form itself ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_form_is_filled_in_by_the_link(aoba: Client, space_a: Space) -> None:
    text = aoba.get("/spaces/space-a/book/?date=2026-11-25&begins=9:00").text

    assert 'value="2026-11-25"' in text
    assert '<option value="09:00" selected' in text
    assert '<option value="10:00" selected' in text


@pytest.mark.parametrize(
    "query",
    ["date=x&begins=y", "date=2026-02-30", "begins=99:99", "group=abc", "date=9999-12-31&begins=23:59"],
)
def test_nonsense_in_the_link_gives_the_form_all_the_same(aoba: Client, space_a: Space, query: str) -> None:
    assert aoba.get(f"/spaces/space-a/book/?{query}").status_code == 200


def test_looking_at_the_form_books_nothing(aoba: Client, group: Group, space_a: Space) -> None:
    aoba.get("/spaces/space-a/book/", wish(group))

    assert not Booking.objects.exists()


def test_events_are_asked_for_only_where_they_may_be(aoba: Client, spaces: dict[str, Space]) -> None:
    assert 'type="radio" name="use"' in aoba.get("/spaces/space-ab/book/").text
    assert 'type="radio" name="use"' not in aoba.get("/spaces/space-a/book/").text


def test_an_event_waits_for_the_centre(book: Book, spaces: dict[str, Space], aoba: Client) -> None:
    response = book("space-ab", use="event", people="100", supported_by="市民局")

    assert Booking.objects.get().status == Booking.Status.REQUESTED
    assert "承認待ち" in aoba.get(response.url).text


# ── Sent twice ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_form_sent_twice_is_one_booking(book: Book, lab: Space) -> None:
    first, second = book("kyodo-lab", ends="14:00"), book("kyodo-lab", ends="14:00")

    assert first.url == second.url
    assert Booking.objects.count() == 1
    assert OutgoingMail.objects.filter(kind="spaces/booking_confirmed").count() == 1


def test_another_person_of_the_group_books_a_second_table(
    book: Book, client: Client, booking_manager: User, group: Group, lab: Space
) -> None:
    book("kyodo-lab", ends="14:00")

    client.force_login(booking_manager)
    client.post("/spaces/kyodo-lab/book/", wish(group, ends="14:00"))

    assert Booking.objects.count() == 2


def test_after_a_cancellation_the_same_can_be_booked_anew(book: Book, aoba: Client, space_a: Space) -> None:
    book()
    aoba.post(f"/bookings/{Booking.objects.get().reference}/cancel/")

    book()

    assert Booking.objects.live().count() == 1
    assert Booking.objects.count() == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_booking(
    spaces: dict[str, Space], group: Group, representative: User
) -> None:
    def press() -> None:
        client = Client()
        client.force_login(representative)
        answer = client.post("/spaces/kyodo-lab/book/", wish(group, ends="14:00"))
        assert answer.status_code == 302

    outcome = race(press, press, press)

    assert not outcome.broke
    assert Booking.objects.count() == 1


# ── Staff set rules aside ────────────────────────────────────────────────────────────────────────────────────────


def test_staff_may_set_a_rule_aside_with_a_reason(
    client: Client, reception: User, group: Group, lab: Space
) -> None:
    client.force_login(reception)
    typed = wish(group, group=group.number, ends="17:00")

    refused = client.post("/spaces/kyodo-lab/book/", typed)
    assert "例外にする理由" in refused.text
    assert 'value="too_long"' in refused.text
    assert 'value="window"' not in refused.text
    without_reason = client.post("/spaces/kyodo-lab/book/", typed | {"override": ["too_long", "daily_limit"]})
    assert field_errors(without_reason)["override_reason"] == {"reason"}
    client.post(
        "/spaces/kyodo-lab/book/",
        typed | {"override": ["too_long", "daily_limit"], "override_reason": "市の共催のため"},
    )

    booking = Booking.objects.get()
    assert {override.code for override in booking.overrides.all()} == {"too_long", "daily_limit"}
    page = client.get(booking.get_absolute_url()).text
    assert "最長より長く予約する：市の共催のため" in page
    assert "too_long" not in page


def test_nobody_else_sets_a_rule_aside(book: Book, lab: Space) -> None:
    response = book(
        "kyodo-lab", ends="17:00", override=["too_long", "daily_limit"], override_reason="どうしても"
    )

    assert field_errors(response) == {"ends": {"daily_limit"}}
    assert "例外" not in response.text
    assert not Booking.objects.exists()


def test_staff_cannot_set_aside_that_a_time_is_taken(
    client: Client, reception: User, group: Group, space_a: Space
) -> None:
    BookingFactory(space=space_a, day=WEDNESDAY, hour=13)
    client.force_login(reception)

    response = client.post(
        "/spaces/space-a/book/",
        wish(group, group=group.number, override=["taken"], override_reason="どうしても"),
    )

    assert "taken" in field_errors(response).get("begins", set()) or "override" in field_errors(response)
    assert Booking.objects.count() == 1


def test_the_window_opens_at_its_minute(aoba: Client, group: Group, space_a: Space) -> None:
    day = datetime(2026, 12, 12, tzinfo=clock.TOKYO).date()  # a Saturday, three weeks after 21 November
    typed = wish(group, date=day.isoformat())

    with time_machine.travel(datetime(2026, 11, 21, 8, 59, 59, tzinfo=clock.TOKYO), tick=False):
        assert field_errors(aoba.post("/spaces/space-a/book/", typed)) == {"date": {"window"}}
    with time_machine.travel(datetime(2026, 11, 21, 9, tzinfo=clock.TOKYO), tick=False):
        assert aoba.post("/spaces/space-a/book/", typed).status_code == 302


def test_the_day_of_use_must_lie_within_the_registration(aoba: Client, group: Group, space_a: Space) -> None:
    Group.objects.filter(pk=group.pk).update(valid_until=FRIDAY.date() + timedelta(days=2))

    refused = aoba.post("/spaces/space-a/book/", wish(group))

    assert field_errors(refused) == {"group": {"group_not_current"}}


def test_a_person_of_two_groups_chooses(
    aoba: Client, group: Group, representative: User, space_a: Space
) -> None:
    second = GroupFactory(name="もう一つの会", representative=representative)

    assert "もう一つの会" in aoba.get("/spaces/space-a/book/").text
    aoba.post("/spaces/space-a/book/", wish(second))

    assert Booking.objects.get().group == second
