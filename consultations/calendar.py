"""Talks as calendar entries (RFC 5545, mailed as RFC 5546 says): joint sessions of two offices, specialist sessions.

No names of the person who asked and no words of the consultation: an entry lies in calendars that others see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import icalendar

from kyodo import clock, ical
from kyodo.centre.queries import current_centre
from kyodo.mail.actions import Attachment
from spaces import calendar


@dataclass(frozen=True)
class Talk:
    """One talk at a time. `key` stays the same for its whole life; `sequence` rises with every change."""

    key: str
    sequence: int
    begins_at: datetime
    ends_at: datetime
    summary: str
    location: str = ""
    description: str = ""
    url: str = ""
    is_cancelled: bool = False


def mailed(talk: Talk, attendees: Sequence[str]) -> Attachment:
    """What goes with a mail: REQUEST for what stands, CANCEL for what no longer does."""
    method = "CANCEL" if talk.is_cancelled else "REQUEST"
    entry = icalendar.Calendar()
    entry.add("prodid", "-//Kyodo//consultations//JA")
    entry.add("version", "2.0")
    entry.add("calscale", "GREGORIAN")
    entry.add("method", method)
    entry.add_component(calendar.tokyo())
    entry.add_component(_event(talk, attendees))
    return Attachment("talk.ics", bytes(entry.to_ical()), f"text/calendar; charset=utf-8; method={method}")


def _event(talk: Talk, attendees: Sequence[str]) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{talk.key}@{calendar.host()}")
    event.add("sequence", talk.sequence)
    event.add("dtstamp", calendar.utc(clock.now()))
    event.add("dtstart", clock.local(talk.begins_at))
    event.add("dtend", clock.local(talk.ends_at))
    event.add("status", "CANCELLED" if talk.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if talk.is_cancelled else "OPAQUE")
    event.add("summary", ical.title(talk.summary, is_cancelled=talk.is_cancelled))
    for name, value in (("location", talk.location), ("description", talk.description), ("url", talk.url)):
        if value:
            event.add(name, value)
    event.add("organizer", calendar.organizer(current_centre()))
    for address in attendees:
        parameters = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
        event.add("attendee", icalendar.vCalAddress(f"mailto:{address}"), parameters=parameters)
    return event
