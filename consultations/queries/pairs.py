"""Two consultations side by side, before one is closed as the same question as the other."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from consultations.models import Consultation, Contact


@dataclass(frozen=True)
class Pair:
    """`one` is closed, `other` goes on."""

    one: Consultation
    other: Consultation

    @property
    def is_of_one_person(self) -> bool:
        """The same account, address or number. A name alone proves nothing, and nothing known proves as little."""
        one, other = self.one, self.other
        return (one.person_id is not None and one.person_id == other.person_id) or _is_same_contact(
            one.contact, other.contact
        )


def with_contact(user: User) -> QuerySet[Consultation]:
    """Those the office has in hand, as the two are shown."""
    rows = Consultation.objects.in_hand_of(user).select_related("contact", "assignee")
    return rows.defer("search", "contact__search")


def _is_same_contact(one: Contact, other: Contact) -> bool:
    same_address = bool(one.email) and one.email.lower() == other.email.lower()
    return same_address or (bool(one.phone_digits) and one.phone_digits == other.phone_digits)
