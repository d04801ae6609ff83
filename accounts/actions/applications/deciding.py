"""The staff's side: the four criteria, return with reasons, approve, reject."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import IntegerField, Max
from django.db.models.functions import Cast, Substr
from django.utils.translation import gettext as _

from accounts.actions import directory, members
from accounts.actions.applications import hearing
from accounts.actions.applications.writing import (
    PartyEntry,
    check_edge,
    lock_application,
    save_next_version,
    write_parties,
)
from accounts.emails import applications as emails
from accounts.models import Application, CriterionCheck, Group, Membership, User
from accounts.queries.applications import checks_of, earlier_checks
from accounts.rules import applications as rules
from accounts.rules import steps, validity
from kyodo import clock

Status = Application.Status
NO_NOTES: Mapping[str, str] = MappingProxyType({})
NUMBERS = 0x4B594F
"""Names the queue for registration numbers among PostgreSQL's advisory locks."""


# ── The four criteria ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Finding:
    """What was found of one criterion: met or not, and what was looked at."""

    is_met: bool
    note: str


def check_criteria(
    *, application: Application, findings: Mapping[str, Finding], version: int, by: User
) -> Application:
    """Tick criteria, or take ticks away, with what was looked at. Of one that stays as it was, who looked at it stays."""
    _check_may_decide(by)
    if not set(findings) <= set(CriterionCheck.Criterion.values):
        raise ValidationError(_("要件を選んでください。"), code="criterion")
    with transaction.atomic():
        application = lock_application(application, version)
        _check_waits(application)
        before = checks_of(application)
        for criterion, finding in findings.items():
            note = finding.note.strip()
            if (finding.is_met, note) != _found_before(before.get(criterion)):
                _write_check(application, criterion, finding.is_met, note, by)
        save_next_version(application)
    return application


def _found_before(check: CriterionCheck | None) -> tuple[bool, str]:
    return (check.is_met, check.note) if check else (False, "")


def confirm_criteria(
    *, application: Application, version: int, by: User, notes: Mapping[str, str] = NO_NOTES
) -> Application:
    """Carry the criteria of the registration over to a renewal or change: staff say that all four still hold. What they
    have written beside one goes before what was written at the registration."""
    _check_may_decide(by)
    with transaction.atomic():
        application = lock_application(application, version)
        _check_waits(application)
        if application.type == Application.Type.NEW:
            raise ValidationError(
                _("新しい登録では、要件を1つずつ確かめてください。"), code="criteria_one_by_one"
            )
        before = earlier_checks(application)
        for criterion in CriterionCheck.Criterion:
            note = notes.get(criterion, "").strip() or (before[criterion].note if criterion in before else "")
            _write_check(application, criterion, True, note, by)
        save_next_version(application)
    return application


def _write_check(application: Application, criterion: str, is_met: bool, note: str, by: User) -> None:
    CriterionCheck.objects.update_or_create(
        application=application,
        criterion=criterion,
        defaults={"is_met": is_met, "note": note, "checked_by": by, "checked_at": clock.now()},
    )


# ── Return and reject ────────────────────────────────────────────────────────────────────────────────────────────


def return_application(*, application: Application, reason: str, version: int, by: User) -> Application:
    """Hand it back with reasons (確認のお願い): the group mends it and sends it again."""
    return _refuse(application, Status.RETURNED, reason, version, by)


def reject_application(*, application: Application, reason: str, version: int, by: User) -> Application:
    """Decide against it (見送り), with the reason in words the applicant can use."""
    return _refuse(application, Status.REJECTED, reason, version, by)


def _refuse(application: Application, status: str, reason: str, version: int, by: User) -> Application:
    _check_may_decide(by)
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("理由を書いてください。申請した人が読みます。"), code="reason")
    with transaction.atomic():
        application = lock_application(application, version)
        check_edge(application, status)
        attachments = hearing.cancel_locked(application)
        application.status = status
        application.reason = reason
        if status == Status.REJECTED:
            application.decided_at, application.decided_by = clock.now(), by
        save_next_version(application)
        tell = emails.tell_rejected if status == Status.REJECTED else emails.tell_returned
        tell(application, attachments)
    return application


# ── Approve ──────────────────────────────────────────────────────────────────────────────────────────────────────


def approve_application(*, application: Application, version: int, by: User) -> Application:
    """Register the group, renew it, or write the change down. Only with all four criteria met."""
    _check_may_decide(by)
    with transaction.atomic():
        application = lock_application(application, version)
        check_edge(application, Status.APPROVED)
        _check_criteria(checks_of(application))
        group = application.group or _register(application)
        _check_group_goes_on(group)
        if application.type != Application.Type.NEW:
            _carry_over(application, group)
        attachments = hearing.cancel_locked(application)
        application.status = Status.APPROVED
        application.group = group
        application.decided_at, application.decided_by = clock.now(), by
        save_next_version(application)
        application.documents.current().filter(group=None).update(group=group)
        directory.index(group)
        if application.type == Application.Type.NEW:
            _seat_representative(application, group, by)
        emails.tell_approved(application, attachments)
    return application


def _register(application: Application) -> Group:
    today = clock.today()
    group = Group(number=_next_number(today), registered_on=today, valid_until=validity.valid_until(today))
    _copy_profile(application, group)
    return group


def _carry_over(application: Application, group: Group) -> None:
    if application.type == Application.Type.RENEWAL:
        group.valid_until = validity.renewed_until(group, clock.today())
    _copy_profile(application, group)


def _copy_profile(application: Application, group: Group) -> None:
    for column in steps.PROFILE_COLUMNS:
        setattr(group, column, getattr(application, column))
    group.save()
    group.fields.set(application.fields.all())
    group.wards.set(application.wards.all())
    entries = [PartyEntry(party.name, party.role) for party in application.parties.all()]
    write_parties(entries, group=group)


def _next_number(day: date) -> str:
    """2026-0001, counted within the fiscal year."""
    year = clock.fiscal_year(day)
    _queue_for_number(year)
    numbers = Group.objects.filter(number__regex=rf"^{year}-\d+$")
    last = numbers.aggregate(last=Max(Cast(Substr("number", 6), IntegerField())))["last"] or 0
    return f"{year}-{last + 1:04d}"


def _queue_for_number(year: int) -> None:
    """Whoever registers next waits here until the one before is written or gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NUMBERS, year])


def _seat_representative(application: Application, group: Group, by: User) -> None:
    """The applicant represents the group. Without an account the contact is invited to."""
    applicant = application.applicant
    if applicant and applicant.is_active:
        Membership.objects.create(group=group, user=applicant, role=Membership.Role.REPRESENTATIVE)
    elif application.contact_email:
        members.invite_representative(group=group, email=application.contact_email, by=by)


# ── Checks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _check_may_decide(by: User) -> None:
    if not rules.can_decide(by):
        raise PermissionDenied


def _check_waits(application: Application) -> None:
    if application.status not in rules.WAITING:
        raise ValidationError(
            _("いまの状態は「%(status)s」なので、要件は変えられません。"),
            code="edge",
            params={"status": application.get_status_display()},
        )


def _check_criteria(checks: Mapping[str, CriterionCheck]) -> None:
    unmet = rules.unmet_criteria(checks)
    if unmet:
        raise ValidationError(
            _("まだ確かめていない要件があります：%(criteria)s"),
            code="criteria",
            params={"criteria": "、".join(str(criterion.label) for criterion in unmet)},
        )


def _check_group_goes_on(group: Group) -> None:
    if group.status == Group.Status.CLOSED:
        raise ValidationError(_("この団体の登録は終わっています。"), code="group_closed")
