"""Finding consultations: by reference, by words in what was asked and said, and by who asked."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import User
from consultations.models import Consultation, Contact, Entry
from kyodo import references, text

SIGNS_IN_NUMBERS = frozenset("-ー－‐()（）+ 　")
FEWEST_DIGITS = 4
MOST = 1_000
"""Hits looked at of each kind when everything is searched: more than anybody turns pages for."""

ALL = 10_000_000
"""More entries than any site has."""

Row = TypeVar("Row", bound=Model)


def found(consultations: QuerySet[Consultation], words: str, user: User) -> QuerySet[Consultation]:
    """Those of the given ones that the words name, among all there are: the newest MOST hits of each kind.

    A word that stands in every fourth entry would have a hundred thousand of them read to show fifty lines.
    """
    newest = Entry.objects.filter(
        pk__in=_hits(Entry.objects.all(), words).order_by("-pk").values("pk")[:MOST]
    )
    return _named(
        consultations,
        words,
        user,
        written=_hits(Consultation.objects.all(), words).order_by("-pk")[:MOST],
        said=newest.visible_to(user),
        asked_by=people(words).order_by("-pk")[:MOST],
    )


def found_among(consultations: QuerySet[Consultation], words: str, user: User) -> QuerySet[Consultation]:
    """The same for a few of them, such as those under way: nothing is left out, however old."""
    these = consultations.order_by().values("pk")
    # Their entries first, then what these say. Left to choose, PostgreSQL asks the index of words anew for each of them;
    # it takes what has a limit as it stands.
    their_own = Entry.objects.filter(consultation__in=these).order_by().values("pk")[:ALL]
    return _named(
        consultations,
        words,
        user,
        written=_hits(consultations.order_by(), words),
        said=_hits(Entry.objects.visible_to(user).filter(pk__in=their_own), words).order_by(),
        asked_by=people(words).filter(consultation__in=these).order_by(),
    )


def _named(
    consultations: QuerySet[Consultation],
    words: str,
    user: User,
    *,
    written: QuerySet[Consultation],
    said: QuerySet[Entry],
    asked_by: QuerySet[Contact],
) -> QuerySet[Consultation]:
    """Text and contact are searched only where the person may read them. Keys are gathered from each index first: an OR
    across three tables would walk all consultations, once for the list and once for its count.
    """
    reference = references.normalise(words)
    if len(reference) == references.LENGTH and Consultation.objects.filter(reference=reference).exists():
        return consultations.filter(reference=reference)
    keys = set(written.values_list("pk", flat=True))
    for hits in (said, asked_by):
        keys.update(hits.values_list("consultation", flat=True))
    readable = Consultation.objects.readable_by(user).filter(pk__in=_listed(keys))
    return consultations.filter(pk__in=_listed(readable.order_by().values_list("pk", flat=True)))


def _listed(keys: Iterable[int]) -> RawSQL:
    """As one array: thousands of parameters would take longer to write down than to look up."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])  # noqa: S611 - no word of anybody's is in it


def _hits(rows: "QuerySet[Row]", words: str) -> "QuerySet[Row]":
    asked = text.query(words)
    return rows.filter(search=asked) if asked else rows.none()


def people(words: str) -> QuerySet[Contact]:
    """Contacts whose name, kana, organisation, address or number holds the words. Not yet cut to what one may read."""
    number = digits_of(words)
    asked = text.query(number or words)
    return Contact.objects.filter(search=asked) if asked else Contact.objects.none()


def digits_of(words: str) -> str:
    """The digits of what looks like a telephone number, however it was written; empty for anything else."""
    signs = text.fold(words)
    digits = "".join(sign for sign in signs if sign.isdecimal())
    is_number = len(digits) >= FEWEST_DIGITS and all(
        sign.isdecimal() or sign in SIGNS_IN_NUMBERS for sign in signs
    )
    return digits if is_number else ""
