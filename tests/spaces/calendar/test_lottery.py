"""The life of a draw: entries, the draw, claims, and what is left for whoever comes first."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import Group, User
from kyodo.mail.models import OutgoingMail
from spaces.actions import bookings
from spaces.actions import lottery as actions
from spaces.models import Booking, LotteryEntry, LotteryRound, Occupancy, Space
from spaces.queries import facts
from spaces.queries import lottery as queries
from spaces.rules import lottery as rules
from spaces.tasks.lottery import run_lotteries
from tests.factories.accounts import GroupFactory, UserFactory
from tests.factories.spaces import BookingFactory, LotteryEntryFactory, LotteryRoundFactory
from tests.spaces.calendar.conftest import LOTTERY_DAY, at, kinds, mails_to

pytestmark = pytest.mark.django_db

Status = LotteryEntry.Status
DRAW_AT = at(date(2026, 12, 1), 10)
CLAIM_UNTIL = at(date(2026, 12, 8), 20)


def enter(lottery: LotteryRound, group: Group, by: User, hour: int = 10, **wish: object) -> LotteryEntry:
    asked: dict[str, object] = {
        "begins_at": at(LOTTERY_DAY, hour),
        "ends_at": at(LOTTERY_DAY, hour + 2),
        "people": 5,
        "purpose": "発表会の準備",
    }
    return actions.enter_lottery(lottery=lottery, group=group, by=by, **(asked | wish))  # type: ignore[arg-type]


def code_of(refused: pytest.ExceptionInfo[ValidationError]) -> list[str | None]:
    return [error.code for error in refused.value.error_list]


def tick() -> None:
    run_lotteries(timestamp=0)


def fill(lottery: LotteryRound, entrants: int, hour: int = 10) -> list[LotteryEntry]:
    """So many groups, all for the same time."""
    people = [UserFactory() for _ in range(entrants)]
    return [enter(lottery, GroupFactory(representative=person), person, hour) for person in people]


# ── Entries ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_group_enters_and_gets_a_number_and_a_mail(
    lottery: LotteryRound, group: Group, representative: User, booking_manager: User
) -> None:
    first, second = enter(lottery, group, representative, 10), enter(lottery, group, booking_manager, 13)

    assert (first.number, second.number) == (1, 2)
    (mail,) = mails_to(representative.email)
    assert mail.subject == "【抽選の申込】スペースA 1月16日（土）10:00"


def test_staff_enter_a_group_at_the_window(lottery: LotteryRound, group: Group, reception: User) -> None:
    enter(lottery, group, reception)

    assert mails_to(group.contact_email)


def test_members_and_outsiders_do_not_enter(
    lottery: LotteryRound,
    group: Group,
    member: User,
    other_group: Group,
    other_representative: User,
    citizen: User,
) -> None:
    for person in (member, other_representative, citizen):
        with pytest.raises(PermissionDenied):
            enter(lottery, group, person)


def test_a_group_enters_as_often_as_allowed_and_no_more(
    lottery: LotteryRound, group: Group, representative: User
) -> None:
    for hour in (9, 11, 13):
        enter(lottery, group, representative, hour)

    with pytest.raises(ValidationError) as refused:
        enter(lottery, group, representative, 15)
    assert code_of(refused) == ["entries_per_group"]


def test_after_a_withdrawal_there_is_room_for_another_entry(
    lottery: LotteryRound, group: Group, representative: User
) -> None:
    entries = [enter(lottery, group, representative, hour) for hour in (9, 11, 13)]
    actions.withdraw_entry(entry=entries[0], by=representative)

    assert enter(lottery, group, representative, 15).number == 4


def test_a_group_has_one_chance_for_a_time(lottery: LotteryRound, group: Group, representative: User) -> None:
    enter(lottery, group, representative, 10)

    with pytest.raises(ValidationError) as refused:
        enter(lottery, group, representative, 11)
    assert code_of(refused) == ["entered_already"]


@pytest.mark.parametrize(
    ("moment", "code"),
    [(at(date(2026, 11, 15), 8, 59), "not_yet"), (at(date(2026, 11, 30), 20), "entries_closed")],
)
def test_entries_are_taken_within_their_days(
    lottery: LotteryRound,
    group: Group,
    representative: User,
    now: time_machine.Traveller,
    moment: datetime,
    code: str,
) -> None:
    now.move_to(moment)

    with pytest.raises(ValidationError) as refused:
        enter(lottery, group, representative)
    assert code_of(refused) == [code]


def test_only_days_of_the_round_are_taken(lottery: LotteryRound, group: Group, representative: User) -> None:
    day = date(2027, 1, 21)

    with pytest.raises(ValidationError) as refused:
        enter(lottery, group, representative, begins_at=at(day, 10), ends_at=at(day, 12))
    assert code_of(refused) == ["other_day"]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"people": 1}, "people"),
        ({"people": 19}, "people"),
        ({"ends_at": at(LOTTERY_DAY, 18)}, "closed"),
        ({"ends_at": at(LOTTERY_DAY, 9)}, "time_order"),
        ({"ends_at": at(LOTTERY_DAY, 12, 10)}, "time_step"),
        ({"purpose": "  "}, "purpose"),
    ],
)
def test_an_entry_keeps_the_rules_of_a_booking(
    lottery: LotteryRound, group: Group, representative: User, wish: dict[str, object], code: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        enter(lottery, group, representative, **wish)
    assert code in code_of(refused)


def test_a_group_whose_registration_ends_before_the_day_is_told_so(
    lottery: LotteryRound, group: Group, representative: User
) -> None:
    group.valid_until = date(2026, 12, 31)
    group.save()

    with pytest.raises(ValidationError) as refused:
        enter(lottery, group, representative)
    assert code_of(refused) == ["group_not_current"]


def test_what_is_taken_now_may_be_entered_for(
    lottery: LotteryRound, group: Group, representative: User, space: Space
) -> None:
    BookingFactory(space=space, begins_at=at(LOTTERY_DAY, 10), ends_at=at(LOTTERY_DAY, 12))

    assert enter(lottery, group, representative).status == Status.ENTERED


def test_an_entry_is_withdrawn_by_its_group_until_the_draw(
    lottery: LotteryRound, group: Group, representative: User, other_group: Group, other_representative: User
) -> None:
    entry = enter(lottery, group, representative)

    with pytest.raises(PermissionDenied):
        actions.withdraw_entry(entry=entry, by=other_representative)
    assert actions.withdraw_entry(entry=entry, by=representative).status == Status.WITHDRAWN
    with pytest.raises(ValidationError) as refused:
        actions.withdraw_entry(entry=entry, by=representative)
    assert code_of(refused) == ["status"]


# ── While a draw is on, nobody books past it ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("slug", ["space-a", "space-ab"])
def test_the_days_of_a_draw_are_kept_from_ordinary_booking_until_the_claims_are_closed(
    lottery: LotteryRound,
    spaces: dict[str, Space],
    group: Group,
    representative: User,
    now: time_machine.Traveller,
    slug: str,
) -> None:
    def book() -> Booking:
        return bookings.book_space(
            space=spaces[slug],
            group=group,
            begins_at=at(LOTTERY_DAY, 10),
            ends_at=at(LOTTERY_DAY, 12),
            people=5,
            purpose="総会",
            use=Booking.Use.MEETING,
            by=representative,
        )

    now.move_to(DRAW_AT)
    tick()
    now.move_to(at(date(2027, 1, 8), 12))
    with pytest.raises(ValidationError) as refused:
        book()
    assert code_of(refused) == ["lottery"]

    tick()
    assert book().status == Booking.Status.CONFIRMED


def test_the_other_half_is_not_concerned(
    lottery: LotteryRound, spaces: dict[str, Space], now: time_machine.Traveller
) -> None:
    assert facts.blocking_rounds(spaces["space-b"], LOTTERY_DAY, LOTTERY_DAY) == ()
    assert facts.blocking_rounds(spaces["space-ab"], LOTTERY_DAY, LOTTERY_DAY) == (lottery,)
    assert facts.blocking_rounds(spaces["space-a"], date(2027, 1, 21), date(2027, 1, 21)) == ()


# ── The draw ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_of_many_wins_the_time_and_gets_a_booking_to_claim(
    lottery: LotteryRound, now: time_machine.Traveller
) -> None:
    fill(lottery, 5)
    now.move_to(DRAW_AT)

    tick()

    won = LotteryEntry.objects.get(status=Status.WON)
    booking = won.booking
    assert booking is not None
    assert (booking.status, booking.channel, booking.claim_until) == ("requested", "lottery", CLAIM_UNTIL)
    assert booking.group == won.group
    assert Occupancy.objects.filter(booking=booking).count() == 1
    assert LotteryEntry.objects.filter(status=Status.LOST, booking=None).count() == 4
    assert sorted(LotteryEntry.objects.values_list("rank", flat=True)) == [1, 2, 3, 4, 5]


def test_nothing_is_drawn_before_the_announced_moment(
    lottery: LotteryRound, coordinator: User, now: time_machine.Traveller
) -> None:
    now.move_to(DRAW_AT - timedelta(seconds=1))

    tick()

    lottery.refresh_from_db()
    assert (lottery.drawn_at, lottery.seed, lottery.record) == (None, "", None)
    with pytest.raises(ValidationError) as refused:
        actions.draw_lottery(lottery=lottery, by=coordinator)
    assert code_of(refused) == ["not_yet"]


def test_a_draw_is_held_once(lottery: LotteryRound, coordinator: User, now: time_machine.Traveller) -> None:
    fill(lottery, 3)
    now.move_to(DRAW_AT)
    tick()
    lottery.refresh_from_db()
    seed = lottery.seed

    with pytest.raises(ValidationError) as refused:
        actions.draw_lottery(lottery=lottery, by=coordinator)
    tick()

    lottery.refresh_from_db()
    assert code_of(refused) == ["drawn"]
    assert lottery.seed == seed
    assert Booking.objects.count() == 1


def test_citizens_and_reception_do_not_draw(
    lottery: LotteryRound, representative: User, reception: User, now: time_machine.Traveller
) -> None:
    now.move_to(DRAW_AT)

    for person in (representative, reception):
        with pytest.raises(PermissionDenied):
            actions.draw_lottery(lottery=lottery, by=person)


def test_the_published_seed_and_record_give_the_stored_result_again(
    lottery: LotteryRound, now: time_machine.Traveller
) -> None:
    fill(lottery, 4, hour=10)
    fill(lottery, 3, hour=11)
    now.move_to(DRAW_AT)
    tick()
    lottery.refresh_from_db()

    again = queries.rerun(lottery)

    assert again.agrees
    assert len(again.turns) == 7
    assert len(lottery.seed) == 64


def test_a_result_that_was_tampered_with_is_found_out(
    lottery: LotteryRound, now: time_machine.Traveller
) -> None:
    fill(lottery, 3)
    now.move_to(DRAW_AT)
    tick()
    lottery.refresh_from_db()
    winner = lottery.entries.get(status=Status.WON)
    loser = lottery.entries.filter(status=Status.LOST).first()
    assert loser is not None

    LotteryEntry.objects.filter(pk=loser.pk).update(rank=winner.rank)
    LotteryEntry.objects.filter(pk=winner.pk).update(rank=loser.rank)

    assert queries.rerun(lottery).differing == sorted([winner.number, loser.number])


def test_an_entry_that_was_withdrawn_does_not_take_part(
    lottery: LotteryRound, group: Group, representative: User, now: time_machine.Traveller
) -> None:
    entry = enter(lottery, group, representative)
    actions.withdraw_entry(entry=entry, by=representative)
    now.move_to(DRAW_AT)

    tick()

    lottery.refresh_from_db()
    assert queries.record_of(lottery)["entries"] == []
    assert Booking.objects.count() == 0


def test_a_booking_older_than_the_draw_keeps_its_place_and_the_record_says_so(
    lottery: LotteryRound, space: Space, now: time_machine.Traveller
) -> None:
    BookingFactory(space=space, begins_at=at(LOTTERY_DAY, 11), ends_at=at(LOTTERY_DAY, 13))
    fill(lottery, 2)
    now.move_to(DRAW_AT)

    tick()

    lottery.refresh_from_db()
    assert [line["barred"] for line in queries.record_of(lottery)["entries"]] == ["taken", "taken"]
    assert not lottery.entries.filter(status=Status.WON).exists()
    assert queries.rerun(lottery).agrees


def test_a_group_suspended_since_its_entry_wins_nothing(
    lottery: LotteryRound, group: Group, representative: User, now: time_machine.Traveller
) -> None:
    entry = enter(lottery, group, representative)
    Group.objects.filter(pk=group.pk).update(
        status=Group.Status.SUSPENDED, suspended_reason="書類が届いていません。"
    )
    now.move_to(DRAW_AT)

    tick()

    entry.refresh_from_db()
    lottery.refresh_from_db()
    assert entry.status == Status.LOST
    assert queries.record_of(lottery)["entries"][0]["barred"] == "group_not_current"


def test_the_daily_limit_holds_over_several_wins(
    spaces: dict[str, Space], group: Group, representative: User, now: time_machine.Traveller
) -> None:
    """協働ラボ: three hours a day for a group, whatever it entered for."""
    lab = LotteryRoundFactory(
        space=spaces["kyodo-lab"],
        first_date=LOTTERY_DAY,
        last_date=LOTTERY_DAY,
        entries_from=at(date(2026, 11, 15), 9),
        entries_until=at(date(2026, 11, 30), 20),
        draw_at=DRAW_AT,
        claim_until=CLAIM_UNTIL,
    )
    for hour in (9, 11, 13):
        enter(lab, group, representative, hour)
    now.move_to(DRAW_AT)

    tick()

    lab.refresh_from_db()
    assert Booking.objects.count() == 1
    assert {turn.result for turn in queries.turns_of(lab)} == {rules.Result.WON, rules.Result.DAILY_LIMIT}


def test_as_many_win_a_time_of_the_lab_as_there_are_tables(
    spaces: dict[str, Space], now: time_machine.Traveller
) -> None:
    lab = LotteryRoundFactory(
        space=spaces["kyodo-lab"],
        first_date=LOTTERY_DAY,
        last_date=LOTTERY_DAY,
        entries_from=at(date(2026, 11, 15), 9),
        entries_until=at(date(2026, 11, 30), 20),
        draw_at=DRAW_AT,
        claim_until=CLAIM_UNTIL,
    )
    fill(lab, 6)
    now.move_to(DRAW_AT)

    tick()

    assert lab.entries.filter(status=Status.WON).count() == 4
    assert Occupancy.objects.values("unit").distinct().count() == 4
    lab.refresh_from_db()
    assert queries.rerun(lab).agrees


def test_a_round_without_entries_is_drawn_and_closed_too(
    lottery: LotteryRound, now: time_machine.Traveller
) -> None:
    now.move_to(DRAW_AT)
    tick()
    now.move_to(CLAIM_UNTIL)
    tick()

    lottery.refresh_from_db()
    assert lottery.phase == LotteryRound.Phase.OVER


def test_a_draw_that_comes_days_late_leaves_the_winners_their_days(
    lottery: LotteryRound, now: time_machine.Traveller
) -> None:
    fill(lottery, 2)
    now.move_to(DRAW_AT + timedelta(days=3))

    tick()

    lottery.refresh_from_db()
    assert lottery.claim_until == CLAIM_UNTIL + timedelta(days=3)
    assert Booking.objects.get().claim_until == CLAIM_UNTIL + timedelta(days=3)


def test_a_win_is_to_be_claimed_before_it_begins(lottery: LotteryRound, now: time_machine.Traveller) -> None:
    fill(lottery, 1)
    now.move_to(at(date(2027, 1, 15), 12))

    tick()

    assert Booking.objects.get().claim_until == at(LOTTERY_DAY, 10)


def test_one_broken_round_does_not_keep_the_others_from_being_drawn(
    lottery: LotteryRound, spaces: dict[str, Space], now: time_machine.Traveller
) -> None:
    """Its entries are for a day long gone; the next round is drawn all the same."""
    past = LotteryRoundFactory(
        space=spaces["space-b"],
        first_date=date(2026, 11, 1),
        last_date=date(2026, 11, 1),
        entries_from=at(date(2026, 10, 1), 9),
        entries_until=at(date(2026, 10, 2), 9),
        draw_at=at(date(2026, 10, 3), 9),
        claim_until=at(date(2026, 10, 4), 9),
    )
    LotteryEntryFactory(round=past, number=1)
    now.move_to(DRAW_AT)

    tick()

    past.refresh_from_db()
    lottery.refresh_from_db()
    assert queries.record_of(past)["entries"][0]["barred"] == "past"
    assert lottery.drawn_at == DRAW_AT


# ── Results and claims ───────────────────────────────────────────────────────────────────────────────────────────


def test_every_group_hears_of_all_its_entries_in_one_mail(
    lottery: LotteryRound, group: Group, representative: User, now: time_machine.Traveller
) -> None:
    enter(lottery, group, representative, 10)
    enter(lottery, group, representative, 13)
    rivals = fill(lottery, 1, hour=16 - 1)
    OutgoingMail.objects.all().delete()
    now.move_to(DRAW_AT)

    tick()

    (mail,) = mails_to(representative.email)
    assert mail.subject == "【当選・確認してください】スペースA 1月の抽選"
    assert "1番" in mail.body
    assert "2番" in mail.body
    assert "2026年12月8日（火） 20:00までに" in mail.body
    assert len(mails_to(rivals[0].user.email)) == 1


def test_losing_is_told_with_when_the_rest_is_open(
    lottery: LotteryRound, now: time_machine.Traveller
) -> None:
    fill(lottery, 2)
    OutgoingMail.objects.all().delete()
    now.move_to(DRAW_AT)

    tick()

    assert sorted(kinds()) == ["spaces/lottery_lost", "spaces/lottery_won"]


@pytest.fixture
def win(
    lottery: LotteryRound, group: Group, representative: User, now: time_machine.Traveller
) -> LotteryEntry:
    enter(lottery, group, representative)
    now.move_to(DRAW_AT)
    tick()
    OutgoingMail.objects.all().delete()
    return LotteryEntry.objects.get()


def test_a_claimed_win_is_a_confirmed_booking(win: LotteryEntry, booking_manager: User) -> None:
    claimed = actions.claim_win(entry=win, by=booking_manager)

    assert claimed.booking is not None
    claimed.booking.refresh_from_db()
    assert (claimed.status, claimed.booking.status, claimed.booking.claim_until) == (
        "claimed",
        "confirmed",
        None,
    )
    assert kinds() == ["spaces/booking_confirmed"]


def test_only_the_group_itself_or_staff_claims(
    win: LotteryEntry, member: User, other_group: Group, other_representative: User, reception: User
) -> None:
    for person in (member, other_representative):
        with pytest.raises(PermissionDenied):
            actions.claim_win(entry=win, by=person)

    assert actions.claim_win(entry=win, by=reception).status == Status.CLAIMED


def test_a_win_is_claimed_once(win: LotteryEntry, representative: User) -> None:
    actions.claim_win(entry=win, by=representative)

    with pytest.raises(ValidationError) as refused:
        actions.claim_win(entry=win, by=representative)
    assert code_of(refused) == ["status"]


def test_an_unclaimed_win_lapses_frees_the_place_and_is_told(
    win: LotteryEntry, lottery: LotteryRound, now: time_machine.Traveller
) -> None:
    now.move_to(CLAIM_UNTIL)

    tick()

    win.refresh_from_db()
    lottery.refresh_from_db()
    assert win.booking is not None
    assert (win.status, win.booking.status, win.booking.cancelled_by) == ("lapsed", "cancelled", None)
    assert Occupancy.objects.count() == 0
    assert lottery.closed_at == CLAIM_UNTIL
    assert set(kinds()) == {"spaces/booking_lapsed"}


def test_before_the_deadline_nothing_lapses(win: LotteryEntry, now: time_machine.Traveller) -> None:
    now.move_to(CLAIM_UNTIL - timedelta(seconds=1))

    tick()

    win.refresh_from_db()
    assert (win.status, kinds()) == (Status.WON, [])


def test_after_the_deadline_it_is_too_late_to_claim(
    win: LotteryEntry, representative: User, now: time_machine.Traveller
) -> None:
    now.move_to(CLAIM_UNTIL + timedelta(seconds=1))

    with pytest.raises(ValidationError) as refused:
        actions.claim_win(entry=win, by=representative)
    assert code_of(refused) == ["deadline"]


def test_a_win_given_up_on_the_cancel_page_is_settled(win: LotteryEntry, representative: User) -> None:
    assert win.booking is not None
    bookings.cancel_booking(booking=win.booking, by=representative)

    tick()

    win.refresh_from_db()
    assert win.status == Status.LAPSED


def test_a_win_confirmed_by_staff_on_the_booking_itself_is_settled(
    win: LotteryEntry, coordinator: User
) -> None:
    assert win.booking is not None
    bookings.approve_booking(booking=win.booking, version=win.booking.version, by=coordinator)

    tick()

    win.refresh_from_db()
    assert win.status == Status.CLAIMED


def test_a_claimed_booking_that_is_cancelled_later_stays_a_claimed_win(
    win: LotteryEntry, representative: User, now: time_machine.Traveller
) -> None:
    claimed = actions.claim_win(entry=win, by=representative)
    assert claimed.booking is not None
    bookings.cancel_booking(booking=claimed.booking, by=representative)
    now.move_to(CLAIM_UNTIL)

    tick()

    win.refresh_from_db()
    assert win.status == Status.CLAIMED
