"""A ward centre's own consultations: the list with its few filters, and one of them as a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.http import urlencode

from accounts.models import User
from consultations.models import Consultation, Contact, Presence, Referral
from consultations.models.consultations import ConsultationQuerySet
from consultations.models.referrals import ReferralQuerySet
from consultations.queries import consultation_page
from consultations.queries.consultation_page import Due, Steps
from consultations.queries.next_line import next_line
from consultations.queries.opening import Opened
from consultations.queries.timeline import Timeline, timeline_of
from consultations.queries.ward_desk import LIST_ORDER, of_list, of_referrals
from kyodo import references
from kyodo.centre.queries import current_centre

Status = Consultation.Status


@dataclass(frozen=True)
class Chosen:
    """What the list shows: open ones unless asked otherwise."""

    when: str = ""
    kind: str = ""
    words: str = ""

    @property
    def query(self) -> str:
        given = {"when": self.when, "kind": self.kind, "q": self.words}
        return urlencode({name: value for name, value in given.items() if value})


@dataclass(frozen=True)
class WardConsultation:
    """Everything of it, for an office that reads it."""

    opened: Opened
    contact: Contact
    warnings: Sequence[str]
    steps: Steps
    due: Due | None
    timeline: Timeline
    present: Sequence[Presence]
    referrals: Sequence[Referral]

    @property
    def is_guest(self) -> bool:
        """Reads it through a referral: another office has it in hand."""
        return not self.steps.works


@dataclass(frozen=True)
class Outline:
    consultation: Consultation
    referrals: Sequence[Referral]
    shows_outcome: bool


def chosen_from(given: QueryDict) -> Chosen:
    when = given.get("when", "")
    kind = given.get("kind", "")
    return Chosen(
        when=when if when in ("closed", "all") else "",
        kind=kind if kind in Consultation.Kind.values else "",
        words=given.get("q", "")[:100],
    )


def found(user: User, chosen: Chosen) -> ConsultationQuerySet:
    rows = Consultation.objects.in_hand_of(user)
    if chosen.kind:
        rows = rows.filter(kind=chosen.kind)
    if chosen.words:
        rows = rows.filter(reference=references.normalise(chosen.words))
    elif chosen.when == "closed":
        rows = rows.filter(status=Status.CLOSED)
    elif not chosen.when:
        rows = rows.open()
    return of_list(rows)


def next_of(user: User, chosen: Chosen, one: Consultation) -> Consultation | None:
    """The line after this one, in the list as it was left."""
    return next_line(found(user, chosen), LIST_ORDER, one)


def page_of(opened: Opened, user: User, *, all_of_it: bool = False) -> WardConsultation:
    consultation = opened.consultation
    introductions = list(consultation.introductions.select_related("by"))
    return WardConsultation(
        opened=opened,
        contact=consultation.contact,
        warnings=consultation_page.warnings_of(consultation.contact),
        steps=consultation_page.steps_for(user, opened),
        due=consultation_page.due_of(consultation),
        timeline=timeline_of(consultation, user, introductions, all_of_it=all_of_it),
        present=consultation_page.present_in(consultation, user),
        referrals=list(_referrals(consultation, user)),
    )


def outline_of(opened: Opened, user: User) -> Outline:
    referrals = list(_referrals(opened.consultation, user))
    return Outline(opened.consultation, referrals, opened.shows_outcome)


def office_name(consultation: Consultation) -> str:
    """Who has it in hand."""
    return consultation.ward_centre.name if consultation.ward_centre else current_centre().name


def unfinished(consultation: Consultation, user: User) -> ReferralQuerySet:
    """Referrals that still have to end before it can be closed."""
    return _referrals(consultation, user).open()


def _referrals(consultation: Consultation, user: User) -> ReferralQuerySet:
    rows = of_referrals(Referral.objects.visible_to(user)).filter(consultation=consultation)
    return rows.order_by("-sent_at", "-pk")
