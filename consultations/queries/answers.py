"""The page of a partner without an account: what it shows, and to whom it opens."""

from dataclasses import dataclass

from consultations.actions.answer_links import hash_of
from consultations.models import AnswerLink, Referral, SpecialistSession, SpecialistSlot
from consultations.models.specialists import Way
from consultations.rules import specialists as rules
from kyodo import clock

Status = Referral.Status
MOST_SLOTS = 12


@dataclass(frozen=True)
class AnswerPage:
    """Only what was frozen for the partner, and what they themselves decide on."""

    referral: Referral
    excerpt: str
    session: SpecialistSession | None
    slots: list[SpecialistSlot]
    """Free times of the specialist, the one the centre proposes first."""

    @property
    def is_asked(self) -> bool:
        return self.referral.status == Status.SENT

    @property
    def is_specialist(self) -> bool:
        return self.referral.to_kind == Referral.To.SPECIALIST

    @property
    def fixed(self) -> SpecialistSession | None:
        """The session with its time and place, once both stand."""
        session = self.session
        return session if session and session.status == SpecialistSession.Status.FIXED else None

    @property
    def proposed(self) -> SpecialistSlot | None:
        """The time the centre has kept for it until the specialist answers."""
        return self.session.slot if self.session else None

    @property
    def online_address(self) -> str:
        """The place as something to press, where it is one."""
        session = self.fixed
        is_address = session is not None and session.place.startswith(("https://", "http://"))
        return session.place if session and is_address else ""

    @property
    def may_finish(self) -> bool:
        """A session is told about once it has begun; an organisation tells when it likes."""
        if self.referral.status != Status.ACCEPTED:
            return False
        return self.session is None or rules.has_begun(self.session)

    @property
    def meets(self) -> str:
        """Whom the specialist meets: the name, once the time stands and the person agreed to be referred."""
        if self.fixed is None or self.referral.is_without_consent:
            return ""
        contact = self.referral.consultation.contact
        return " ".join(part for part in (contact.organisation, contact.name) if part)

    @property
    def calls(self) -> str:
        """The number to call at that time; only where they talk on the phone, and the person may be called."""
        if not self.meets or self.fixed is None or self.fixed.way != Way.PHONE:
            return ""
        contact = self.referral.consultation.contact
        return contact.phone if contact.may_phone else ""


def link_in_force(token: str) -> AnswerLink | None:
    """None for a token nobody was given, and for one that is over: the page says the same of both."""
    return (
        AnswerLink.objects.filter(
            token_hash=hash_of(token),
            revoked_at__isnull=True,
            expires_at__gt=clock.now(),
            referral__status__in=Referral.OPEN,
        )
        .select_related("referral__consultation__contact", "referral__to_specialist")
        .defer("referral__consultation__search", "referral__consultation__contact__search")
        .first()
    )


def answer_page(link: AnswerLink) -> AnswerPage:
    referral = link.referral
    session = SpecialistSession.objects.filter(referral=referral).select_related("slot", "hold").first()
    return AnswerPage(referral, link.excerpt, session, _slots(referral, session))


def _slots(referral: Referral, session: SpecialistSession | None) -> list[SpecialistSlot]:
    if referral.to_specialist_id is None or referral.status != Status.SENT:
        return []
    free = SpecialistSlot.objects.filter(specialist_id=referral.to_specialist_id).free()
    slots = list(free[:MOST_SLOTS])
    proposed = session.slot if session else None
    return [proposed, *slots] if proposed and proposed.begins_at > clock.now() else slots
