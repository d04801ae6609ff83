"""Which specialists fit a session, each with the reasons and the times that are free. Four queries, however many."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from consultations.models import Consultation, Specialist, SpecialistSession, SpecialistSlot
from consultations.models.specialists import Way
from kyodo import text

MOST_SLOTS = 5
FEWEST_LETTERS = 2
SEPARATORS = "、。・,，/／ 　"
WAY_OF_WISH = {
    Consultation.Wish.ON_SITE: Way.ON_SITE,
    Consultation.Wish.ONLINE: Way.ONLINE,
    Consultation.Wish.PHONE: Way.PHONE,
}
# Ends of a list of areas that say nothing by themselves.
_EMPTY_WORDS = {"など", "ほか", "全般"}


@dataclass
class Candidate:
    """A specialist with what speaks for asking them."""

    specialist: Specialist
    reasons: list[str] = field(default_factory=list)
    fits: int = 0
    asked: int = 0
    """Sessions they have in hand just now: work is shared out."""
    slots: list[SpecialistSlot] = field(default_factory=list)


def candidates(session: SpecialistSession) -> list[Candidate]:
    """Those of the profession on the roster; whoever fits better and has less in hand comes first."""
    consultation = session.consultation
    words = text.fold(f"{session.hearing_note} {consultation.subject} {consultation.text}")
    specialists = (
        Specialist.objects.filter(profession=session.profession, is_active=True)
        .annotate(asked=Count("sessions", filter=Q(sessions__status__in=SpecialistSession.LIVE)))
        .prefetch_related("wards")
    )
    found = [_candidate(one, consultation, words) for one in specialists]
    free = _free_slots(found)
    for one in found:
        one.slots = free[one.specialist.pk][:MOST_SLOTS]
        if one.slots:
            one.fits += 1
    return sorted(found, key=lambda one: (-one.fits, one.asked, one.specialist.name_kana))


def _candidate(specialist: Specialist, consultation: Consultation, words: str) -> Candidate:
    one = Candidate(specialist, asked=getattr(specialist, "asked", 0))
    named = [area for area in _areas(specialist.areas) if text.fold(area) in words]
    if named:
        one.reasons.append(_("得意な分野「%(areas)s」") % {"areas": "・".join(named)})
        one.fits += 2
    wards = list(specialist.wards.all())
    if consultation.ward is not None and consultation.ward in wards:
        one.reasons.append(_("%(ward)sに行ける") % {"ward": consultation.ward.name})
        one.fits += 1
    way = WAY_OF_WISH.get(Consultation.Wish(consultation.wish))
    if way and way in specialist.ways:
        one.reasons.append(_("希望の方法「%(way)s」に応じる") % {"way": way.label})
        one.fits += 1
    if one.asked:
        one.reasons.append(_("いま%(count)s件を担当") % {"count": one.asked})
    return one


def _areas(written: str) -> list[str]:
    """The areas as they were typed, one by one."""
    for sign in SEPARATORS:
        written = written.replace(sign, "\n")
    return [part for part in written.split("\n") if len(part) >= FEWEST_LETTERS and part not in _EMPTY_WORDS]


def _free_slots(found: list[Candidate]) -> dict[int, list[SpecialistSlot]]:
    slots: dict[int, list[SpecialistSlot]] = defaultdict(list)
    of_them = SpecialistSlot.objects.filter(specialist__in=[one.specialist.pk for one in found]).free()
    for slot in of_them.order_by("begins_at")[:500]:
        slots[slot.specialist_id].append(slot)
    return slots
