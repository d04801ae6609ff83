"""What follows when a partner without an account answers a referral: the timeline, the link, the session, the clock.

Called by actions.referrals under the consultation's and the referral's lock, once the referral's row is written.
"""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import answer_links, entries, sessions, steps
from consultations.models import Consultation, Entry, Referral, SpecialistSession
from consultations.rules import deadlines, specialists
from consultations.rules import referrals as rules
from kyodo import clock

Status = Referral.Status


def check_may_finish(referral: Referral) -> None:
    """Of a session with a specialist nothing can be told before its time has come."""
    session = SpecialistSession.objects.live().filter(referral=referral).first()
    if session is not None and not specialists.has_begun(session):
        raise ValidationError(
            _("士業相談の日時を決め、その時刻が過ぎてから、結果を書いてください。"), code="too_early"
        )


def accepted(referral: Referral, *, by: User | None) -> None:
    """There is time to tell what became of it. A session needs its time and place next, so the office goes on."""
    if referral.to_kind in Referral.OFFICES:
        return
    extend(referral, days=rules.RESULT_DAYS)
    _write(referral, _("引き受けるという返事"), referral.answer_text, by)
    if SpecialistSession.objects.live().filter(referral=referral).exists():
        steps.go_on_after_answer(referral.consultation, Consultation.WaitingFor.PARTNER)


def ended(referral: Referral, *, by: User | None) -> None:
    """Declined, done, withdrawn or expired: the link is over, and so is what hung on it."""
    if referral.to_kind in Referral.OFFICES:
        return
    answer_links.revoke(referral)
    if referral.status == Status.DECLINED:
        _write(referral, _("引き受けられないという返事"), referral.answer_text, by)
    elif referral.status == Status.DONE:
        _write(referral, _("その後のようす"), referral.outcome_text, by)
    sessions.referral_ended(referral, by=by)


def extend(referral: Referral, *, days: int) -> None:
    """Keep the page open so long from today at least; nothing shortens what was promised."""
    until = deadlines.end_of(clock.today() + timedelta(days=days))
    if until > referral.answer_until:
        referral.answer_until = until
        referral.save(update_fields=["answer_until"])
        referral.links.filter(revoked_at__isnull=True).update(expires_at=until)


def _write(referral: Referral, heading: str, words: str, by: User | None) -> None:
    text = f"{referral.to_name}：{heading}\n{words}"
    entries.write(referral.consultation, Entry.Kind.PARTNER, text, by=by, referral_id=referral.pk)
