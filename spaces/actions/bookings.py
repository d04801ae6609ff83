"""Every change of a booking, for every door: the form, the admin, a series, a draw, the counter."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Group, User
from kyodo import clock, references
from spaces import emails
from spaces.actions.locking import reserving, taken
from spaces.models import Booking, BookingSeries, Occupancy, RuleOverride, Space, WaitingEntry
from spaces.queries import facts as fact_queries
from spaces.queries.usage import usage_of
from spaces.rules import limits, reminders, rights, seating
from spaces.rules.limits import Facts, Rule, Wish
from spaces.tasks.waiting import tell_waiting_later

NO_OVERRIDES: Mapping[str, str] = {}

EDGES: dict[str, tuple[str, ...]] = {
    Booking.Status.REQUESTED: (Booking.Status.CONFIRMED, Booking.Status.DECLINED, Booking.Status.CANCELLED),
    Booking.Status.CONFIRMED: (Booking.Status.USED, Booking.Status.NO_SHOW, Booking.Status.CANCELLED),
    # A slip at the counter can be taken back.
    Booking.Status.USED: (Booking.Status.CONFIRMED,),
    Booking.Status.NO_SHOW: (Booking.Status.CONFIRMED, Booking.Status.USED),
    Booking.Status.DECLINED: (),
    Booking.Status.CANCELLED: (),
}


def book_space(
    *,
    space: Space,
    group: Group,
    begins_at: datetime,
    ends_at: datetime,
    people: int,
    purpose: str,
    by: User,
    use: str = "",
    supported_by: str = "",
    remarks: str = "",
    channel: str = Booking.Channel.WEB,
    overrides: Mapping[str, str] = NO_OVERRIDES,
    once: bool = False,
) -> Booking:
    """Book a space for a group, or ask for it where staff must approve.

    `once` is for a form that may come twice, by a double press or a reload: the same person asking for the same again
    gets the booking that is there. It is looked up under the group's lock, so that of two presses at once the second
    finds what the first has made; a free table beside it would otherwise let 協働ラボ be booked twice.

    Raises ValidationError with the codes of spaces.rules.limits, or "taken"; PermissionDenied when this person does
    not book for the group.
    """
    if not rights.may_book_for(by, group):
        raise PermissionDenied
    wish = Wish(
        space,
        group,
        begins_at,
        ends_at,
        people,
        purpose.strip(),
        use,
        supported_by.strip(),
        remarks.strip(),
    )
    facts = fact_queries.facts_for(wish)

    with reserving(group_ids=[group.pk], unit_ids=space.unit_ids) as groups:
        if once and (made := fact_queries.same_booking(wish, by)):
            return made
        wish = replace(wish, group=groups[group.pk])
        booking = write_booking(wish, facts, by=by, channel=channel, overrides=overrides)
        tell = (
            emails.booking_requested
            if booking.status == Booking.Status.REQUESTED
            else emails.booking_confirmed
        )
        tell(booking)
    return booking


def write_booking(
    wish: Wish,
    facts: Facts,
    *,
    by: User,
    channel: str,
    overrides: Mapping[str, str] = NO_OVERRIDES,
    series: BookingSeries | None = None,
    claim_until: datetime | None = None,
) -> Booking:
    """One booking and its occupancies, inside `reserving`. Says nothing to anybody: the caller mails."""
    set_aside = check_limits(wish, facts, by=by, overrides=overrides)
    chosen = _units_for(wish)
    asks_first = claim_until is not None or rights.needs_approval(wish.space.policy, wish.use, by)
    booking = Booking.objects.create(
        reference=references.new(),
        space=wish.space,
        group=wish.group,
        series=series,
        begins_at=wish.begins_at,
        ends_at=wish.ends_at,
        people=wish.people,
        purpose=wish.purpose,
        use=wish.use,
        supported_by=wish.supported_by,
        remarks=wish.remarks,
        status=Booking.Status.REQUESTED if asks_first else Booking.Status.CONFIRMED,
        channel=channel,
        booked_by=by,
        claim_until=claim_until,
    )
    occupy(booking, chosen)
    _record_overrides(booking, set_aside, by=by)
    return booking


def change_booking(
    *,
    booking: Booking,
    version: int,
    by: User,
    space: Space,
    begins_at: datetime,
    ends_at: datetime,
    people: int,
    purpose: str,
    use: str = "",
    supported_by: str = "",
    remarks: str = "",
    overrides: Mapping[str, str] = NO_OVERRIDES,
) -> Booking:
    """Move or change a booking that lies ahead; every limit is asked again.

    `version` is what the person was looking at; another version means somebody was faster (code "stale").
    """
    if not rights.may_write(by, booking):
        raise PermissionDenied
    wish = Wish(
        space,
        booking.group,
        begins_at,
        ends_at,
        people,
        purpose.strip(),
        use,
        supported_by.strip(),
        remarks.strip(),
        booking=booking,
    )
    facts = fact_queries.facts_for(wish)
    before = units_of(booking)

    with reserving(group_ids=[booking.group_id], unit_ids=[*space.unit_ids, *before]) as groups:
        booking = lock_booking(booking)
        _check_version(booking, version)
        _check_ahead(booking, by)
        wish = replace(wish, group=groups[booking.group_id], booking=booking)
        set_aside = check_limits(wish, facts, by=by, overrides=overrides)
        freed = (booking.begins_at, booking.ends_at)
        booking.occupancies.all().delete()
        chosen = _units_for(wish)
        booking.space, booking.begins_at, booking.ends_at = space, begins_at, ends_at
        booking.people, booking.purpose, booking.use = people, wish.purpose, wish.use
        booking.supported_by, booking.remarks = wish.supported_by, wish.remarks
        if rights.needs_approval(space.policy, wish.use, by):
            booking.status, booking.condition = Booking.Status.REQUESTED, ""
            booking.decided_at = booking.decided_by = None
        booking.reminded_at = reminders.told_at(begins_at, clock.now())
        booking.reminder_missed_at = None
        save_next_version(booking)
        occupy(booking, chosen)
        _record_overrides(booking, set_aside, by=by)
        emails.booking_changed(booking, by)
        tell_waiting_later(unit_ids=before, begins_at=freed[0], ends_at=freed[1])
    return booking


def cancel_booking(*, booking: Booking, by: User | None, reason: str = "") -> Booking:
    """Let a booking go. By the group until the deadline, by staff until its end, by the system (None) any time."""
    if by is not None and not rights.may_write(by, booking):
        raise PermissionDenied
    with transaction.atomic():
        booking = lock_booking(booking)
        if by is not None:
            _check_ahead(booking, by)
        check_edge(booking, Booking.Status.CANCELLED)
        let_go(booking, by=by, reason=reason)
        emails.booking_cancelled(booking, by)
    return booking


def cancel_all_ahead(*, group: Group, by: User) -> None:
    """A group's registration ends: what it has ahead is cancelled, each with its mail and calendar entry."""
    if not rights.can_decide(by):
        raise PermissionDenied
    with transaction.atomic():
        # In the order in which holds, closures and series take them, so that none waits for another for ever.
        for booking in group.bookings.upcoming().order_by("begins_at", "pk"):
            locked = lock_booking(booking)
            if locked.is_ahead:
                let_go(locked, by=by, reason=_("団体の登録が終わったため"))
                emails.booking_cancelled(locked, by)


def let_go(booking: Booking, *, by: User | None, reason: str) -> None:
    """Cancel a locked booking and free its units; the caller mails, once for however many."""
    units = units_of(booking)
    booking.occupancies.all().delete()
    booking.status = Booking.Status.CANCELLED
    booking.cancelled_at, booking.cancelled_by, booking.reason = clock.now(), by, reason.strip()
    save_next_version(booking)
    tell_waiting_later(unit_ids=units, begins_at=booking.begins_at, ends_at=booking.ends_at)


def cut_short(booking: Booking, *, ends_at: datetime) -> None:
    """End a locked booking earlier, since the centre closes: also one whose people are here. The caller mails."""
    booking.ends_at = ends_at
    save_next_version(booking)
    for occupancy in booking.occupancies.all():
        occupancy.period = (occupancy.period.lower, ends_at)
        occupancy.save(update_fields=["period"])


def approve_booking(
    *,
    booking: Booking,
    version: int,
    by: User,
    condition: str = "",
    overrides: Mapping[str, str] = NO_OVERRIDES,
) -> Booking:
    """Confirm what waits for the centre's word, on a condition in words if need be. The limits that still matter are asked again."""
    if not rights.can_decide(by):
        raise PermissionDenied
    facts = fact_queries.facts_for(_wish_of(booking))
    with reserving(group_ids=[booking.group_id], unit_ids=[]) as groups:
        booking = lock_booking(booking)
        _check_version(booking, version)
        check_edge(booking, Booking.Status.CONFIRMED)
        wish = replace(_wish_of(booking), group=groups[booking.group_id])
        set_aside = check_limits(wish, facts, by=by, overrides=overrides, rules=limits.RULES_OF_APPROVAL)
        booking.status, booking.condition = Booking.Status.CONFIRMED, condition.strip()
        booking.decided_at, booking.decided_by, booking.claim_until = clock.now(), by, None
        save_next_version(booking)
        _record_overrides(booking, set_aside, by=by)
        emails.booking_approved(booking)
    return booking


def decline_booking(*, booking: Booking, by: User, reason: str) -> Booking:
    if not rights.can_decide(by):
        raise PermissionDenied
    if not reason.strip():
        raise ValidationError(_("お断りする理由を書いてください。団体に届きます。"), code="reason")
    with transaction.atomic():
        booking = lock_booking(booking)
        check_edge(booking, Booking.Status.DECLINED)
        units = units_of(booking)
        booking.occupancies.all().delete()
        booking.status, booking.reason = Booking.Status.DECLINED, reason.strip()
        booking.decided_at, booking.decided_by, booking.claim_until = clock.now(), by, None
        save_next_version(booking)
        emails.booking_declined(booking)
        tell_waiting_later(unit_ids=units, begins_at=booking.begins_at, ends_at=booking.ends_at)
    return booking


def claim_booking(*, booking: Booking, by: User) -> Booking:
    """The group takes up what it won in a draw."""
    if not rights.may_write(by, booking):
        raise PermissionDenied
    with transaction.atomic():
        booking = lock_booking(booking)
        check_edge(booking, Booking.Status.CONFIRMED)
        if booking.claim_until is None or booking.claim_until < clock.now():
            raise ValidationError(_("確認の期限が過ぎています。"), code="deadline")
        # A draw decides who may have the time, not whether an event may be held.
        asks_first = rights.needs_approval(booking.space.policy, booking.use, by)
        booking.status = Booking.Status.REQUESTED if asks_first else Booking.Status.CONFIRMED
        booking.claim_until = None
        save_next_version(booking)
        tell = emails.booking_requested if asks_first else emails.booking_confirmed
        tell(booking)
    return booking


def check_limits(
    wish: Wish,
    facts: Facts,
    *,
    by: User,
    overrides: Mapping[str, str] = NO_OVERRIDES,
    rules: tuple[Rule, ...] = limits.RULES,
) -> dict[str, str]:
    """Ask every rule, what the group has used counted now, under its lock. Answers what was set aside, and why.

    Raises ValidationError with what decides among the refusals not set aside; with all of them for staff, who may set
    each aside.
    """
    day = clock.local(wish.begins_at).date()
    used = usage_of(wish.group, day, day, leaving_out=wish.booking).on(wish.space.policy, day)
    refusals = limits.broken(wish, replace(facts, used=used), rules)
    allowed = {
        code: reason.strip()
        for code, reason in overrides.items()
        if by.is_staff and code in limits.STAFF_MAY_OVERRIDE and reason.strip()
    }
    standing = [refusal for refusal in refusals if refusal.code not in allowed]
    if standing:
        raise ValidationError(standing if by.is_staff else limits.deciding(standing))
    return {refusal.code: allowed[refusal.code] for refusal in refusals if refusal.code}


def wrong_status(booking: Booking) -> ValidationError:
    return ValidationError(
        _("この予約はいま「%(status)s」なので、その操作はできません。"),
        code="status",
        params={"status": booking.get_status_display()},
    )


def _wish_of(booking: Booking) -> Wish:
    return Wish(
        booking.space,
        booking.group,
        booking.begins_at,
        booking.ends_at,
        booking.people,
        booking.purpose,
        booking.use,
        booking.supported_by,
        booking.remarks,
        booking=booking,
    )


def lock_booking(booking: Booking) -> Booking:
    """The booking as it is now, nobody else changing it until we are done."""
    return (
        Booking.objects.select_related("space__policy", "group", "booked_by")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=booking.pk)
    )


def _check_version(booking: Booking, version: int) -> None:
    if booking.version != version:
        raise ValidationError(
            _(
                "開いているあいだに、この予約が変更されました。いまの内容を確かめてから、もう一度お願いします。"
            ),
            code="stale",
        )


def check_edge(booking: Booking, status: str) -> None:
    if status not in EDGES[booking.status]:
        raise wrong_status(booking)


def _check_ahead(booking: Booking, by: User) -> None:
    if booking.status not in Booking.AHEAD:
        raise wrong_status(booking)
    if not rights.is_before_deadline(by, booking):
        raise ValidationError(_("変更と取消の期限が過ぎました。センターにお電話ください。"), code="deadline")


def save_next_version(booking: Booking) -> None:
    booking.version += 1
    booking.save()


def units_of(booking: Booking) -> list[int]:
    return list(booking.occupancies.order_by("unit_id").values_list("unit_id", flat=True))


def _units_for(wish: Wish) -> list[int]:
    """The units that the wish can have, every one of them free; raises ValidationError "taken", with the reason."""
    free = fact_queries.free_seats(wish.space, wish.begins_at, wish.ends_at)
    chosen = seating.units_taken(wish.space, wish.people, free)
    if chosen:
        return chosen
    if own := fact_queries.own_in_the_way(wish):
        raise limits.own_already(own)
    if free and wish.space.takes == Space.Takes.ANY:
        raise ValidationError(
            _(
                "この時間に空いているのは%(seats)d席です。%(people)d人では使えません。"
                "人数を減らすか、別の時間を選んでください。"
            ),
            code="taken",
            params={"seats": sum(unit.seats for unit in free), "people": wish.people},
        )
    raise taken()


def occupy(booking: Booking, units: list[int]) -> None:
    period = fact_queries.occupied_period(booking.space.policy, booking.begins_at, booking.ends_at)
    Occupancy.objects.bulk_create(Occupancy(unit_id=unit, booking=booking, period=period) for unit in units)
    # The group has its place: it waits for this time no longer.
    WaitingEntry.objects.waiting().met_by(booking).update(closed_at=clock.now())


def _record_overrides(booking: Booking, set_aside: Mapping[str, str], *, by: User) -> None:
    RuleOverride.objects.bulk_create(
        RuleOverride(booking=booking, code=code, reason=reason, by=by) for code, reason in set_aside.items()
    )
