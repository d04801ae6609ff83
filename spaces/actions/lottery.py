"""The life of a draw (抽選): entries, the draw itself, claims, and the end of the claims."""

import secrets
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Group, User
from kyodo import clock
from spaces import emails
from spaces.actions import bookings
from spaces.actions.locking import reserving
from spaces.models import Booking, LotteryEntry, LotteryRound, Space
from spaces.queries import facts as fact_queries
from spaces.rules import limits, rights, seating
from spaces.rules import lottery as rules
from spaces.rules.limits import Facts, Wish

# A draw that comes later than this moves the end of the claims by as much: nobody loses days to a broken machine.
ON_TIME = timedelta(hours=1)

Status = LotteryEntry.Status


def enter_lottery(
    *,
    lottery: LotteryRound,
    group: Group,
    begins_at: datetime,
    ends_at: datetime,
    people: int,
    purpose: str,
    by: User,
    use: str = "",
    supported_by: str = "",
    remarks: str = "",
) -> LotteryEntry:
    """Enter a group for one time. Asks what a booking is asked, but for the window and what is taken."""
    if not rules.can_enter(by, group):
        raise PermissionDenied
    wish = Wish(
        lottery.space,
        group,
        begins_at,
        ends_at,
        people,
        purpose.strip(),
        use,
        supported_by.strip(),
        remarks.strip(),
        is_drawn=True,
    )
    facts = fact_queries.facts_for(wish)
    with transaction.atomic():
        lottery = _locked_round(lottery)
        own = list(lottery.entries.filter(group=group, status=Status.ENTERED))
        refusals = [
            rules.takes_entries(lottery, clock.now()),
            rules.is_of_the_round(lottery, begins_at),
            rules.has_entries_left(lottery, own),
            rules.asks_each_time_once(begins_at, ends_at, own),
            *_broken_limits(wish, facts),
        ]
        if standing := [refusal for refusal in refusals if refusal]:
            raise ValidationError(standing)
        last = lottery.entries.aggregate(last=Max("number"))["last"] or 0
        entry = LotteryEntry.objects.create(
            round=lottery,
            number=last + 1,
            group=group,
            user=by,
            begins_at=begins_at,
            ends_at=ends_at,
            people=people,
            purpose=wish.purpose,
            use=wish.use,
            supported_by=wish.supported_by,
            remarks=wish.remarks,
        )
        emails.lottery_entered(entry)
    return entry


def withdraw_entry(*, entry: LotteryEntry, by: User) -> LotteryEntry:
    """Take an entry back, until the draw."""
    if not rules.can_enter(by, entry.group):
        raise PermissionDenied
    with transaction.atomic():
        _locked_round(entry.round)
        entry = _locked_entry(entry)
        if not rules.can_withdraw(by, entry):
            raise _wrong_status(entry)
        entry.status = Status.WITHDRAWN
        entry.save()
    return entry


def draw_lottery(*, lottery: LotteryRound, by: User | None = None) -> LotteryRound:
    """Draw, once: a new seed gives the order, each entry takes its turn, and each win becomes a booking to claim.

    By the clock (None), or by staff when the clock stood still. Everybody concerned is locked first, groups and then
    units, so that nothing can come between two turns.
    """
    if by is not None and not rights.can_decide(by):
        raise PermissionDenied
    with transaction.atomic():
        lottery = _locked_round(lottery)
        if lottery.drawn_at is not None:
            raise ValidationError(_("この抽選は、もう終わっています。"), code="drawn")
        if not lottery.is_to_be_drawn:
            raise ValidationError(_("抽選の日時になってから抽選できます。"), code="not_yet")
        entries = list(
            lottery.entries.filter(status=Status.ENTERED)
            .select_related("group", "user", "round__space__policy")
            .order_by("number")
        )
        groups_entered = [entry.group_id for entry in entries]
        with reserving(group_ids=groups_entered, unit_ids=lottery.space.unit_ids) as groups:
            for entry in entries:
                entry.group = groups[entry.group_id]
            _draw(lottery, entries)
    return lottery


def claim_win(*, entry: LotteryEntry, by: User) -> LotteryEntry:
    """The group takes up what it won; its booking stands."""
    if not rules.can_enter(by, entry.group):
        raise PermissionDenied
    with transaction.atomic():
        entry = _locked_entry(entry)
        if entry.status != Status.WON or entry.booking is None:
            raise _wrong_status(entry)
        bookings.claim_booking(booking=entry.booking, by=by)
        entry.status = Status.CLAIMED
        entry.save()
    return entry


def settle_win(*, entry: LotteryEntry) -> LotteryEntry:
    """Bring an entry in line with its booking: claimed elsewhere, given up, or lapsed now, when its time is over."""
    with transaction.atomic():
        entry = _locked_entry(entry)
        booking = entry.booking
        if entry.status != Status.WON or booking is None:
            return entry
        if booking.status == Booking.Status.REQUESTED and not _claim_is_over(booking):
            return entry
        if booking.status == Booking.Status.REQUESTED:
            reason = _("当選の確認期限までに確認がありませんでした。")
            bookings.cancel_booking(booking=booking, by=None, reason=reason)
            entry.status = Status.LAPSED
        else:
            entry.status = Status.CLAIMED if booking.is_live else Status.LAPSED
        entry.save()
    return entry


def close_claims(*, lottery: LotteryRound) -> LotteryRound:
    """When the claims are over: what is left is for whoever comes first."""
    with transaction.atomic():
        lottery = _locked_round(lottery)
        if lottery.closed_at is not None or lottery.drawn_at is None or lottery.claim_until > clock.now():
            return lottery
        for entry in lottery.entries.filter(status=Status.WON).order_by("number"):
            settle_win(entry=entry)
        lottery.closed_at = clock.now()
        lottery.save()
    return lottery


def _draw(lottery: LotteryRound, entries: list[LotteryEntry]) -> None:
    now = clock.now()
    lottery.seed = secrets.token_hex(rules.SEED_BYTES)
    lottery.drawn_at = now
    if now - lottery.draw_at > ON_TIME:
        lottery.claim_until += now - lottery.draw_at
    lottery.record = dict(_record(lottery, entries))
    _take_turns(lottery, entries)
    lottery.save()
    by_group = defaultdict(list)
    for entry in entries:
        by_group[entry.group_id].append(entry)
    for own in by_group.values():
        emails.lottery_results(lottery, own)


def _take_turns(lottery: LotteryRound, entries: list[LotteryEntry]) -> None:
    """Each in its order. Where the record has room but the world has not, the record says why."""
    record: rules.Record = lottery.record  # type: ignore[assignment]
    lines = {line["number"]: line for line in record["entries"]}
    by_number = {entry.number: entry for entry in entries}
    draw = rules.Draw(record)
    for rank, number in enumerate(rules.order(lottery.seed, by_number), start=1):
        entry, line = by_number[number], lines[number]
        entry.rank, entry.status = rank, Status.LOST
        if draw.ask(line) == rules.Result.WON:
            try:
                entry.booking = _book_win(lottery, entry)
            except ValidationError as refusal:
                line["barred"] = refusal.error_list[0].code or "refused"
            else:
                entry.status = Status.WON
                draw.take(line)
        entry.save()


def _book_win(lottery: LotteryRound, entry: LotteryEntry) -> Booking:
    wish = Wish(
        lottery.space,
        entry.group,
        entry.begins_at,
        entry.ends_at,
        entry.people,
        entry.purpose,
        entry.use,
        entry.supported_by,
        entry.remarks,
        is_drawn=True,
    )
    facts = fact_queries.facts_for(wish)
    with transaction.atomic():
        return bookings.write_booking(
            wish,
            facts,
            by=entry.user,
            channel=Booking.Channel.LOTTERY,
            claim_until=min(lottery.claim_until, entry.begins_at),
        )


def _record(lottery: LotteryRound, entries: list[LotteryEntry]) -> rules.Record:
    space, letters = lottery.space, _letters(entries)
    return {
        "places": len(space.unit_ids) if space.takes == space.Takes.ANY else 1,
        "buffer_before_minutes": space.policy.buffer_before_minutes,
        "buffer_after_minutes": space.policy.buffer_after_minutes,
        "daily_minutes": space.policy.daily_minutes,
        "entries": [
            {
                "number": entry.number,
                "group": letters[entry.group_id],
                "begins": _wall_clock(entry.begins_at),
                "ends": _wall_clock(entry.ends_at),
                "units": _units_needed(space, entry.people),
                "barred": "",
            }
            for entry in entries
        ],
    }


def _units_needed(space: Space, people: int) -> int:
    """Of a space that gives out its units one by one; a draw for the others is about all of them at once."""
    if space.takes != Space.Takes.ANY:
        return 1
    return len(seating.enough_units(people, seating.seats_of(space))) or 1


def _letters(entries: list[LotteryEntry]) -> dict[int, str]:
    """G1, G2 ... in the order the groups first appear: whose is the same, not whose it is."""
    group_ids = dict.fromkeys(entry.group_id for entry in entries)
    return {group_id: f"G{index}" for index, group_id in enumerate(group_ids, start=1)}


def _wall_clock(moment: datetime) -> str:
    return clock.local(moment).strftime("%Y-%m-%dT%H:%M")


def _broken_limits(wish: Wish, facts: Facts) -> list[ValidationError]:
    """What the group has used counts when the draw is held: by then the group may have let a booking go."""
    refusals = limits.broken(wish, replace(facts, used=limits.NOTHING_USED))
    return limits.deciding([refusal for refusal in refusals if refusal.code not in rules.NOT_ASKED_AT_ENTRY])


def _claim_is_over(booking: Booking) -> bool:
    return booking.claim_until is not None and booking.claim_until <= clock.now()


def _locked_round(lottery: LotteryRound) -> LotteryRound:
    return (
        LotteryRound.objects.select_related("space__policy")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=lottery.pk)
    )


def _locked_entry(entry: LotteryEntry) -> LotteryEntry:
    return (
        LotteryEntry.objects.select_related("round", "group", "booking__space__policy", "booking__group")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=entry.pk)
    )


def _wrong_status(entry: LotteryEntry) -> ValidationError:
    return ValidationError(
        _("この申込はいま「%(status)s」なので、その操作はできません。"),
        code="status",
        params={"status": entry.get_status_display()},
    )
