"""Bookings that repeat (くり返し予約): all of the chosen dates together, or none; cancelled one, the rest, or all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Group, User
from kyodo import clock, dates
from spaces import emails
from spaces.actions.bookings import let_go, write_booking
from spaces.actions.locking import reserving
from spaces.models import Booking, BookingSeries, Space
from spaces.queries import facts as fact_queries
from spaces.queries.alternatives import Place
from spaces.rules import rights
from spaces.rules.limits import Wish
from spaces.rules.series import MOST_DATES


def book_series(
    *,
    space: Space,
    group: Group,
    pattern: str,
    places: Sequence[Place],
    people: int,
    purpose: str,
    by: User,
    use: str = "",
    supported_by: str = "",
    remarks: str = "",
) -> BookingSeries:
    """Book every place of a series in one transaction, all looked at again under the locks, and send one mail.

    Raises ValidationError with one refusal a date, its day in the words, its code that of the limits or "taken".
    The same person asking for the very same again gets the series that is there.
    """
    if not rights.may_book_for(by, group):
        raise PermissionDenied
    _check_number(places)
    wishes = [
        Wish(
            place.space,
            group,
            place.begins_at,
            place.ends_at,
            people,
            purpose.strip(),
            use,
            supported_by.strip(),
            remarks.strip(),
        )
        for place in sorted(places, key=lambda place: place.begins_at)
    ]
    facts = [fact_queries.facts_for(wish) for wish in wishes]
    units = {unit for wish in wishes for unit in wish.space.unit_ids}

    with reserving(group_ids=[group.pk], unit_ids=units) as groups:
        made = _same_series(wishes, by)
        if made is not None:
            return made
        series = BookingSeries.objects.create(
            group=group,
            space=space,
            pattern=pattern,
            first_date=_day(wishes[0]),
            last_date=_day(wishes[-1]),
            created_by=by,
        )
        refusals = []
        for wish, fact in zip(wishes, facts, strict=True):
            # Each counts the hours of those written before it.
            try:
                write_booking(
                    replace(wish, group=groups[group.pk]),
                    fact,
                    by=by,
                    channel=Booking.Channel.SERIES,
                    series=series,
                )
            except ValidationError as refusal:
                refusals += _with_day(refusal, _day(wish))
        if refusals:
            raise ValidationError(refusals)
        emails.series_booked(series)
    return series


def cancel_series(
    *, series: BookingSeries, by: User, since: date | None = None, reason: str = ""
) -> list[Booking]:
    """Cancel what lies ahead: all, or from a day on. What is past its deadline stays, for the group; one mail."""
    if not rights.may_book_for(by, series.group):
        raise PermissionDenied
    with transaction.atomic():
        bookings = [
            booking
            for booking in Booking.objects.select_related("space__policy", "group", "booked_by")
            .filter(series=series, status__in=Booking.AHEAD)
            .order_by("begins_at", "pk")
            .select_for_update(of=("self",), no_key=True)
            if (since is None or booking.day >= since) and rights.is_before_deadline(by, booking)
        ]
        if not bookings:
            raise ValidationError(
                _("取り消せる予約がありません。期限を過ぎた予約は、センターにお電話ください。"),
                code="deadline",
            )
        for booking in bookings:
            let_go(booking, by=by, reason=reason)
        emails.series_cancelled(series, bookings, by)
    return bookings


def _check_number(places: Sequence[Place]) -> None:
    if not places:
        raise ValidationError(_("予約する日を選んでください。"), code="no_dates")
    if len(places) > MOST_DATES:
        raise ValidationError(
            _("一度に%(most)d日まで予約できます。"), code="too_many", params={"most": MOST_DATES}
        )


def _same_series(wishes: Sequence[Wish], by: User) -> BookingSeries | None:
    """A form sent twice: every wish is there already, in one series of the same person."""
    first = wishes[0]
    found = BookingSeries.objects.filter(
        group=first.group,
        created_by=by,
        bookings__space=first.space,
        bookings__begins_at=first.begins_at,
        bookings__status__in=Booking.LIVE,
    ).first()
    if found is None:
        return None
    there = set(found.bookings.live().values_list("space_id", "begins_at", "ends_at"))
    return found if there >= {(wish.space.pk, wish.begins_at, wish.ends_at) for wish in wishes} else None


def _with_day(refusal: ValidationError, day: date) -> list[ValidationError]:
    return [
        ValidationError(
            _("%(day)s：%(message)s"),
            code=error.code,
            params={"day": dates.short_day(day), "message": "".join(error.messages)},
        )
        for error in refusal.error_list
    ]


def _day(wish: Wish) -> date:
    return clock.local(wish.begins_at).date()
