from datetime import timedelta

from django.db.models import Exists, Q
from django.utils.translation import gettext as _

from kyodo import clock
from kyodo.centre.models import Centre, Closure
from kyodo.centre.models.hours import ClosureQuerySet
from kyodo.memo import once_a_request

SHOWN_AHEAD = timedelta(days=7)
"""So long before it begins a closure stands on every page."""


@once_a_request
def current_centre() -> Centre:
    """The centre of this site; before `load_centre` has run, one that has nothing but a name."""
    centres = Centre.objects.annotate(has_closures=Exists(_on_show()))  # type: ignore[no-redef]
    centre = centres.first()
    if centre is None:
        centre = Centre(name=_("市民協働推進センター"))
        centre.has_closures = True  # Nobody knows yet: whoever shows them looks.
    return centre


def closures_on_show() -> list[Closure]:
    """Closures that everybody has to know of: those of today and of the next days. No query while there are none."""
    return list(_on_show().order_by("first_day", "begins", "pk")) if current_centre().has_closures else []


def _on_show() -> ClosureQuerySet:
    today, now = clock.today(), clock.now().time()
    over = Q(last_day=today, ends__lte=now)
    return Closure.objects.upcoming().filter(first_day__lte=today + SHOWN_AHEAD).exclude(over)
