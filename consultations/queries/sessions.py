"""The page of one session with a specialist: where it stands, what comes next, who will be mailed."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from consultations.emails.sessions import person_address
from consultations.models import Referral, SpecialistSession
from consultations.queries.matching import Candidate, candidates
from consultations.rules import referrals as referral_rules
from consultations.rules import rights
from consultations.rules import specialists as rules

Status = SpecialistSession.Status
STEPS = (Status.REQUESTED, Status.HEARD, Status.MATCHED, Status.FIXED, Status.HELD)


@dataclass(frozen=True)
class SessionPage:
    session: SpecialistSession
    may_act: bool
    can_renew: bool
    has_begun: bool
    person_address: str
    """Where the person will be mailed; empty when they may not be."""
    candidates: list[Candidate] = field(default_factory=list)
    offered: list[datetime] = field(default_factory=list)
    """Times the specialist named when accepting."""

    @property
    def can_hear(self) -> bool:
        return self.may_act and self.session.status in (Status.REQUESTED, Status.HEARD)

    @property
    def can_match(self) -> bool:
        return self.may_act and self.session.status == Status.HEARD

    @property
    def waits_for_answer(self) -> bool:
        referral = self.session.referral
        return self.session.status == Status.MATCHED and (
            referral is None or referral.status == Referral.Status.SENT
        )

    @property
    def can_fix(self) -> bool:
        session = self.session
        return (
            self.may_act
            and session.status in (Status.MATCHED, Status.FIXED)
            and not (self.waits_for_answer or self.has_begun)
        )

    @property
    def can_finish(self) -> bool:
        return self.may_act and self.has_begun

    @property
    def can_ask_another(self) -> bool:
        return self.may_act and self.session.status in (Status.MATCHED, Status.FIXED) and not self.has_begun

    @property
    def can_cancel(self) -> bool:
        return self.may_act and self.session.is_live

    @property
    def has_lost_its_place(self) -> bool:
        """Somebody released the hold by hand."""
        hold = self.session.hold
        return self.session.status == Status.FIXED and hold is not None and hold.released_at is not None

    @property
    def way(self) -> list[tuple[str, str]]:
        """The steps with where it stands: done, now or ahead."""
        if self.session.status == Status.CANCELLED:
            return []
        place = STEPS.index(Status(self.session.status))
        return [
            (str(status.label), "done" if number < place else "now" if number == place else "ahead")
            for number, status in enumerate(STEPS)
        ]


def sessions_of(user: User) -> QuerySet[SpecialistSession]:
    """With all that their page and list show."""
    return (
        SpecialistSession.objects.visible_to(user)
        .select_related(
            "consultation__contact", "consultation__ward", "specialist", "slot", "referral", "hold__placed_by"
        )
        .defer("consultation__search", "consultation__contact__search")
    )


def session_page(session: SpecialistSession, user: User) -> SessionPage:
    may_act = rights.can_run_specialists(user) and rights.can_work_on(user, session.consultation)
    referral = session.referral
    if referral:
        referral.consultation = session.consultation
    return SessionPage(
        session=session,
        may_act=may_act,
        can_renew=bool(
            may_act
            and referral
            and referral.is_open
            and referral_rules.can_answer_for_partner(user, referral)
        ),
        has_begun=rules.has_begun(session),
        person_address=person_address(session),
        candidates=candidates(session) if may_act and session.status == Status.HEARD else [],
        offered=[one.begins_at for one in referral.wished_times.all()] if referral else [],
    )
