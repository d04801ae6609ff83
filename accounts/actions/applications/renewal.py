"""Renewal (更新) and change (変更) of a registration: one page, prefilled with what the centre knows, sent at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.applications.drafting import submit_locked
from accounts.actions.applications.papers import Paper, add_locked
from accounts.actions.applications.writing import check_editable, lock_application, write_answers
from accounts.actions.locking import lock_group
from accounts.models import Application, Group, User
from accounts.rules import groups as group_rules
from accounts.rules import steps, validity
from kyodo import clock, dates, references
from kyodo.files import kept_with_rows

Status = Application.Status
Type = Application.Type
COLUMNS = (*steps.PROFILE_COLUMNS, "change_note")


def start_renewal(
    *,
    group: Group,
    answers: Mapping[str, Any],
    by: User,
    papers: Sequence[Paper] = (),
    returned: Application | None = None,
    version: int | None = None,
) -> Application:
    """Ask for another year. `returned` with its version: the one that staff handed back, sent again."""
    return _send(Type.RENEWAL, group, answers, papers, returned, version, by)


def start_change(
    *,
    group: Group,
    answers: Mapping[str, Any],
    by: User,
    papers: Sequence[Paper] = (),
    returned: Application | None = None,
    version: int | None = None,
) -> Application:
    """Ask for a change of what is registered: the name, the purpose, the parties, ..."""
    return _send(Type.CHANGE, group, answers, papers, returned, version, by)


def _send(
    kind: Type,
    group: Group,
    answers: Mapping[str, Any],
    papers: Sequence[Paper],
    returned: Application | None,
    version: int | None,
    by: User,
) -> Application:
    with kept_with_rows(), transaction.atomic():
        group = lock_group(group)
        _check_may_ask(group, by)
        _check_in_time(kind, group)
        application = _reopen(kind, group, returned, version) if returned else _new(kind, group, by)
        write_answers(application, answers, COLUMNS)
        add_locked(application, papers, by)
        application.completed_steps = [step.value for step in steps.FILLED_IN]
        submit_locked(application)
    return application


def _new(kind: Type, group: Group, by: User) -> Application:
    if Application.objects.filter(group=group, type=kind, status__in=Application.OPEN).exists():
        raise ValidationError(_("この団体の申請は、すでに受け付けています。"), code="already_open")
    return Application.objects.create(reference=references.new(), type=kind, group=group, applicant=by)


def _reopen(kind: Type, group: Group, returned: Application, version: int | None) -> Application:
    application = lock_application(returned, version or 0)
    if application.group_id != group.pk or application.type != kind:
        raise PermissionDenied
    check_editable(application)
    return application


def _check_may_ask(group: Group, by: User) -> None:
    if not group_rules.is_representative(by, group):
        raise PermissionDenied
    if group.status == Group.Status.CLOSED:
        raise ValidationError(_("この団体の登録は終わっています。"), code="group_closed")


def _check_in_time(kind: Type, group: Group) -> None:
    if kind == Type.RENEWAL and not validity.can_renew(group, clock.today()):
        raise ValidationError(
            _("更新の受付は%(day)sからです。"),
            code="too_early",
            params={"day": dates.day(validity.renewal_opens_on(group.valid_until))},
        )
