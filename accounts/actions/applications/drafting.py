"""The applicant's side: start, fill in step by step, send, take back."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.applications import hearing
from accounts.actions.applications.papers import Paper, add_locked
from accounts.actions.applications.writing import (
    check_edge,
    check_editable,
    lock_application,
    save_next_version,
    write_answers,
)
from accounts.actions.locking import lock_person
from accounts.emails import applications as emails
from accounts.emails import staff
from accounts.models import Application, User
from accounts.queries.applications import answers_of
from accounts.rules import applications as rules
from accounts.rules import steps
from accounts.rules.steps import Step
from kyodo import clock, references
from kyodo.files import kept_with_rows

Status = Application.Status


def start_application(*, by: User) -> Application:
    """A new draft; whoever already has one goes on with it."""
    _check_may_apply(by)
    with transaction.atomic():
        # Two presses of the button wait for each other here.
        lock_person(by)
        draft = Application.objects.filter(
            applicant=by, type=Application.Type.NEW, status=Status.DRAFT
        ).first()
        return draft or Application.objects.create(
            reference=references.new(),
            applicant=by,
            contact_name=by.name,
            contact_email=by.email,
            contact_phone=by.phone,
        )


def save_step(
    *,
    application: Application,
    step: Step,
    answers: Mapping[str, Any],
    version: int,
    by: User,
    papers: Sequence[Paper] = (),
    is_complete: bool = True,
) -> Application:
    """Keep what one page of the wizard asked. Left half filled in, it is kept too but not ticked off."""
    with kept_with_rows(), transaction.atomic():
        application = lock_application(application, version)
        _check_may_edit(application, by)
        write_answers(application, answers, steps.COLUMNS[step])
        add_locked(application, papers, by)
        done = set(application.completed_steps) - {step.value}
        if is_complete:
            done.add(step.value)
        application.completed_steps = [one.value for one in steps.ORDER if one.value in done]
        save_next_version(application)
    return application


def submit_application(*, application: Application, version: int, by: User) -> Application:
    """Hand the application in: everything is asked once more. After a return it goes back to the queue."""
    with transaction.atomic():
        application = lock_application(application, version)
        _check_may_edit(application, by)
        submit_locked(application)
    return application


def submit_locked(application: Application) -> None:
    check_edge(application, Status.SUBMITTED)
    _check_complete(application)
    is_again = application.submitted_at is not None
    application.status = Status.SUBMITTED
    application.submitted_at = clock.now()
    application.reason = ""
    save_next_version(application)
    emails.tell_received(application, is_again=is_again)
    emails.tell_centre(application, is_again=is_again)
    staff.application_came(application, is_again=is_again)


def withdraw_application(*, application: Application, version: int, by: User) -> Application:
    """Take an application back (取下げ), any time before the decision; a hearing in the calendar goes with it."""
    with transaction.atomic():
        application = lock_application(application, version)
        check_edge(application, Status.WITHDRAWN)
        if not rules.can_withdraw(by, application):
            raise PermissionDenied
        was_sent = application.submitted_at is not None
        attachments = hearing.cancel_locked(application)
        application.status = Status.WITHDRAWN
        save_next_version(application)
        if was_sent:
            emails.tell_withdrawn(application, attachments)
    return application


def _check_may_apply(by: User) -> None:
    if not by.is_active:
        raise PermissionDenied
    if not rules.can_apply(by):
        raise ValidationError(_("先に、メールアドレスを確認してください。"), code="unverified")


def _check_may_edit(application: Application, by: User) -> None:
    if not rules.is_own(by, application):
        raise PermissionDenied
    check_editable(application)


def _check_complete(application: Application) -> None:
    found = steps.problems(answers_of(application))
    if found:
        raise ValidationError(
            _("まだ送れません。%(texts)s"),
            code="incomplete",
            params={"texts": "".join(problem.text for problem in found)},
        )
