"""Finding consultations: by reference, by words in what was asked and said, and by who asked."""

from django.db.models import Q, QuerySet

from accounts.models import User
from consultations.models import Consultation, Contact, Entry
from kyodo import references, text

SIGNS_IN_NUMBERS = frozenset("-ー－‐()（）+ 　")
FEWEST_DIGITS = 4


def found(consultations: QuerySet[Consultation], words: str, user: User) -> QuerySet[Consultation]:
    """Those of the given ones that the words name. Text and contact are searched only where the person may read them.

    Keys are gathered from each index first: an OR across three tables would walk all consultations.
    """
    reference = references.normalise(words)
    if len(reference) == references.LENGTH and Consultation.objects.filter(reference=reference).exists():
        return consultations.filter(reference=reference)
    asked = text.query(words)
    if asked is None:
        return consultations.none()
    readable = Consultation.objects.readable_by(user)
    written = Consultation.objects.filter(search=asked).order_by().values("pk")
    said = Entry.objects.visible_to(user).filter(search=asked).order_by().values("consultation")
    by_person = people(words).order_by().values("consultation")
    return consultations.filter(Q(pk__in=written.union(said, by_person)) & Q(pk__in=readable.values("pk")))


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
