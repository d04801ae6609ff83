"""A ward centre's own numbers: of a fiscal year, or of one of its months. Numbers only, and only its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.models import Consultation, Referral
from consultations.models.consultations import ConsultationQuerySet
from kyodo import clock, dates, numbers

YEARS_BACK = 4


@dataclass(frozen=True)
class Period:
    """A fiscal year, or one month of it."""

    year: int
    month: int | None = None

    @property
    def first(self) -> date:
        if self.month is None:
            return date(self.year, clock.FISCAL_YEAR_BEGINS, 1)
        return date(self.year + (self.month < clock.FISCAL_YEAR_BEGINS), self.month, 1)

    @property
    def after(self) -> date:
        """The first day that no longer belongs to it."""
        return clock.months_later(self.first, 1 if self.month else 12)

    @property
    def title(self) -> str:
        year = dates.fiscal_year(self.year)
        if self.month is None:
            return year
        return _("%(year)d年%(month)d月") % {"year": self.first.year, "month": self.month}

    def within(self, column: str) -> Q:
        return Q(
            **{
                f"{column}__gte": clock.day_begins(self.first),
                f"{column}__lt": clock.day_begins(self.after),
            }
        )


@dataclass(frozen=True)
class Line:
    label: str
    count: int


@dataclass(frozen=True)
class MonthLine:
    label: str
    received: int
    closed: int
    sent: int
    asked: int


@dataclass(frozen=True)
class WardStatistics:
    period: Period
    received: int
    closed: int
    by_kind: Sequence[Line]
    by_channel: Sequence[Line]
    by_outcome: Sequence[Line]
    by_referral: Sequence[Line]
    months: Sequence[MonthLine]


def period_from(given: QueryDict) -> Period:
    this = clock.fiscal_year(clock.today())
    year = numbers.typed(given.get("year", "")) or this
    month = numbers.typed(given.get("month", ""))
    return Period(
        year if this - YEARS_BACK <= year <= this else this,
        month if month is not None and 1 <= month <= 12 else None,
    )


def years() -> list[tuple[str, str]]:
    this = clock.fiscal_year(clock.today())
    return [(str(year), dates.fiscal_year(year)) for year in range(this, this - YEARS_BACK - 1, -1)]


def months() -> list[tuple[str, str]]:
    begins = clock.FISCAL_YEAR_BEGINS
    order = [*range(begins, 13), *range(1, begins)]
    return [("", _("年度の全体")), *((str(month), _("%(month)d月") % {"month": month}) for month in order)]


def statistics(user: User, period: Period) -> WardStatistics:
    rows = taken(user)
    received = rows.filter(period.within("received_at"))
    closed = rows.filter(period.within("closed_at"))
    return WardStatistics(
        period=period,
        received=received.count(),
        closed=closed.count(),
        by_kind=list(_counted(received, "kind", Consultation.Kind.choices)),
        by_channel=list(_counted(received, "channel", Consultation.Channel.choices)),
        by_outcome=list(_counted(closed, "outcome", Consultation.Outcome.choices)),
        by_referral=list(_referrals(user, period)),
        months=_months(user, rows, Period(period.year)),
    )


def taken(user: User) -> ConsultationQuerySet:
    """What this office has in hand, and what it took in and passed on."""
    passed_on = Referral.objects.visible_to(user).filter(
        kind=Referral.Kind.TRANSFER, status=Referral.Status.DONE, from_ward_centre=user.ward_centre_id
    )
    mine = Q(ward_centre_id=user.ward_centre_id) | Q(pk__in=passed_on.values("consultation"))
    return Consultation.objects.visible_to(user).filter(mine)


def _counted(rows: Any, column: str, choices: Sequence[tuple[str, Any]]) -> Iterator[Line]:
    found = dict(rows.order_by().values_list(column).annotate(count=Count("pk")))
    return (Line(str(label), found.get(value, 0)) for value, label in choices if found.get(value))


def _referrals(user: User, period: Period) -> Iterator[Line]:
    rows = Referral.objects.visible_to(user).filter(period.within("sent_at")).order_by()
    office = user.ward_centre_id
    for rows_of, words in (
        (rows.sent_by_office(office), _("送った%(kind)s")),
        (rows.received_by_office(office), _("受けた%(kind)s")),
    ):
        found = dict(rows_of.values_list("kind").annotate(count=Count("pk")))
        for kind, label in Referral.Kind.choices:
            if found.get(kind):
                yield Line(words % {"kind": label}, found[kind])


def _months(user: User, rows: Any, year: Period) -> list[MonthLine]:
    referrals = Referral.objects.visible_to(user)
    office = user.ward_centre_id
    columns = (
        _by_month(rows, "received_at", year),
        _by_month(rows, "closed_at", year),
        _by_month(referrals.sent_by_office(office), "sent_at", year),
        _by_month(referrals.received_by_office(office), "sent_at", year),
    )
    found = []
    for ahead in range(12):
        first = clock.months_later(year.first, ahead)
        if first > clock.today():
            break
        label = _("%(year)d年%(month)d月") % {"year": first.year, "month": first.month}
        found.append(MonthLine(label, *(column.get(first, 0) for column in columns)))
    return found


def _by_month(rows: Any, column: str, year: Period) -> dict[date, int]:
    month = TruncMonth(column, tzinfo=clock.TOKYO)
    counted = rows.filter(year.within(column)).order_by().annotate(month=month).values("month")
    return {row["month"].date(): row["count"] for row in counted.annotate(count=Count("pk"))}
