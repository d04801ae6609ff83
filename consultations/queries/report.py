"""The month and fiscal-year report (相談の報告): numbers beside those of a year before, for the page and for files."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from consultations.models import Consultation, Introduction, Referral, SpecialistSession, Survey
from consultations.models.specialists import Profession
from consultations.queries import report_numbers
from consultations.queries.report_numbers import BEFORE, NOW, Asked, Counts, Numbers, Span, total
from consultations.rules import deadlines
from kyodo import clock, dates
from kyodo.centre.models import ActivityField, Ward, WardCentre


@dataclass(frozen=True)
class Period:
    """A fiscal year, or one month of it."""

    year: int
    month: int | None = None

    @property
    def title(self) -> str:
        if self.month is None:
            return dates.fiscal_year(self.year)
        return _("%(year)d年%(month)d月") % {"year": self.span.first.year, "month": self.month}

    @property
    def span(self) -> Span:
        if self.month is None:
            return Span(date(self.year, clock.FISCAL_YEAR_BEGINS, 1), date(self.year + 1, 4, 1))
        first = date(self.year + (self.month < clock.FISCAL_YEAR_BEGINS), self.month, 1)
        return Span(first, clock.months_later(first, 1))

    @property
    def a_year_before(self) -> "Period":
        return Period(self.year - 1, self.month)

    @property
    def is_running(self) -> bool:
        return self.span.first <= clock.today() < self.span.after

    @property
    def span_before(self) -> Span:
        """The same a year before; of a period that is not over, as far as it has come today."""
        span = self.a_year_before.span
        if not self.is_running:
            return span
        return Span(span.first, min(span.after, clock.months_later(clock.today(), -12) + timedelta(days=1)))

    def asked(self, where: str) -> Asked:
        years = Span(Period(self.year - 1).span.first, Period(self.year).span.after)
        return Asked(self.span, self.span_before, years, where)

    @property
    def months(self) -> list[date]:
        first = Period(self.year).span.first
        return [clock.months_later(first, count) for count in range(12)]


@dataclass(frozen=True)
class Row:
    label: str
    now: int
    before: int

    @property
    def change(self) -> int:
        return self.now - self.before

    @property
    def change_in_words(self) -> str:
        return f"{self.change:+d}" if self.change else "±0"


@dataclass(frozen=True)
class Table:
    """One cut; what could be shown and is not stands at 0."""

    slug: str
    title: str
    first_column: str
    rows: list[Row]
    note: str = ""

    @property
    def most(self) -> int:
        return max((max(row.now, row.before) for row in self.rows), default=0) or 1

    @property
    def total(self) -> Row:
        return Row(_("合計"), sum(row.now for row in self.rows), sum(row.before for row in self.rows))


@dataclass(frozen=True)
class Month:
    first: date
    received: int
    received_before: int
    closed: int
    referrals: int
    sessions: int

    @property
    def label(self) -> str:
        return _("%(year)d年%(month)d月") % {"year": self.first.year, "month": self.first.month}


@dataclass(frozen=True)
class Figure:
    """A value, None where there is nothing to say it of, and how many it speaks of: of a share both of its parts."""

    value: float | None
    counts: Sequence[int] = ()


@dataclass(frozen=True)
class Compared:
    """A figure beside that of a year before."""

    label: str
    of_now: Figure
    of_before: Figure
    unit: str

    @property
    def now(self) -> float | None:
        return self.of_now.value

    @property
    def before(self) -> float | None:
        return self.of_before.value


@dataclass(frozen=True)
class Crossing:
    """Consultations by ward and kind: for the house alone, since its cells may be single people."""

    kinds: list[str]
    rows: list[tuple[str, list[int]]]


@dataclass(frozen=True)
class Report:
    counted_at: datetime
    period: Period
    where: str
    received: Row
    closed: Row
    figures: list[Compared]
    months: list[Month]
    tables: list[Table]
    crossing: Crossing

    @property
    def title(self) -> str:
        return " ".join(filter(None, [_("相談の報告"), self.period.title, where_name(self.where)]))

    @property
    def most_received(self) -> int:
        return max(max(one.received, one.received_before) for one in self.months) or 1


def report(period: Period, where: str = "") -> Report:
    """Seven queries of numbers, where they were not counted a moment ago, and three or four of names."""
    numbers = report_numbers.count_now_and_then(period.asked(where))
    wards, centres = list(Ward.objects.all()), list(WardCentre.objects.all())
    fields = list(ActivityField.objects.everyday())
    return Report(
        counted_at=numbers.counted_at,
        period=period,
        where=where,
        received=Row(
            _("受け付けた相談"), *(total(numbers.received, "channel", span) for span in (NOW, BEFORE))
        ),
        closed=Row(_("完了した相談"), *(total(numbers.closed, "outcome", span) for span in (NOW, BEFORE))),
        figures=_figures(numbers),
        months=_months(period, numbers),
        tables=_tables(numbers, wards, centres, fields),
        crossing=_crossing(numbers, wards),
    )


def where_name(where: str) -> str:
    return {
        report_numbers.CENTRE: _("センターの受け持ち"),
        report_numbers.WARDS: _("区のセンターの受け持ち"),
    }.get(where, "")


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _figures(numbers: Numbers) -> list[Compared]:
    answers = {span: _histogram(numbers.received["first_answer"], span) for span in (NOW, BEFORE)}
    closings = {span: _histogram(numbers.closed["days_to_close"], span) for span in (NOW, BEFORE)}
    surveys = numbers.surveys
    return [
        Compared(
            _("最初の返事までの日数（中央値）"), *_both(lambda span: _median(answers[span])), _("開館日")
        ),
        Compared(
            _("%(days)d開館日までに返事をした割合") % {"days": deadlines.FIRST_ANSWER_DAYS},
            *_both(lambda span: _share(_in_time(answers[span]), answers[span].total())),
            _("%"),
        ),
        Compared(
            _("返事をしていない相談"),
            *_both(lambda span: Figure(numbers.received["first_answer"][span, None])),
            _("件"),
        ),
        Compared(_("完了までの日数（中央値）"), *_both(lambda span: _median(closings[span])), _("日")),
        Compared(
            _("アンケートの回答率"),
            *_both(lambda span: _share(_answered(surveys, span), total(surveys, "solved", span))),
            _("%"),
        ),
        Compared(
            _("対応の評価（5点満点の平均）"),
            *_both(lambda span: _mean(_histogram(surveys["rating"], span))),
            _("点"),
        ),
    ]


def _both(ask: Callable[[str], Figure]) -> tuple[Figure, Figure]:
    return ask(NOW), ask(BEFORE)


def _median(values: "Counter[int]") -> Figure:
    return Figure(median(values), [values.total()])


def _mean(values: "Counter[int]") -> Figure:
    return Figure(mean(values), [values.total()])


def _share(part: int, whole: int) -> Figure:
    return Figure(share(part, whole), [part, whole - part])


def _histogram(counts: "Counter[tuple[Any, ...]]", span: str) -> "Counter[int]":
    return Counter(
        {key[1]: number for key, number in counts.items() if key[0] == span and key[1] is not None}
    )


def _in_time(days: "Counter[int]") -> int:
    return sum(number for day, number in days.items() if day <= deadlines.FIRST_ANSWER_DAYS)


def _answered(surveys: Counts, span: str) -> int:
    return sum(surveys["solved"][span, value] for value in Survey.Solved.values)


def median(values: "Counter[int]") -> float | None:
    """Of so many times each value; None of nothing."""
    if not values:
        return None
    ordered = sorted(values.elements())
    middle = len(ordered) // 2
    return float(ordered[middle]) if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def mean(values: "Counter[int]") -> float | None:
    return (
        round(sum(value * number for value, number in values.items()) / values.total(), 1) if values else None
    )


def share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


# ── Cuts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _months(period: Period, numbers: Numbers) -> list[Month]:
    found = []
    for first in period.months:
        year_before = (clock.months_later(first, -12),)
        found.append(
            Month(
                first,
                received=numbers.received["month"][(first,)],
                received_before=numbers.received["month"][year_before],
                closed=numbers.closed["month"][(first,)],
                referrals=numbers.referrals["month"][(first,)],
                sessions=numbers.sessions["month"][(first,)],
            )
        )
    return found


def _tables(
    numbers: Numbers, wards: list[Ward], centres: list[WardCentre], fields: list[ActivityField]
) -> list[Table]:
    received, closed = numbers.received, numbers.closed
    ward_names = {ward.pk: ward.name for ward in wards} | {None: _("市外・わからない")}
    offices = {None: _("センター")} | {centre.pk: centre.name for centre in centres}
    named_fields = {one.pk: one.short_name for one in fields}
    several = _("一つの相談が、いくつかの分野に入ることがあります。")
    professions, results = dict(Profession.choices), dict(Introduction.Result.choices)
    return [
        _table("channels", _("受け付けた方法"), received["channel"], dict(Consultation.Channel.choices)),
        _table("kinds", _("相談の種類"), received["kind"], dict(Consultation.Kind.choices)),
        _table("audiences", _("相談者の区分"), received["audience"], dict(Consultation.Audience.choices)),
        _table("fields", _("活動分野"), numbers.fields["field"], named_fields, note=several),
        _table("wards", _("区"), received["ward"], ward_names),
        _table("offices", _("受け持つ窓口"), received["office"], offices, hides_empty=True),
        _table("outcomes", _("結果（完了した相談）"), closed["outcome"], dict(Consultation.Outcome.choices)),
        _table("referral-receivers", _("紹介の送り先"), numbers.referrals["to"], dict(Referral.To.choices)),
        _table("referral-kinds", _("紹介の種類"), numbers.referrals["kind"], dict(Referral.Kind.choices)),
        _table(
            "referral-states", _("紹介の状態"), numbers.referrals["status"], dict(Referral.Status.choices)
        ),
        _table("professions", _("士業相談の資格"), numbers.sessions["profession"], professions),
        _table(
            "session-states",
            _("士業相談の状態"),
            numbers.sessions["status"],
            dict(SpecialistSession.Status.choices),
        ),
        _table("introductions", _("相手や制度の紹介のその後"), numbers.introductions["result"], results),
        _table(
            "surveys",
            _("アンケート（解決しましたか）"),
            numbers.surveys["solved"],
            dict(Survey.Solved.choices) | {"": _("まだ答えがない")},
        ),
    ]


def _table(
    slug: str,
    title: str,
    counts: "Counter[tuple[Any, ...]]",
    names: Mapping[Any, Any],
    *,
    note: str = "",
    hides_empty: bool = False,
) -> Table:
    """In the order of the names; whatever is called nothing of ours any longer stands last, so that sums are right."""
    keys = [*names, *{key[1]: None for key in counts if key[1] not in names}]
    rows = [Row(str(names.get(key, _("そのほか"))), counts[NOW, key], counts[BEFORE, key]) for key in keys]
    if hides_empty:
        rows = [row for row in rows if row.now or row.before]
    return Table(slug, title, title.partition("（")[0], rows, note)


def _crossing(numbers: Numbers, wards: Iterable[Ward]) -> Crossing:
    counts = numbers.received["ward_and_kind"]
    kinds = Consultation.Kind.choices
    rows = [(ward.name, [counts[NOW, ward.pk, kind] for kind, _name in kinds]) for ward in wards]
    rows.append((_("市外・わからない"), [counts[NOW, None, kind] for kind, _name in kinds]))
    return Crossing([str(name) for _kind, name in kinds], rows)
