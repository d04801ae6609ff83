from datetime import date, time, timedelta

from django.db.models import Exists, Q, QuerySet
from django.utils.translation import gettext as _

from kyodo import clock
from kyodo.centre.models import ActivityField, Centre, Closure, Ward
from kyodo.centre.models.hours import ClosureQuerySet
from kyodo.memo import once_a_request
from kyodo.statements import Statement

SHOWN_AHEAD = timedelta(days=7)
"""So long before it begins a closure stands on every page."""


@once_a_request
def current_centre() -> Centre:
    """The centre of this site; before `load_centre` has run, one that has nothing but a name."""
    today = clock.today()
    centre = _centre_now.first(today, today + SHOWN_AHEAD, clock.now().time())
    if centre is None:
        centre = Centre(name=_("市民協働推進センター"))
        centre.has_closures = True  # Nobody knows yet: whoever shows them looks.
    return centre


def closures_on_show() -> list[Closure]:
    """Closures that everybody has to know of: those of today and of the next days. No query while there are none."""
    if not current_centre().has_closures:
        return []
    today = clock.today()
    shown = _on_show(today, today + SHOWN_AHEAD, clock.now().time())
    return list(shown.order_by("first_day", "begins", "pk"))


def everyday_fields() -> list[ActivityField]:
    """What people choose their field of activity from."""
    return _everyday_fields.rows()


def all_fields() -> list[ActivityField]:
    """The everyday words and those of the law."""
    return _all_fields.rows()


def all_wards() -> list[Ward]:
    """In the order in which the city names them."""
    return _all_wards.rows()


@Statement
def _everyday_fields() -> QuerySet[ActivityField]:
    return ActivityField.objects.everyday()


@Statement
def _all_fields() -> QuerySet[ActivityField]:
    return ActivityField.objects.all()


@Statement
def _all_wards() -> QuerySet[Ward]:
    return Ward.objects.all()


def _on_show(today: date, last: date, now: time) -> ClosureQuerySet:
    over = Q(last_day=today, ends__lte=now)
    return Closure.objects.overlapping(today, last).exclude(over)


# Every page asks for it.
@Statement
def _centre_now(today: date, last: date, now: time) -> QuerySet[Centre]:
    return Centre.objects.annotate(has_closures=Exists(_on_show(today, last, now)))  # type: ignore[no-redef]
