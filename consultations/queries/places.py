"""Places of the centre for a session: what has them on a day, in words beside each."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from consultations.models import SpecialistSession
from kyodo import clock
from spaces.models import Occupancy


def taken_on(day: date, session: SpecialistSession) -> Mapping[int, str]:
    """By unit; without what the session itself keeps, which it lets go when it is moved."""
    rows = Occupancy.objects.overlapping(clock.day_begins(day), clock.day_ends(day)).order_by("period")
    if session.hold_id:
        rows = rows.exclude(hold=session.hold_id)
    found: defaultdict[int, list[str]] = defaultdict(list)
    for unit, period in rows.values_list("unit", "period"):
        found[unit].append(f"{clock.local(period.lower):%H:%M}-{clock.local(period.upper):%H:%M}")
    return {
        unit: _("%(times)s は使えません") % {"times": _("、").join(times)} for unit, times in found.items()
    }
