"""The life of an application: which step may follow which, and who may take it."""

from collections.abc import Mapping
from datetime import datetime

from allauth.account.models import EmailAddress

from accounts.models import Application, CriterionCheck, User
from accounts.rules import groups as group_rules

Status = Application.Status

EDGES: Mapping[str, frozenset[str]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
    # Straight to the decision where the hearing took place at the window, by phone, or before a return.
    Status.SUBMITTED: frozenset(
        {Status.HEARING, Status.RETURNED, Status.APPROVED, Status.REJECTED, Status.WITHDRAWN}
    ),
    # A hearing can be moved.
    Status.HEARING: frozenset(
        {Status.HEARING, Status.RETURNED, Status.APPROVED, Status.REJECTED, Status.WITHDRAWN}
    ),
    Status.RETURNED: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
    Status.APPROVED: frozenset(),
    Status.REJECTED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}
EDITABLE = frozenset({Status.DRAFT, Status.RETURNED})
WAITING = frozenset({Status.SUBMITTED, Status.HEARING})


def leads_to(application: Application, status: str) -> bool:
    return status in EDGES[application.status]


# ── The applicant ────────────────────────────────────────────────────────────────────────────────────────────────


def has_verified_address(user: User) -> bool:
    return EmailAddress.objects.filter(user_id=user.pk, verified=True).exists()


def can_apply(user: User) -> bool:
    """Everybody with an account whose address is known to reach them."""
    return user.is_active and has_verified_address(user)


def is_own(user: User, application: Application) -> bool:
    """The person who applied; for a group that exists already, whoever represents it today."""
    if not user.is_active:
        return False
    if application.group is not None and application.type != Application.Type.NEW:
        return group_rules.is_representative(user, application.group)
    return application.applicant_id == user.pk


def can_edit(user: User, application: Application) -> bool:
    return application.status in EDITABLE and is_own(user, application)


def can_add_to(user: User, application: Application) -> bool:
    """While the centre has it: another paper, other times for the hearing of a new one."""
    return application.status in WAITING and is_own(user, application)


def is_before_hearing(application: Application, now: datetime) -> bool:
    """A new group, and no hearing has taken place that we know of."""
    is_new = application.type == Application.Type.NEW
    return is_new and (application.hearing_at is None or application.hearing_at > now)


def can_withdraw(user: User, application: Application) -> bool:
    """The applicant; for an application on paper the staff, when the group says so at the window."""
    if not leads_to(application, Status.WITHDRAWN):
        return False
    return is_own(user, application) or (application.is_paper and can_decide(user))


# ── Staff ────────────────────────────────────────────────────────────────────────────────────────────────────────


def can_decide(user: User) -> bool:
    """Coordinators and managers; what each role may do stands in accounts.roles."""
    return user.has_perm("accounts.change_application")


def can_enter_paper(user: User) -> bool:
    """Whoever of the staff stands at the window."""
    return user.is_active and user.is_staff


def unmet_criteria(checks: Mapping[str, CriterionCheck]) -> list[CriterionCheck.Criterion]:
    """Which of the four are not ticked; `checks` by criterion."""
    return [
        criterion
        for criterion in CriterionCheck.Criterion
        if criterion.value not in checks or not checks[criterion.value].is_met
    ]
