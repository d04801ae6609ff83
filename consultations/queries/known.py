"""Who is calling: people who asked before, groups, and open consultations, found while somebody types."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import Group, User
from consultations.models import Consultation, Contact
from consultations.queries import search
from kyodo import plain, text

MOST_CONSULTATIONS, MOST_PEOPLE, MOST = 4, 4, 10
# Somebody who asks often is one line: so many of their consultations are looked through for it.
LOOKED_THROUGH = 30


@dataclass(frozen=True)
class Person:
    """Somebody who asked before, as they were written down the last time. Enough to know them by, no more."""

    contact: Contact

    @property
    def ending(self) -> str:
        """The last digits of the number: to ask the caller for, not to call."""
        return self.contact.phone_digits[-4:]


@dataclass(frozen=True)
class Known:
    consultations: Sequence[Consultation] = ()
    people: Sequence[Person] = ()
    groups: Sequence[Group] = ()

    def __bool__(self) -> bool:
        return bool(self.consultations or self.people or self.groups)


def known(words: str, user: User) -> Known:
    """At most ten lines, and only of what the person may read anyway."""
    # No column can hold a NUL, nor be asked for one.
    words = words.replace("\0", " ").strip()
    if not is_enough(words):
        return Known()
    consultations = list(_open_ones(words, user)[:MOST_CONSULTATIONS])
    people = _people(words, user)
    left = MOST - len(consultations) - len(people)
    return Known(consultations, people, list(_groups(words, user)[:left]))


def is_enough(words: str) -> bool:
    """Two signs, or the one kanji of a short name."""
    return len(words) > 1 or "㐀" <= words <= "鿿"


def contact_of(pk: int, user: User) -> Contact | None:
    """Of a consultation the person may read."""
    readable = Consultation.objects.readable_by(user)
    return (
        Contact.objects.filter(pk=pk, consultation__in=readable.values("pk"))
        .select_related("consultation")
        .defer("search", "consultation__search")
        .first()
    )


def groups_to_name(user: User) -> QuerySet[Group]:
    """Groups an office may set beside a question: the centre knows all in force, a ward centre the public list."""
    groups = Group.objects.current() if user.is_staff else Group.objects.listed()
    return groups.defer("search")


def _open_ones(words: str, user: User) -> QuerySet[Consultation]:
    ours = Consultation.objects.in_hand_of(user).open()
    return (
        search.found_among(ours, words)
        .select_related("contact", "assignee")
        .defer("search", "text", "contact__search")
        .order_by("-received_at", "-pk")
    )


def _people(words: str, user: User) -> list[Person]:
    readable = Consultation.objects.readable_by(user)
    contacts = (
        search.people(words)
        .filter(consultation__in=readable.values("pk"), anonymised_at__isnull=True)
        .select_related("consultation")
        .defer("search", "consultation__search", "consultation__text")
        .order_by("-consultation__received_at", "-pk")[:LOOKED_THROUGH]
    )
    latest: dict[tuple[str, ...], Contact] = {}
    for contact in contacts:
        same = (contact.name, contact.organisation, contact.phone_digits, contact.email.lower())
        latest.setdefault(same, contact)
    return [Person(contact) for contact in list(latest.values())[:MOST_PEOPLE]]


def _groups(words: str, user: User) -> QuerySet[Group]:
    words = plain.words(words)
    named = Q(number__iexact=plain.number(words)) | Q(name__icontains=words)
    named |= Q(name_kana__icontains=plain.hiragana(words))
    if asked := text.query(words, weight="A"):
        named |= Q(search=asked)
    return groups_to_name(user).filter(named).order_by("name_kana", "pk")
