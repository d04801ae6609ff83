"""The page behind the link of a partner without an account (回答ページ): what they answer, and how it opens anew.

The link is looked at again under the consultation's lock: one that was renewed, withdrawn or ran out while the page
was open opens nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import answer_links, following, referrals
from consultations.models import AnswerLink, Referral, ReferralTime, SpecialistSession
from consultations.rules import referrals as rules
from kyodo import clock, dates

MOST_TIMES = 3


def accept(
    *, link: AnswerLink, message: str = "", times: Sequence[datetime] = (), wish: str = ""
) -> Referral:
    """Say yes; a specialist with up to three times that suit, or in words when else."""
    if len(times) > MOST_TIMES:
        raise ValidationError(
            _("日時は%(most)sつまで選べます。"), code="too_many_times", params={"most": MOST_TIMES}
        )
    with transaction.atomic():
        referral = _lock(link)
        if referral.to_specialist_id and not (times or wish.strip()):
            raise ValidationError(_("都合のよい日時を選ぶか、書いてください。"), code="times")
        lines = [*(dates.moment(moment) for moment in times), wish.strip(), message.strip()]
        referral = referrals.accept(referral=referral, by=None, answer="\n".join(filter(None, lines)))
        ReferralTime.objects.filter(referral=referral).delete()
        ReferralTime.objects.bulk_create(
            ReferralTime(referral=referral, rank=rank, begins_at=moment)
            for rank, moment in enumerate(times, start=1)
        )
    return referral


def decline(*, link: AnswerLink, reason: str) -> Referral:
    with transaction.atomic():
        return referrals.decline(referral=_lock(link), by=None, reason=reason)


def finish(*, link: AnswerLink, outcome: str, outcome_text: str) -> Referral:
    """What became of it; of a session with a specialist once it has begun."""
    with transaction.atomic():
        return referrals.finish(referral=_lock(link), by=None, outcome=outcome, outcome_text=outcome_text)


def renew_link(*, referral: Referral, by: User) -> Referral:
    """Mail another address of the page, with the same excerpt; the former one no longer opens it."""
    with transaction.atomic():
        referral = referrals.lock_referral(referral)
        if not rules.can_answer_for_partner(by, referral):
            raise PermissionDenied
        if not referral.is_open:
            raise ValidationError(
                _("この紹介はいま「%(status)s」なので、その操作はできません。"),
                code="status",
                params={"status": referral.get_status_display()},
            )
        if not _has_proposed_time(referral):
            following.extend(referral, days=rules.PARTNER_DAYS)
        answer_links.open_link(referral)
    return referral


def _has_proposed_time(referral: Referral) -> bool:
    """A time is kept for them until they answer, and the answer must come before it."""
    asked = SpecialistSession.objects.live().filter(referral=referral, slot__isnull=False)
    return referral.status == Referral.Status.SENT and asked.exists()


def _lock(link: AnswerLink) -> Referral:
    referral = referrals.lock_referral(link.referral)
    current = AnswerLink.objects.get(pk=link.pk)
    if current.revoked_at is not None or current.expires_at <= clock.now():
        raise ValidationError(_("この回答ページは、もう使えません。"), code="link")
    return referral
