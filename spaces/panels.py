"""What a group's page shows of its bookings."""

from collections.abc import Mapping

from accounts.models import Group, User
from accounts.panels import Panel
from accounts.rules import groups as group_rules
from spaces.queries import bookings


def load(group: Group, user: User) -> Mapping[str, object]:
    return {
        "lines": bookings.booking_lines(bookings.group_bookings(group)),
        "may_book": group_rules.can_book_for(user, group),
    }


BOOKINGS = Panel("spaces/_group_bookings.html", load)
