"""What the report is counted from: the restricted views alone (migration report_views), a few grouped queries a page.

Everything here returns numbers by keys. Names of wards and fields are put beside them in queries.report.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.db import connection
from psycopg import sql

from kyodo import clock

NOW, BEFORE = "now", "before"
CENTRE, WARDS = "centre", "wards"
"""Whose consultations: those the centre has in hand, or the ward centres'. Without one of them all."""

_HAVE = {CENTRE: sql.SQL("AND office_id IS NULL"), WARDS: sql.SQL("AND office_id IS NOT NULL")}

MINUTES = 5

Counts = Mapping[str, "Counter[tuple[Any, ...]]"]


@dataclass(frozen=True)
class Span:
    """Days from one to the one before the other."""

    first: date
    after: date


@dataclass(frozen=True)
class Asked:
    """The period, the same one a year before, and the two fiscal years around them."""

    now: Span
    before: Span
    years: Span
    where: str = ""


@dataclass(frozen=True)
class Numbers:
    counted_at: datetime
    received: Counts
    closed: Counts
    fields: Counts
    referrals: Counts
    sessions: Counts
    surveys: Counts
    introductions: Counts


def count(asked: Asked) -> Numbers:
    """Seven queries. A cut's keys are (span, value ...), of the cut by month (first of the month,)."""
    return Numbers(
        counted_at=clock.now(),
        received=_count(
            asked,
            "report_consultation",
            "received_on",
            channel=["channel"],
            kind=["kind"],
            audience=["audience"],
            ward=["ward_id"],
            office=["office_id"],
            ward_and_kind=["ward_id", "kind"],
            first_answer=["first_answer_days"],
        ),
        closed=_count(
            asked, "report_consultation", "closed_on", outcome=["outcome"], days_to_close=["days_to_close"]
        ),
        fields=_count(asked, "report_consultation_field", "received_on", field=["field_id"]),
        referrals=_count(
            asked, "report_referral", "sent_on", kind=["kind"], status=["status"], to=["to_kind"]
        ),
        sessions=_count(asked, "report_session", "asked_on", profession=["profession"], status=["status"]),
        surveys=_count(asked, "report_survey", "sent_on", solved=["solved"], rating=["rating"]),
        introductions=_count(asked, "report_introduction", "introduced_on", result=["result"]),
    )


def count_now_and_then(asked: Asked) -> Numbers:
    """Counted anew once in MINUTES: whoever turns the pages of ten years waits for none of it twice."""
    days = "/".join(day.isoformat() for day in _days(asked).values())
    key = f"consultations.report:{days}/{asked.where}"
    known: Numbers | None = cache.get(key)
    if known is None:
        known = count(asked)
        cache.set(key, known, MINUTES * 60)
    return known


def total(counts: Counts, cut: str, span: str) -> int:
    return sum(number for key, number in counts[cut].items() if key[0] == span)


def _count(asked: Asked, view: str, on: str, **cuts: Sequence[str]) -> dict[str, "Counter[tuple[Any, ...]]"]:
    """Every cut in one pass over the two fiscal years; the cut by month comes along."""
    columns = sorted({column for cut in cuts.values() for column in cut})
    wanted = {name: ("span", *cut) for name, cut in cuts.items()} | {"month": ("month",)}
    every = ["span", "month", *columns]
    query = sql.SQL(
        # Worked out once and then counted: inlined, each cut would work out its days again.
        "WITH counted AS MATERIALIZED ("
        " SELECT {columns}, date_trunc('month', {on})::date AS month,"
        "  CASE WHEN {on} >= %(now_first)s AND {on} < %(now_after)s THEN 'now'"
        "       WHEN {on} >= %(before_first)s AND {on} < %(before_after)s THEN 'before' END AS span"
        " FROM {view} WHERE {on} >= %(years_first)s AND {on} < %(years_after)s {where}"
        ") SELECT grouping({every}), count(*), {every} FROM counted GROUP BY GROUPING SETS ({sets})"
    ).format(
        every=_list(every),
        columns=_list(columns),
        on=sql.Identifier(on),
        view=sql.Identifier(view),
        where=_of_offices(view, asked.where),
        sets=sql.SQL(", ").join(sql.SQL("({})").format(_list(cut)) for cut in wanted.values()),
    )
    by_mask = {_mask(every, cut): (name, cut) for name, cut in wanted.items()}
    found: dict[str, Counter[tuple[Any, ...]]] = {name: Counter() for name in wanted}
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(), _days(asked))
        for mask, number, *values in cursor.fetchall():
            name, cut = by_mask[mask]
            row = dict(zip(every, values, strict=True))
            if row["span"] is not None or name == "month":
                found[name][tuple(row[column] for column in cut)] = number
    return found


def _of_offices(view: str, where: str) -> sql.Composable:
    """Only consultations that the centre, or a ward centre, has in hand."""
    if where not in _HAVE:
        return sql.SQL("")
    if view in ("report_consultation", "report_consultation_field"):
        return _HAVE[where]
    return sql.SQL("AND consultation_id IN (SELECT id FROM report_consultation WHERE true {})").format(
        _HAVE[where]
    )


def _list(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _mask(every: Sequence[str], cut: Sequence[str]) -> int:
    """What grouping() says of a row: a bit for each column that the row does not tell apart, the last one lowest."""
    return sum(1 << place for place, name in enumerate(reversed(every)) if name not in cut)


def _days(asked: Asked) -> dict[str, date]:
    spans = {"now": asked.now, "before": asked.before, "years": asked.years}
    return {f"{name}_{end}": getattr(span, end) for name, span in spans.items() for end in ("first", "after")}
