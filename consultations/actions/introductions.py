"""Partners and programmes told to the person (相手の紹介), and what came of it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Group, User
from consultations.actions.locking import check_version, lock_to_write, save_next
from consultations.models import Consultation, Introduction
from kyodo import clock
from kyodo.centre.models import SupportOrganisation, SupportProgramme


def introduce(
    *,
    consultation: Consultation,
    by: User,
    group: Group | None = None,
    organisation: SupportOrganisation | None = None,
    programme: SupportProgramme | None = None,
    name: str = "",
    reason: str = "",
) -> Introduction:
    """One: a registered group, an organisation, a programme, or somebody who is registered nowhere. Mails nobody."""
    chosen = [one for one in (group, organisation, programme) if one is not None]
    named = str(chosen[0]) if chosen else name.strip()
    if not named or len(chosen) > 1:
        raise ValidationError(_("紹介した相手を選ぶか、書いてください。"), code="partner")
    with transaction.atomic():
        consultation = lock_to_write(consultation, by=by)
        return Introduction.objects.create(
            consultation=consultation,
            group=group,
            organisation=organisation,
            programme=programme,
            name=named[:100],
            reason=reason.strip()[:200],
            by=by,
        )


def record_result(
    *, introduction: Introduction, version: int, result: str, words: str, by: User
) -> Introduction:
    """What came of it; may be written anew when more comes. Under the consultation's version: no history keeps what
    stood here before, so nobody writes over words that they have not seen.
    """
    if result not in dict(introduction.possible_results):
        raise ValidationError(_("その後を選んでください。"), code="result")
    with transaction.atomic():
        consultation = lock_to_write(introduction.consultation, by=by)
        check_version(consultation, version)
        introduction.result, introduction.result_text = result, words.strip()
        is_pending = result == Introduction.Result.PENDING
        introduction.result_at = None if is_pending else clock.now()
        introduction.save(update_fields=["result", "result_text", "result_at"])
        save_next(consultation)
    return introduction
