"""Applications on paper (紙の申請): staff type in what was handed over at the window, and mend it when it comes back."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.applications.papers import Paper, add_locked
from accounts.actions.applications.writing import lock_application, save_next_version, write_answers
from accounts.emails import applications as emails
from accounts.models import Application, User
from accounts.queries.applications import answers_of
from accounts.rules import applications as rules
from accounts.rules import steps
from kyodo import clock, references
from kyodo.files import kept_with_rows

Status = Application.Status
COLUMNS = (*steps.PROFILE_COLUMNS, "wants_model_bylaws", "hearing_way", "staff_note")


def enter_paper_application(
    *, answers: Mapping[str, Any], by: User, papers: Sequence[Paper] = ()
) -> Application:
    """Straight into the queue. Who left an address is told by mail, the others by phone."""
    _check_may_enter(by)
    with kept_with_rows(), transaction.atomic():
        application = Application.objects.create(
            reference=references.new(),
            is_paper=True,
            entered_by=by,
            status=Status.SUBMITTED,
            submitted_at=clock.now(),
        )
        write_answers(application, answers, COLUMNS)
        add_locked(application, papers, by)
        application.completed_steps = [step.value for step in steps.FILLED_IN]
        _check_complete(application)
        application.save()
        emails.tell_received(application, is_again=False)
    return application


def correct_paper_application(
    *,
    application: Application,
    answers: Mapping[str, Any],
    version: int,
    by: User,
    papers: Sequence[Paper] = (),
) -> Application:
    """Mend what was typed. One that had been returned goes back to the queue."""
    _check_may_enter(by)
    with kept_with_rows(), transaction.atomic():
        application = lock_application(application, version)
        _check_can_be_corrected(application)
        write_answers(application, answers, COLUMNS)
        add_locked(application, papers, by)
        _check_complete(application)
        if application.status == Status.RETURNED:
            application.status = Status.SUBMITTED
            application.submitted_at = clock.now()
            application.reason = ""
        save_next_version(application)
    return application


def _check_may_enter(by: User) -> None:
    if not rules.can_enter_paper(by):
        raise PermissionDenied


def _check_can_be_corrected(application: Application) -> None:
    if not application.is_paper or application.status not in (*rules.WAITING, Status.RETURNED):
        raise ValidationError(
            _("いまの状態は「%(status)s」なので、書き直せません。"),
            code="edge",
            params={"status": application.get_status_display()},
        )


def _check_complete(application: Application) -> None:
    found = steps.problems(answers_of(application))
    if found:
        raise ValidationError([ValidationError(one.text, code=one.code) for one in found])
