"""Bookings as calendar entries (RFC 5545): for mails, for download and for the feeds.

docs/decisions/0006-calendar-files.md says what goes with a mail, and why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from functools import cache
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.utils.translation import gettext as _

from kyodo import clock, ical
from kyodo.centre.models import Centre
from spaces.models import Booking, Hold

STATUS = {
    Booking.Status.REQUESTED: "TENTATIVE",
    Booking.Status.CONFIRMED: "CONFIRMED",
    Booking.Status.USED: "CONFIRMED",
    Booking.Status.NO_SHOW: "CONFIRMED",
    Booking.Status.DECLINED: "CANCELLED",
    Booking.Status.CANCELLED: "CANCELLED",
}
CONTENT_TYPE = "text/calendar; charset=utf-8"
FILENAME = "booking.ics"


@dataclass(frozen=True)
class Invitation:
    """What a mailed entry has beside the booking (RFC 5546): who asks and who is asked."""

    attendees: tuple[str, ...]
    at: datetime


def one(booking: Booking, centre: Centre) -> bytes:
    """A booking to put into one's own calendar."""
    return build([booking], centre, method="PUBLISH")


def feed(bookings: Iterable[Booking], holds: Iterable[Hold], centre: Centre, *, name: str) -> bytes:
    """A calendar that other calendars read again and again."""
    return build(bookings, centre, name=name, holds=holds)


def mailed(bookings: Iterable[Booking], centre: Centre, *, attendees: Iterable[str]) -> bytes:
    """What goes with a mail: an invitation or its end for one booking, a file to open for several."""
    bookings = list(bookings)
    method = mailed_method(bookings)
    # RFC 5546 has nobody attend what is published.
    people = () if method == "PUBLISH" else tuple(attendees)
    return build(bookings, centre, method=method, invitation=Invitation(people, clock.now()))


def mailed_method(bookings: Sequence[Booking]) -> str:
    """Clients take one entry of a REQUEST or CANCEL and leave the others; of a published file they take all."""
    if len(bookings) != 1:
        return "PUBLISH"
    return "CANCEL" if is_gone(bookings[0]) else "REQUEST"


def is_gone(booking: Booking) -> bool:
    return STATUS[Booking.Status(booking.status)] == "CANCELLED"


def build(
    bookings: Iterable[Booking],
    centre: Centre,
    *,
    method: str = "",
    name: str = "",
    invitation: Invitation | None = None,
    holds: Iterable[Hold] = (),
) -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Kyodo//spaces//JA")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("x-wr-timezone", "Asia/Tokyo")
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(tokyo())
    for booking in bookings:
        calendar.add_component(_event(booking, centre, invitation))
    for hold in holds:
        calendar.add_component(_hold_event(hold))
    return bytes(calendar.to_ical())


def uid(booking: Booking) -> str:
    """The same for the whole life of a booking: calendars know by it what they already hold."""
    return f"{booking.reference}@{host()}"


def host() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def _event(booking: Booking, centre: Centre, invitation: Invitation | None) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", uid(booking))
    event.add("sequence", booking.version)
    event.add("dtstamp", utc(invitation.at if invitation else last_touched_at(booking)))
    event.add("created", utc(booking.booked_at))
    event.add("dtstart", clock.local(booking.begins_at))
    event.add("dtend", clock.local(booking.ends_at))
    status = STATUS[Booking.Status(booking.status)]
    event.add("status", status)
    event.add("transp", "TRANSPARENT" if status == "CANCELLED" else "OPAQUE")
    summary = f"{booking.space.name}（{booking.group.name}）"
    event.add("summary", ical.title(summary, is_cancelled=is_gone(booking)))
    event.add("location", _location(booking, centre))
    if centre.latitude is not None and centre.longitude is not None:
        event.add("geo", (float(centre.latitude), float(centre.longitude)))
    event.add("description", _description(booking))
    event.add("url", settings.BASE_URL + booking.get_absolute_url())
    if invitation:
        event.add("organizer", organizer(centre))
        for address in invitation.attendees:
            parameters = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
            event.add("attendee", icalendar.vCalAddress(f"mailto:{address}"), parameters=parameters)
    return event


def _hold_event(hold: Hold) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"hold-{hold.pk}@{host()}")
    event.add("sequence", 0 if hold.released_at is None else 1)
    event.add("dtstamp", utc(hold.released_at or hold.placed_at))
    event.add("dtstart", clock.local(hold.begins_at))
    event.add("dtend", clock.local(hold.ends_at))
    event.add("status", "CONFIRMED" if hold.released_at is None else "CANCELLED")
    event.add("transp", "OPAQUE" if hold.released_at is None else "TRANSPARENT")
    summary = f"{hold.get_kind_display()}：{hold.title}"
    event.add("summary", ical.title(summary, is_cancelled=hold.released_at is not None))
    return event


def last_touched_at(booking: Booking) -> datetime:
    """The newest moment the row itself remembers; enough for DTSTAMP, while SEQUENCE counts every change."""
    moments = (booking.booked_at, booking.decided_at, booking.cancelled_at, booking.checked_in_at)
    return max(moment for moment in moments if moment is not None)


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _location(booking: Booking, centre: Centre) -> str:
    place = f"{booking.space.name}, {centre.name}"
    return f"{place}, {centre.full_address}" if centre.address else place


def _description(booking: Booking) -> str:
    lines = [
        _("予約番号 %(reference)s") % {"reference": booking.reference},
        _("団体 %(group)s") % {"group": booking.group.name},
        _("人数 %(people)d人") % {"people": booking.people},
        _("目的 %(purpose)s") % {"purpose": booking.purpose},
    ]
    return "\n".join(lines)


def organizer(centre: Centre) -> icalendar.vCalAddress:
    sender = icalendar.vCalAddress("mailto:" + (centre.email or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
    sender.params["CN"] = icalendar.vText(centre.name)
    return sender


@cache
def tokyo() -> icalendar.Timezone:
    """Japan Standard Time, without summer time since 1952. The same in every calendar, and changed by none."""
    standard = icalendar.TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 wall-clock time, as RFC 5545 wants it here
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=9))
    standard.add("tzname", "JST")
    timezone = icalendar.Timezone()
    timezone.add("tzid", "Asia/Tokyo")
    timezone.add_component(standard)
    return timezone
