"""Closed consultations like this one (似た相談): what helped then may help now."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.models import Consultation
from kyodo import text

MOST = 4
LOOKED_AT = 80
"""The newest closed ones: beyond, nobody remembers them, and no page reads the whole table."""
MOST_WORDS = 6
# Japanese without spaces: stretches of kanji and katakana stand for words; what every question says tells nothing.
_WORD = re.compile(r"(?:子ども|[一-鿿々]|[ァ-ヴー])+")
# 三人, 一度, 五年: how many, not what about.
_COUNTED = re.compile(r"[一二三四五六七八九十百千万何数]+[人名年月日週回度時分件]")
_EVERYWHERE = frozenset(
    [
        "相談",
        "活動",
        "団体",
        "方法",
        "希望",
        "自分",
        "今後",
        "場合",
        "必要",
        "毎月",
        "毎週",
        "今年",
        "来年",
        "予定",
        "連絡",
        "質問",
        "内容",
        "市民",
        "横浜",
        "横浜市",
        "自宅",
        "近所",
        "現在",
        "以上",
        "参加",
        "一緒",
        "開始",
        "実施",
        "検討",
        "可能",
        "教",
        "考",
        "知",
    ]
)


@dataclass(frozen=True)
class Similar:
    consultation: Consultation
    reasons: Sequence[str]


def words_of(*texts: str) -> list[str]:
    """What a text is about: its longer words, those said more often first."""
    found = Counter(word for one in texts for word in _WORD.findall(one) if _says_something(word))
    return sorted(found, key=lambda word: (-found[word], -len(word), word))[:MOST_WORDS]


def _says_something(word: str) -> bool:
    return len(word) > 1 and word not in _EVERYWHERE and not _COUNTED.fullmatch(word)


def any_of(words: Sequence[str]) -> text.FoldedQuery | None:
    """A question that one of the words answers."""
    phrases = [query.tsquery for word in words if (query := text.query(word))]
    return text.FoldedQuery(" | ".join(phrases)) if phrases else None


def said(words: Sequence[str], words_of_theirs: str) -> list[str]:
    """Those of the words that stand there, as far as a line of reasons has room."""
    folded = text.fold(words_of_theirs)
    return [word for word in words if text.fold(word) in folded][:3]


def similar_to(consultation: Consultation, own_fields: Sequence[str], user: User) -> list[Similar]:
    """Of the newest closed ones that the person may read: by field, words, kind and ward, each said as a reason."""
    fields = Consultation.fields.through.objects.filter(consultation=OuterRef("pk"))
    rows = (
        Consultation.objects.readable_by(user)
        .filter(status=Consultation.Status.CLOSED, kind=consultation.kind, anonymised_at__isnull=True)
        .exclude(pk=consultation.pk)
        .exclude(outcome__in=[Consultation.Outcome.DUPLICATE, Consultation.Outcome.WITHDRAWN])
        .annotate(field_names=ArraySubquery(fields.values("activityfield__short_name")))
        .only("reference", "subject", "outcome", "outcome_text", "closed_at", "received_at", "ward", "status")
        .order_by("-received_at", "-pk")[:LOOKED_AT]
    )
    words = {word: text.fold(word) for word in words_of(consultation.subject, consultation.text)}
    scored = [(*_alike(row, own_fields, words, consultation), row) for row in rows]
    best = sorted((one for one in scored if one[0] > 1), key=lambda one: -one[0])[:MOST]
    return [Similar(row, reasons) for _score, reasons, row in best]


def _alike(
    row: Consultation, fields: Sequence[str], words: Mapping[str, str], consultation: Consultation
) -> tuple[int, list[str]]:
    reasons = []
    score = 0
    shared = [name for name in row.field_names if name in fields]  # type: ignore[attr-defined]
    if shared:
        score += 2 * len(shared)
        reasons.append(_("分野が同じ：%(fields)s") % {"fields": "・".join(shared)})
    folded = text.fold(row.subject + " " + row.outcome_text)
    said = [word for word, as_folded in words.items() if as_folded in folded]
    if said:
        score += 2 * len(said)
        reasons.append(_("ことばが同じ：%(words)s") % {"words": "・".join(said[:3])})
    if consultation.ward_id and row.ward_id == consultation.ward_id:
        score += 1
        reasons.append(_("区が同じ"))
    return score, reasons
