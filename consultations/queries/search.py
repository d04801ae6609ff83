"""Finding consultations: by reference, by words in what was asked and said, and by who asked."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import User
from consultations.models import Consultation, Contact, Entry
from kyodo import references, text

SIGNS_IN_NUMBERS = frozenset("-ー－‐()（）+ 　")
FEWEST_DIGITS = 4
MOST = 1_000
"""Hits looked at of each kind when everything is searched: more than anybody turns pages for."""

Row = TypeVar("Row", bound=Model)


def found(consultations: QuerySet[Consultation], words: str, user: User) -> QuerySet[Consultation]:
    """Those of the given ones that the words name, among all there are: the newest MOST hits of each kind.

    A word that stands in every fourth entry would have a hundred thousand of them read to show fifty lines. Text and
    contact are searched only where the person may read them. Keys are gathered from each index first: an OR across three
    tables would walk all consultations, once for the list and once for its count.
    """
    if reference := _reference(words):
        return consultations.filter(reference=reference)
    newest = Entry.objects.filter(
        pk__in=_hits(Entry.objects.all(), words).order_by("-pk").values("pk")[:MOST]
    )
    keys = set(_hits(Consultation.objects.all(), words).order_by("-pk").values_list("pk", flat=True)[:MOST])
    for hits in (newest.visible_to(user), people(words).order_by("-pk")[:MOST]):
        keys.update(hits.values_list("consultation", flat=True))
    readable = Consultation.objects.readable_by(user).filter(pk__in=_listed(keys))
    return consultations.filter(pk__in=_listed(readable.order_by().values_list("pk", flat=True)))


def found_among(in_hand: QuerySet[Consultation], words: str) -> QuerySet[Consultation]:
    """The same for some of those that the person's office has in hand, and so reads all of: nothing is left out, however old.

    From each of them to its own entries, as far as the first that says the words. Left to choose, PostgreSQL would ask
    the index of words first, which knows a hundred thousand entries of closed ones as well.
    """
    if reference := _reference(words):
        return in_hand.filter(reference=reference)
    these = in_hand.order_by()
    keys = set(
        people(words).filter(consultation__in=these.values("pk")).values_list("consultation", flat=True)
    )
    if asked := text.query(words):
        said = Entry.objects.filter(text.row_by_row(asked), consultation=OuterRef("pk"))
        for hits in (these.filter(text.row_by_row(asked)), these.filter(Exists(said))):
            keys.update(hits.values_list("pk", flat=True))
    return in_hand.filter(pk__in=_listed(keys))


def _reference(words: str) -> str:
    """What was typed, where it is the number of a consultation."""
    reference = references.normalise(words)
    is_known = len(reference) == references.LENGTH and (
        Consultation.objects.filter(reference=reference).exists()
    )
    return reference if is_known else ""


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
