"""What a link to a form already knows of a wish. Every link takes the whole of it along, or somebody types twice."""

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Protocol
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Group
from kyodo import clock
from spaces.models import Booking, Space

LONGEST_VALUE = 300
MOST_PEOPLE = 999


class Wished(Protocol):
    """A wish, a booking, a place on the waiting list, an entry of a draw: all of them can fill in a form."""

    @property
    def group(self) -> Group: ...
    @property
    def begins_at(self) -> datetime.datetime: ...
    @property
    def ends_at(self) -> datetime.datetime: ...
    @property
    def people(self) -> int: ...
    @property
    def purpose(self) -> str: ...
    @property
    def use(self) -> str: ...
    @property
    def supported_by(self) -> str: ...
    @property
    def remarks(self) -> str: ...


@dataclass(frozen=True)
class Prefill:
    """A wish as its form would show it, as far as it is known: named like the form's fields, each as it is typed."""

    group: str = ""
    date: str = ""
    begins: str = ""
    ends: str = ""
    people: str = ""
    purpose: str = ""
    use: str = ""
    supported_by: str = ""
    remarks: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Prefill":
        return cls(**{field.name: query.get(field.name, "")[:LONGEST_VALUE] for field in fields(cls)})

    @classmethod
    def of(cls, wished: Wished) -> "Prefill":
        return cls(
            group=str(wished.group.pk),
            people=str(wished.people),
            purpose=wished.purpose,
            use=wished.use,
            supported_by=wished.supported_by,
            remarks=wished.remarks,
        ).at(wished.begins_at, wished.ends_at)

    def at(self, begins_at: datetime.datetime, ends_at: datetime.datetime) -> "Prefill":
        """The same wish at another time."""
        begins, ends = clock.local(begins_at), clock.local(ends_at)
        return replace(self, date=f"{begins:%Y-%m-%d}", begins=f"{begins:%H:%M}", ends=f"{ends:%H:%M}")

    def on(self, day: datetime.date) -> "Prefill":
        """The same wish on another day, its hours left open."""
        return replace(self, date=day.isoformat(), begins="", ends="")

    @property
    def known(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def beside_the_time(self) -> dict[str, str]:
        """What a calendar takes along that asks for another day or another number of people itself."""
        return {name: value for name, value in self.known.items() if name not in ("date", "people")}

    def as_query(self, **more: str) -> str:
        """As the part of an address behind the question mark; `more` stands in front and wins."""
        return urlencode(more | {name: value for name, value in self.known.items() if name not in more})

    def url(self, name: str, space: Space) -> str:
        """A page of a space with this wish: "space", "space_book", "series_new", "waiting_new"."""
        return self.to(reverse(name, args=[space.slug]))

    def to(self, address: str, **more: str) -> str:
        query = self.as_query(**more)
        return f"{address}?{query}" if query else address

    def change_url(self, booking: Booking, space: Space) -> str:
        """The form that changes a booking, with this wish in it; the group stays."""
        address = reverse("booking_change", args=[booking.reference])
        return replace(self, group="").to(address, space=space.slug)

    @property
    def seats(self) -> int:
        """How many people a calendar counts for; one where nobody said, or nothing that can be read."""
        return min(max(int(self.people), 1), MOST_PEOPLE) if self.people.isdecimal() else 1

    @property
    def minutes(self) -> int:
        """How long, where both ends can be read; 0 otherwise."""
        try:
            begins, ends = datetime.time.fromisoformat(self.begins), datetime.time.fromisoformat(self.ends)
        except ValueError:
            return 0
        return max((ends.hour - begins.hour) * 60 + ends.minute - begins.minute, 0)
