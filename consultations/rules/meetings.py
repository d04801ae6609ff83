"""When somebody who asks may wish to meet (希望日時): ahead, not too far, and within opening hours for the whole hour."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kyodo import clock
from kyodo.centre.hours import DayHours, opening_days

MEETING = timedelta(hours=1)
DAYS_AHEAD = 60
"""Beyond, closures aren't known, and an answer would come too late."""


def refusals(wishes: Mapping[str, datetime]) -> dict[str, ValidationError]:
    """What is wrong with each wished time, by the name it came under; the calendar is read once."""
    today = clock.today()
    # Only days in reach are looked up: a year typed as 9999 must not make us look through all till then.
    days = [day for day in map(_day, wishes.values()) if today <= day <= today + timedelta(days=DAYS_AHEAD)]
    hours = opening_days(min(days), max(days)) if days else {}
    found: dict[str, ValidationError] = {}
    seen: set[datetime] = set()
    for name, wish in wishes.items():
        try:
            check_time(wish, hours.get(_day(wish)))
        except ValidationError as refused:
            found[name] = refused
        if wish in seen:
            found[name] = ValidationError(_("ほかの希望と違う日時を選んでください。"), code="same_wish")
        seen.add(wish)
    return found


def check_time(begins_at: datetime, day: DayHours | None) -> None:
    begins_at = clock.local(begins_at)
    if begins_at <= clock.now():
        raise ValidationError(_("これからの日時を選んでください。"), code="past")
    if begins_at.date() > clock.today() + timedelta(days=DAYS_AHEAD):
        raise ValidationError(
            _("%(days)s日先までの日を選んでください。"), code="too_far", params={"days": DAYS_AHEAD}
        )
    if day is None or not day.is_open:
        raise ValidationError(
            _("この日は休館日です。%(reason)s"), code="closed", params={"reason": day.reason if day else ""}
        )
    ends_at = begins_at + MEETING
    if ends_at.date() != begins_at.date() or not day.is_open_throughout(begins_at.time(), ends_at.time()):
        hours = "、".join(
            f"{one.opens.hour}:{one.opens:%M}-{one.closes.hour}:{one.closes:%M}" for one in day.open_periods
        )
        raise ValidationError(
            _("相談は1時間です。この日に開いている時間（%(hours)s）に収まるように選んでください。"),
            code="outside_hours",
            params={"hours": hours},
        )


def _day(moment: datetime) -> date:
    return clock.local(moment).date()
