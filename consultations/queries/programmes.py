"""Support programmes (支援制度) that fit a question, best first, each with what speaks for it and what against."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import Group
from consultations.models import Consultation
from consultations.queries.similar import said
from kyodo import dates
from kyodo.centre.models import SupportProgramme, Ward

MOST_TOLD = 3
LEAST_SCORE = 2
"""What anybody may apply for, or everybody of the person's kind, is no reason yet to name it."""
Kind, Asks = Consultation.Kind, Consultation.Audience
Audience = SupportProgramme.Audience


@dataclass(frozen=True)
class Asked:
    """What a programme is held against: a consultation, or a question that is not sent yet."""

    kind: str
    audience: str
    group: Group | None
    ward: Ward | None
    fields: Sequence[int]
    words: Sequence[str] = ()

    @property
    def says_enough(self) -> bool:
        return self.kind != Kind.OTHER or self.ward is not None or bool(self.fields)

    @property
    def may_apply_as(self) -> set[str]:
        """Who asks as a citizen may have a group that is registered nowhere."""
        found: set[str] = set()
        if self.audience == Asks.COMPANY:
            found.add(Audience.COMPANY)
        elif self.audience == Asks.CITIZEN:
            found |= {Audience.CITIZEN, Audience.GROUP}
        if self.group is not None:
            found.add(Audience.GROUP)
            if self.group.is_current:
                found.add(Audience.REGISTERED)
        return found


@dataclass(frozen=True)
class Fit:
    programme: Any
    score: int
    reasons: Sequence[str]
    cautions: Sequence[str]
    """What staff make sure of before they name it."""


def told_to(asked: Asked) -> list[SupportProgramme]:
    """Those the person could apply for now, as far as the answers tell. For whoever is about to ask."""
    if not asked.says_enough:
        return []
    fits = fitting(asked, SupportProgramme.objects.current())
    return [one.programme for one in fits if not one.cautions][:MOST_TOLD]


def fitting(asked: Asked, rows: Any) -> list[Fit]:
    """A few dozen rows at most, so that words are looked for here; one query however many there are."""
    of_fields = SupportProgramme.fields.through.objects.filter(supportprogramme=OuterRef("pk"))
    shared = of_fields.filter(activityfield__in=asked.fields)
    found = rows.reaching(asked.ward.pk if asked.ward else None).annotate(
        is_of_some_fields=Exists(of_fields),
        field_names=ArraySubquery(shared.values("activityfield__short_name")),
    )
    fits = [_fit(row, asked) for row in found]
    return sorted((one for one in fits if one.score >= LEAST_SCORE), key=lambda one: -one.score)


def _fit(row: Any, asked: Asked) -> Fit:
    """Of other fields, or for another kind of question: only the words can speak for it."""
    score, reasons = 0, []
    if words := said(asked.words, f"{row.name} {row.description} {row.operator} {row.eligibility}"):
        score += 4
        reasons.append(_("ことばが合う：%(words)s") % {"words": "・".join(words)})
    elif (row.is_of_some_fields and not row.field_names) or (row.needs and asked.kind not in row.needs):
        return Fit(row, 0, [], [])
    if row.field_names:
        score += 3
        reasons.append(_("分野が同じ：%(fields)s") % {"fields": "・".join(row.field_names)})
    if asked.kind in row.needs:
        score += 2
        reasons.append(_("相談の種類が合う：%(kind)s") % {"kind": Kind(asked.kind).label})
    if row.ward_id:
        score += 2
        reasons.append(_("%(ward)sの制度") % {"ward": asked.ward})
    if fitting_audiences := _names(row, asked.may_apply_as):
        score += 1
        reasons.append(_("%(audiences)sが応募できる") % {"audiences": fitting_audiences})
    return Fit(row, score, reasons, _cautions(row, asked))


def _cautions(row: SupportProgramme, asked: Asked) -> list[str]:
    cautions = []
    if row.audiences and not asked.may_apply_as.intersection(row.audiences):
        names = _names(row, set(row.audiences))
        cautions.append(_("応募できるのは%(audiences)sです。") % {"audiences": names})
    if row.is_over and row.applications_until:
        day = dates.day(row.applications_until)
        cautions.append(_("%(day)sで締め切りました。次の募集を確かめてから紹介します。") % {"day": day})
    return cautions


def _names(row: SupportProgramme, among: set[str]) -> str:
    known = [one for one in Audience if one.value in row.audiences and one.value in among]
    return "・".join(str(one.label) for one in known)
