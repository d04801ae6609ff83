"""Ask how it went, once for each closing, and take the answer. "Not solved" asks for reopening; staff decide."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from consultations.actions import person
from consultations.actions.locking import lock
from consultations.emails import surveys as emails
from consultations.models import Consultation, Survey
from consultations.rules import surveys as rules
from kyodo import clock

MOST_RATING = 5


def ask(*, consultation: Consultation) -> Survey | None:
    """None when it is not to be asked, or was asked already."""
    with transaction.atomic():
        consultation = lock(consultation)
        now = clock.now()
        if consultation.closed_at is None or not rules.is_asked(consultation, now):
            return None
        survey = Survey.objects.create(
            consultation=consultation, closed_at=consultation.closed_at, sent_at=now
        )
        emails.ask(survey)
    return survey


def answer(*, survey: Survey, solved: str, rating: int | None = None, comment: str = "") -> Survey:
    """The person answers once."""
    if solved not in Survey.Solved.values:
        raise ValidationError(_("解決したかどうかを選んでください。"), code="solved")
    if rating is not None and not 1 <= rating <= MOST_RATING:
        raise ValidationError(_("5つのうちから選んでください。"), code="rating")
    with transaction.atomic():
        consultation = lock(survey.consultation)
        survey = Survey.objects.select_for_update(of=("self",), no_key=True).get(pk=survey.pk)
        if survey.answered_at is not None:
            raise ValidationError(_("このアンケートには、もう答えていただきました。"), code="answered")
        if survey.anonymised_at is not None:
            raise ValidationError(_("このアンケートは終わりました。"), code="over")
        survey.answered_at = clock.now()
        survey.solved, survey.rating, survey.comment = solved, rating, comment.strip()
        survey.save()
        if solved == Survey.Solved.NO and not consultation.is_open and not consultation.anonymised_at:
            person.ask_for_reopening(consultation=consultation)
    return survey
