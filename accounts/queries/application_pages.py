"""What each page of an application reads: the wizard's, the applicant's, the representative's, the staff's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import Application, CriterionCheck, Document, Group, HearingWish, User
from accounts.queries.applications import (
    Fact,
    Happening,
    answers_of,
    checks_of,
    earlier_checks,
    facts_of,
    happenings,
)
from accounts.queries.duplicates import Duplicate, likely_duplicates
from accounts.rules import applications as rules
from accounts.rules import steps, validity
from accounts.rules.steps import Problem, Step
from kyodo import clock

Status = Application.Status


@dataclass(frozen=True)
class Section:
    """One step on the review page: its lines and what is still missing."""

    step: Step
    title: str
    facts: Sequence[Fact]
    problems: Sequence[Problem]


@dataclass(frozen=True)
class Review:
    application: Application
    sections: Sequence[Section]
    documents: Sequence[Document]
    wishes: Sequence[HearingWish]
    is_complete: bool


def review_of(application: Application) -> Review:
    """Everything on one page, before it is sent."""
    facts = facts_of(application)
    found = steps.problems(answers_of(application))
    sections = [
        Section(
            step,
            str(steps.TITLES[step]),
            [fact for fact in facts if fact.step == step and fact.text],
            [problem for problem in found if problem.step == step],
        )
        for step in steps.FILLED_IN
    ]
    return Review(
        application=application,
        sections=sections,
        documents=list(application.documents.current()),
        wishes=list(application.hearing_wishes.all()),
        is_complete=not found,
    )


@dataclass(frozen=True)
class Check:
    """One of the four criteria as staff see it, looked at already or not."""

    criterion: CriterionCheck.Criterion
    check: CriterionCheck | None
    earlier: CriterionCheck | None

    @property
    def is_met(self) -> bool:
        return self.check is not None and self.check.is_met

    @property
    def note(self) -> str:
        return self.check.note if self.check else (self.earlier.note if self.earlier else "")


@dataclass(frozen=True)
class StaffPage:
    """Everything staff need to decide, on one page."""

    application: Application
    facts: Sequence[Fact]
    documents: Sequence[Document]
    wishes: Sequence[HearingWish]
    checks: Sequence[Check]
    unmet: Sequence[CriterionCheck.Criterion]
    duplicates: Sequence[Duplicate]
    happenings: Sequence[Happening]
    may_decide: bool
    may_correct: bool
    is_waiting: bool
    may_withdraw: bool
    is_before_hearing: bool


def staff_page(application: Application, by: User) -> StaffPage:
    checks = checks_of(application)
    is_new = application.type == Application.Type.NEW
    earlier = {} if is_new else earlier_checks(application)
    may_decide = rules.can_decide(by)
    is_waiting = application.status in rules.WAITING
    return StaffPage(
        application=application,
        facts=[fact for fact in facts_of(application) if fact.text or fact.is_changed],
        documents=list(application.documents.select_related("uploaded_by")),
        wishes=list(application.hearing_wishes.all()),
        checks=[
            Check(criterion, checks.get(criterion), earlier.get(criterion))
            for criterion in CriterionCheck.Criterion
        ],
        unmet=rules.unmet_criteria(checks),
        duplicates=likely_duplicates(application) if application.is_open else [],
        happenings=happenings(application),
        may_decide=may_decide,
        may_correct=application.is_paper and application.status in (*rules.WAITING, Status.RETURNED),
        is_waiting=is_waiting,
        may_withdraw=rules.can_withdraw(by, application),
        is_before_hearing=rules.is_before_hearing(application, clock.now()),
    )


# ── The applicant's pages ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class WizardStep:
    step: Step
    title: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True)
class Wizard:
    """Where one is in the wizard."""

    steps: Sequence[WizardStep]
    number: int
    total: int
    title: str
    before: Step | None


def wizard_of(application: Application, current: Step) -> Wizard:
    done = set(application.completed_steps)
    return Wizard(
        steps=[
            WizardStep(step, str(steps.TITLES[step]), step.value in done, step is current)
            for step in steps.ORDER
        ],
        number=steps.ORDER.index(current) + 1,
        total=len(steps.ORDER),
        title=str(steps.TITLES[current]),
        before=steps.before(current),
    )


@dataclass(frozen=True)
class OwnApplications:
    draft: Application | None
    open: Sequence[Application]


def own_applications(user: User) -> OwnApplications:
    """New registrations of this person that are not decided yet."""
    mine = list(
        Application.objects.filter(
            applicant_id=user.pk, type=Application.Type.NEW, status__in=Application.OPEN
        ).order_by("-created_at")
    )
    drafts = [one for one in mine if one.status == Status.DRAFT]
    return OwnApplications(drafts[0] if drafts else None, [one for one in mine if one not in drafts])


@dataclass(frozen=True)
class StatusPage:
    application: Application
    facts: Sequence[Fact]
    documents: Sequence[Document]
    wishes: Sequence[HearingWish]
    happenings: Sequence[Happening]
    may_edit: bool
    may_add: bool
    may_withdraw: bool


def status_page(application: Application, user: User) -> StatusPage:
    return StatusPage(
        application=application,
        facts=[fact for fact in facts_of(application) if fact.text],
        documents=list(application.documents.all()),
        wishes=list(application.hearing_wishes.all()),
        happenings=happenings(application),
        may_edit=rules.can_edit(user, application),
        may_add=rules.can_add_to(user, application),
        may_withdraw=rules.is_own(user, application) and rules.can_withdraw(user, application),
    )


@dataclass(frozen=True)
class RenewalPage:
    """Renewal or change of one group: what is prefilled, and whether it can be sent now."""

    group: Group
    kind: Application.Type
    returned: Application | None
    waiting: Application | None
    opens_on: date
    is_open: bool
    valid_until: date
    documents: Sequence[Document]

    @property
    def source(self) -> Application | Group:
        return self.returned or self.group

    @property
    def version(self) -> int:
        return self.returned.version if self.returned else 0

    @property
    def is_renewal(self) -> bool:
        return self.kind == Application.Type.RENEWAL


def renewal_page(group: Group, kind: Application.Type) -> RenewalPage:
    running = Application.objects.filter(group=group, type=kind, status__in=Application.OPEN).first()
    is_editable = running is not None and running.status in rules.EDITABLE
    today = clock.today()
    is_in_time = kind == Application.Type.CHANGE or validity.can_renew(group, today)
    return RenewalPage(
        group=group,
        kind=kind,
        returned=running if is_editable else None,
        waiting=None if is_editable else running,
        opens_on=validity.renewal_opens_on(group.valid_until),
        is_open=group.status != Group.Status.CLOSED and is_in_time,
        valid_until=validity.renewed_until(group, today),
        documents=list(running.documents.current()) if running and is_editable else [],
    )
