"""Searching Japanese text in core PostgreSQL: one folding for index, question and highlight, cut into pairs of characters.

`fold` brings spellings together that people take for the same: full and half width, capitals, katakana and hiragana,
ヶ and が, dashes and long vowel marks, old forms of kanji. What takes no ink of its own (variation selectors, format
signs) belongs to the character before it and doesn't count: 葛城 finds 葛󠄀城. Folded text falls into runs of letters, each run into its
pairs of neighbouring characters with their positions, written as a tsvector. A question becomes phrases of such pairs
and so finds exactly what a search for the folded piece of text would find.

A model that is searched has `search = SearchVectorField(null=True, editable=False)` with a GIN index:

    group.search = text.vector(A=[group.name, group.name_kana], B=[group.purpose])
    if query := text.query("見守り 青葉"):
        Group.objects.filter(search=query)
    text.highlight(group.purpose, "見守り")

Two bounds come from PostgreSQL: positions end at 16,383 (a longer text belongs into several rows), and a pair keeps its
first 255 places in one row.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVectorExact
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.db.models.sql.compiler import SQLCompiler

from kyodo import plain

LAST_POSITION = 16_383
GAP = 2
MOST_PHRASES = 12
MOST_CHARACTERS = 100

# Old and personal forms of kanji in names of people, places and groups, each before the form we keep.
_OLD_FORMS = (
    "澤沢 濱浜 濵浜 邊辺 邉辺 齋斉 齊斉 斎斉 髙高 﨑崎 嵜崎 嶋島 嶌島 國国 廣広 學学 會会 體体 櫻桜 惠恵 榮栄 眞真 應応 團団 "
    "區区 縣県 聲声 寫写 實実 藝芸 觀観 鐵鉄 驛駅 龍竜 瀧滝 渕淵 渊淵 槇槙 曾曽 彌弥 禮礼 壽寿 德徳 塚塚 豐豊 與与 舊旧 萬万 檜桧 "
    "冨富 邨村 峯峰 舘館 條条 假仮 價価 佛仏 氣気 竝並 黑黒 靑青 淸清 瀨瀬 賴頼 緖緒 祐祐 神神 福福 橫横 濟済 讀読 發発 當当 來来"
)
_DASHES = "‐‑‒–—―−－─━ｰ〜～~-"
_FOLDED = str.maketrans(
    {pair[0]: pair[1] for pair in _OLD_FORMS.split()}
    | dict.fromkeys(_DASHES, "ー")
    | {chr(code): chr(code - 0x60) for code in range(ord("ァ"), ord("ヴ") + 1)}
    | {"ヽ": "ゝ", "ヾ": "ゞ", "ヶ": "が", "ヵ": "が", "ゖ": "が", "ゕ": "が"}
)
_VOICE_MARKS = "ﾞﾟ゛゜\u3099\u309a"
_JOINING = str.maketrans({"゛": "\u3099", "゜": "\u309a"})
_NO_MARKS = {0x3099: None, 0x309A: None}
_ATTACHED = re.compile(f"[{_VOICE_MARKS}{plain.UNSEEN}]")


@dataclass(frozen=True)
class Folded:
    """Folded text; character n of it stands for original[starts[n]:ends[n]]."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@dataclass(frozen=True)
class Piece:
    """A part of a text for the page; the template escapes it and marks the hits."""

    text: str
    is_hit: bool


def fold(text: str) -> str:
    folded = "".join(map(_folded, text if _is_plain(text) else (text[a:b] for a, b in _clusters(text))))
    if "ケ" in folded:
        characters = list(folded)
        _read_ke(characters)
        folded = "".join(characters)
    return folded.translate(_FOLDED)


def fold_with_places(text: str) -> Folded:
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        for character in _folded(text[start:end]):
            characters.append(character)
            starts.append(start)
            ends.append(end)
    _read_ke(characters)
    return Folded("".join(characters).translate(_FOLDED), tuple(starts), tuple(ends))


@lru_cache(maxsize=16_384)
def _folded(cluster: str) -> str:
    """Of a character with its marks; a text has few that differ. Empty for what takes no ink."""
    cluster = plain.seen(cluster)
    if len(cluster) > 1:
        cluster = cluster.translate(_JOINING)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    # あ゛ is no kana of its own; the mark must not part the word.
    return folded.translate(_NO_MARKS) if len(folded) > 1 else folded


def _is_plain(text: str) -> bool:
    """No character in it is a mark of the one before."""
    return not any(map(unicodedata.combining, text)) and not _ATTACHED.search(text)


def _is_attached(character: str) -> bool:
    return bool(_ATTACHED.match(character) or unicodedata.combining(character))


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Each character with the marks that belong to it: half-width ﾊ and ﾞ are one バ."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not _is_attached(text[place]):
            yield start, place
            start = place


def _read_ke(characters: list[str]) -> None:
    """A large ケ after a kanji that begins no kana word is read が: 希望ケ丘, but not 介護ケア."""
    for place, character in enumerate(characters):
        if character != "ケ" or place == 0 or not _is_kanji(characters[place - 1]):
            continue
        following = characters[place + 1] if place + 1 < len(characters) else ""
        if not ("ぁ" <= following <= "ヿ"):
            characters[place] = "が"


def _is_kanji(character: str) -> bool:
    return "㐀" <= character <= "鿿" or character in "々〆" or character >= "\U00020000"


def runs(folded: str) -> list[str]:
    """The stretches of letters, kana, kanji and digits; a search never reaches across what lies between."""
    return "".join(character if character.isalnum() else " " for character in folded).split()


def vector(**texts: Iterable[str]) -> str:
    """The tsvector of texts by weight: vector(A=[title], B=[summary, body]). Gaps keep phrases within one run."""
    lexemes: dict[str, list[str]] = {}
    position = 1
    for weight, parts in texts.items():
        for run in (run for part in parts for run in runs(fold(part))):
            if position + len(run) > LAST_POSITION:
                break
            for offset, gram in enumerate(_grams(run)):
                lexemes.setdefault(gram, []).append(f"{position + offset}{weight}")
            position += len(run) + GAP
    return " ".join(f"'{gram}':{','.join(places)}" for gram, places in lexemes.items())


def _grams(run: str) -> Iterator[str]:
    """Pairs, and the last character alone, so that a question of one character finds it too."""
    for place in range(len(run)):
        yield run[place : place + 2]


class FoldedQuery(SearchQuery):
    """A question as a ready tsquery. Django wraps anything but a SearchQuery in plainto_tsquery."""

    def __init__(self, tsquery: str) -> None:
        super().__init__(Value(tsquery), search_type="raw")
        self.tsquery = tsquery

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *args: Any, **extra: Any
    ) -> tuple[str, list[str]]:
        """A list of parameters: the lookup behind search=... adds it to a list."""
        return "%s::tsquery", [self.tsquery]


def query(asked: str, *, weight: str = "") -> FoldedQuery | None:
    """Everything that was asked must be there, each word as it stands; None when nothing is asked.

    With a weight only what was given that weight is looked through: the names alone, say.
    """
    phrases = [_phrase(run, weight) for run in _asked_runs(asked)]
    return FoldedQuery(" & ".join(phrases)) if phrases else None


def row_by_row(asked: FoldedQuery) -> Coalesce:
    """The question put to each row of the field `search`, never to its index: for the few rows that something else chose."""
    return Coalesce(SearchVectorExact(F("search"), asked), Value(False))


def _asked_runs(asked: str) -> list[str]:
    return list(dict.fromkeys(runs(fold(asked[:MOST_CHARACTERS]))))[:MOST_PHRASES]


def _phrase(run: str, weight: str) -> str:
    if len(run) == 1:
        return f"'{run}':*{weight}"
    pairs = [run[place : place + 2] for place in range(len(run) - 1)]
    mark = f":{weight}" if weight else ""
    return "(" + " <-> ".join(f"'{pair}'{mark}" for pair in pairs) + ")"


def highlight(text: str, asked: str) -> list[Piece]:
    """The text in pieces, those that were found marked. Marks reach as far as whole characters of the original."""
    folded = fold_with_places(text)
    hits = _merge(sorted(_hits(folded, _asked_runs(asked))))
    pieces: list[Piece] = []
    last = 0
    for start, end in hits:
        if start > last:
            pieces.append(Piece(text[last:start], is_hit=False))
        pieces.append(Piece(text[start:end], is_hit=True))
        last = end
    if last < len(text):
        pieces.append(Piece(text[last:], is_hit=False))
    return pieces


def excerpt(text: str, asked: str, length: int = 120) -> list[Piece]:
    """About `length` characters around the first hit, marked."""
    hits = sorted(_hits(fold_with_places(text), _asked_runs(asked)))
    begin = max(0, hits[0][0] - length // 4) if hits else 0
    if begin + length >= len(text):
        begin = max(0, len(text) - length)
    part = text[begin : begin + length]
    lead, tail = "…" if begin else "", "…" if begin + length < len(text) else ""
    return highlight(lead + part + tail, asked)


def _hits(folded: Folded, asked: list[str]) -> Iterator[tuple[int, int]]:
    for run in asked:
        place = folded.text.find(run)
        while place >= 0:
            yield folded.starts[place], folded.ends[place + len(run) - 1]
            place = folded.text.find(run, place + 1)


def _merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
