"""What a group's page shows of its bookings."""

from collections.abc import Mapping

from accounts.models import Group
from accounts.panels import Panel
from accounts.rules.groups import Rights
from spaces.queries import bookings, lottery, waiting


def load(group: Group, rights: Rights) -> Mapping[str, object]:
    return {
        "lines": bookings.booking_lines(bookings.group_bookings(group)),
        "draws": lottery.entries_of_group(group) if rights.is_member else [],
        "waiting": waiting.of_group(group) if rights.is_member else [],
        "may_book": rights.can_book,
        "is_member": rights.is_member,
    }


BOOKINGS = Panel("spaces/_group_bookings.html", load)
