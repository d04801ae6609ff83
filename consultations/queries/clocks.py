"""How long each consultation of a list has waited and until when the office must act, counted from one calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from consultations.models import Consultation
from consultations.rules.deadlines import WorkingDays
from kyodo import clock
from kyodo.centre.hours import Calendar

FARTHEST_BACK = timedelta(days=120)
"""Nothing that works waits longer; what does is counted as this old. A calendar of years would take its time."""
SOON = 2


class Urgency(StrEnum):
    """What the line's colour and mark say again; the words come first."""

    OVER = "over"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"
    WAITING = "waiting"
    CLOSED = "closed"


@dataclass(frozen=True)
class Due:
    urgency: Urgency
    text: str
    """期限まで2日, 今日まで, 3日超過, 相談者の返事待ち"""
    day: date | None = None


class Clocks:
    """Made once for the rows of a page."""

    def __init__(self, consultations: Sequence[Consultation]) -> None:
        self._today = clock.today()
        self._now = clock.now()
        moments = [clock.local(one.received_at).date() for one in consultations if one.is_open]
        deadlines = [clock.local(one.due_at).date() for one in consultations if one.due_at]
        self._farthest = self._today - FARTHEST_BACK
        first = max(min([self._today, *moments, *deadlines]), self._farthest)
        self._days = WorkingDays(Calendar(first, max([self._today, *deadlines]) + timedelta(days=7)))
        self._over, self._just_over = _("%(days)s日超過"), _("期限を過ぎました")
        self._today_is_last, self._left = _("今日まで"), _("期限まで%(days)s日")
        self._new, self._old, self._older = _("今日"), _("%(days)s日前"), _("%(days)s日以上前")

    def due(self, consultation: Consultation) -> Due:
        if not consultation.is_open:
            return Due(Urgency.CLOSED, str(consultation.get_status_display()))
        if consultation.due_at is None:
            waits_for = consultation.get_waiting_for_display()
            return Due(
                Urgency.WAITING, _("%(what)s待ち") % {"what": waits_for} if waits_for else _("返事待ち")
            )
        day = clock.local(consultation.due_at).date()
        if consultation.due_at < self._now:
            over = self._days.after(max(day, self._farthest), self._today)
            text = self._over % {"days": over} if over else self._just_over
            return Due(Urgency.OVER, text, day)
        if day == self._today:
            return Due(Urgency.TODAY, self._today_is_last, day)
        left = self._days.after(self._today, day)
        urgency = Urgency.SOON if left <= SOON else Urgency.LATER
        return Due(urgency, self._left % {"days": left}, day)

    def age(self, consultation: Consultation) -> str:
        """Working days since it came: 今日, 3日前."""
        days = self._days.since(consultation.received_at, self._today)
        if clock.local(consultation.received_at).date() < self._farthest:
            return self._older % {"days": days}
        return self._old % {"days": days} if days else self._new
