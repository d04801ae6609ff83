"""What a run of forgetting would do: for the page of managers, and for the command's dry run. Numbers only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from consultations.models import RetentionRun
from consultations.rules import retention as rules
from kyodo import clock

RUNS_SHOWN = 30


@dataclass(frozen=True)
class Waiting:
    why: str
    number: int


@dataclass(frozen=True)
class Line:
    """One rule: how many would go, and how many wait for what."""

    title: str
    days: int
    goes: int
    waits: list[Waiting]


@dataclass(frozen=True)
class Run:
    run: RetentionRun
    waits: list[Waiting]


@dataclass(frozen=True)
class RetentionPage:
    tomorrow: datetime
    lines: list[Line]
    runs: list[Run]


def preview(at: datetime) -> list[Line]:
    """Three queries; nothing changes."""
    return [
        _line(_("連絡先の消去"), settings.CONSULTATION_CONTACT_DAYS, rules.counts(rules.contacts_due(at))),
        _line(_("本文とファイルの消去"), settings.CONSULTATION_TEXT_DAYS, rules.counts(rules.texts_due(at))),
        _line(
            _("閲覧の記録の削除"),
            settings.CONSULTATION_READING_DAYS,
            {"": rules.readings_due(at).count()},
        ),
    ]


def page() -> RetentionPage:
    tomorrow = clock.now() + timedelta(days=1)
    runs = [Run(run, _waits(run.waiting)) for run in RetentionRun.objects.all()[:RUNS_SHOWN]]
    return RetentionPage(tomorrow, preview(tomorrow), runs)


def _line(title: str, days: int, counts: Mapping[str, int]) -> Line:
    return Line(title, days, counts.get("", 0), _waits({why: count for why, count in counts.items() if why}))


def _waits(counts: Mapping[str, int]) -> list[Waiting]:
    return [Waiting(str(rules.WAITS_FOR.get(why, why)), number) for why, number in counts.items()]
