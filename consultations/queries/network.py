"""The network of ward centres in numbers: load and referrals, without a word of any consultation."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q
from django.utils.translation import gettext as _

from consultations.models import Consultation, Referral
from consultations.queries.ward_statistics import Period
from kyodo.centre.models import WardCentre

Status = Consultation.Status


@dataclass(frozen=True)
class WardLine:
    """One ward centre. Open is now; the others are of the fiscal year."""

    name: str
    open: int = 0
    overdue: int = 0
    received: int = 0
    closed: int = 0
    sent: int = 0
    sent_open: int = 0
    asked: int = 0
    unanswered: int = 0
    accepted: int = 0
    declined: int = 0
    days_to_answer: float | None = None


@dataclass(frozen=True)
class Network:
    period: Period
    lines: Sequence[WardLine]
    total: WardLine


def network(period: Period, now: Any) -> Network:
    """Four queries for all ward centres; a ward where nothing happened stands with zeros."""
    load = _by_office(_load(period, now), "ward_centre")
    sent = _by_office(_sent(period), "from_ward_centre")
    asked = _by_office(_asked(period), "to_ward_centre")
    lines = [
        WardLine(
            name=centre.name,
            **{
                name: value
                for counts in (load, sent, asked)
                for name, value in counts.get(centre.pk, {}).items()
                if name != "took"
            },
            days_to_answer=_days(asked.get(centre.pk, {}).get("took")),
        )
        for centre in WardCentre.objects.order_by("ward__position", "pk")
    ]
    return Network(period, lines, _total(lines))


def _load(period: Period, now: Any) -> Any:
    is_open = ~Q(status=Status.CLOSED)
    rows = Consultation.objects.filter(ward_centre__isnull=False)
    return (
        rows.filter(is_open | period.within("received_at") | period.within("closed_at"))
        .order_by()
        .values("ward_centre")
        .annotate(
            open=Count("pk", filter=is_open),
            overdue=Count("pk", filter=is_open & Q(due_at__lt=now)),
            received=Count("pk", filter=period.within("received_at")),
            closed=Count("pk", filter=period.within("closed_at")),
        )
    )


def _sent(period: Period) -> Any:
    is_open = Q(status__in=Referral.OPEN)
    rows = Referral.objects.filter(from_ward_centre__isnull=False)
    return (
        rows.filter(is_open | period.within("sent_at"))
        .order_by()
        .values("from_ward_centre")
        .annotate(sent=Count("pk", filter=period.within("sent_at")), sent_open=Count("pk", filter=is_open))
    )


def _asked(period: Period) -> Any:
    """An answer is whatever moment it was given at; the days run as the sender waits, with weekends."""
    this_year = period.within("sent_at")
    accepted = Q(status__in=(Referral.Status.ACCEPTED, Referral.Status.DONE))
    unanswered = Q(status=Referral.Status.SENT)
    rows = Referral.objects.filter(to_ward_centre__isnull=False)
    return (
        rows.filter(unanswered | this_year)
        .order_by()
        .values("to_ward_centre")
        .annotate(
            asked=Count("pk", filter=this_year),
            unanswered=Count("pk", filter=unanswered),
            accepted=Count("pk", filter=this_year & accepted),
            declined=Count("pk", filter=this_year & Q(status=Referral.Status.DECLINED)),
            took=Avg(F("answered_at") - F("sent_at"), filter=this_year & Q(answered_at__isnull=False)),
        )
    )


def _by_office(rows: Any, column: str) -> dict[int, dict[str, Any]]:
    return {row.pop(column): row for row in rows}


def _days(took: timedelta | None) -> float | None:
    return None if took is None else round(took / timedelta(days=1), 1)


def _total(lines: Sequence[WardLine]) -> WardLine:
    counted = [one.name for one in fields(WardLine) if one.name not in ("name", "days_to_answer")]
    sums = {name: sum(getattr(line, name) for line in lines) for name in counted}
    return WardLine(name=_("合計"), **sums)
