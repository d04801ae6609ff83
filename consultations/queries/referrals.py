"""One referral as one of its two ends sees it."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from consultations.emails import referrals as emails
from consultations.models import Access, Referral
from consultations.models.referrals import ReferralQuerySet
from consultations.queries.consultation_page import colleagues_for
from consultations.rules import referrals as rules
from consultations.rules import rights

Kind = Referral.Kind
Status = Referral.Status
BADGES = {
    Status.SENT: "wait",
    Status.ACCEPTED: "good",
    Status.DECLINED: "bad",
    Status.DONE: "good",
    Status.WITHDRAWN: "over",
    Status.EXPIRED: "over",
}


@dataclass(frozen=True)
class ReferralPage:
    """What one end reads of it and may do with it. The text of the consultation stands on a page of its own."""

    referral: Referral
    badge: str
    is_sender: bool
    reads_summary: bool
    level: str | None
    """How much of the consultation this office sees; None is nothing."""
    can_answer: bool
    can_finish: bool
    can_withdraw: bool
    can_fix_time: bool
    answers_for_partner: bool
    wished_times: list[datetime]
    colleagues: list[User]
    """Who of the office that took it on may see to it; for that office alone."""
    mails_person: bool
    """Whether whoever asked is mailed an agreed time; staff tell them otherwise."""

    @property
    def opens_consultation(self) -> bool:
        return self.level in Access.READS

    @property
    def follows_consultation(self) -> bool:
        """Status and outcome stay with whoever passed it on, for good."""
        return self.level == Access.Level.READ_ONLY

    @property
    def is_transfer(self) -> bool:
        return self.referral.kind == Kind.TRANSFER

    @property
    def can_renew(self) -> bool:
        """Mail another address of the answer page."""
        return self.answers_for_partner and self.referral.is_open

    @property
    def is_joint(self) -> bool:
        return self.referral.kind == Kind.JOIN


def referral_page(referral: Referral, user: User) -> ReferralPage:
    return ReferralPage(
        referral=referral,
        badge=BADGES[Status(referral.status)],
        is_sender=rules.is_sender(user, referral),
        reads_summary=rules.can_read_summary(user, referral),
        level=rights.level_of(user, referral.consultation),
        can_answer=rules.can_answer(user, referral),
        can_finish=rules.can_finish(user, referral),
        can_withdraw=rules.can_withdraw(user, referral),
        can_fix_time=rules.can_fix_time(user, referral),
        answers_for_partner=rules.can_answer_for_partner(user, referral),
        colleagues=_colleagues(referral, user),
        mails_person=bool(emails.person_address(referral)),
        wished_times=list(referral.wished_times.values_list("begins_at", flat=True)),
    )


def _colleagues(referral: Referral, user: User) -> list[User]:
    return colleagues_for(referral.consultation, user) if rules.can_assign(user, referral) else []


def to_show(user: User) -> ReferralQuerySet:
    """Referrals as a page reads them: with both ends, and no words of the consultation."""
    ends = (
        "sent_by",
        "answered_by",
        "assignee",
        "from_ward_centre",
        "to_ward_centre",
        "consultation__ward_centre",
        "consultation__contact",
    )
    return (
        Referral.objects.visible_to(user)
        .select_related(*ends)
        .defer(
            "consultation__search",
            "consultation__contact__search",
            "consultation__text",
            "consultation__subject",
            "consultation__next_step",
        )
    )
