"""Whatever people and staff try, in whatever order: an application moves along declared edges only."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions import applications as actions
from accounts.models import Application, CriterionCheck, Group, User
from accounts.rules.applications import EDGES, unmet_criteria
from kyodo import clock
from tests.factories.accounts import ApplicationFactory
from tests.factories.centre import usual_week

Status = Application.Status


def steps(application: Application, staff: User) -> dict[str, Callable[[], object]]:
    applicant = application.applicant
    common = {"application": application, "version": application.version}
    when = clock.now() + timedelta(days=3)
    named = {
        "submit": lambda: actions.submit_application(by=applicant, **common),
        "withdraw": lambda: actions.withdraw_application(by=applicant, **common),
        "hearing": lambda: actions.fix_hearing(
            begins_at=when, way="phone", place="", staff=staff, by=staff, **common
        ),
        "return": lambda: actions.return_application(reason="確かめてください", by=staff, **common),
        "reject": lambda: actions.reject_application(reason="見送ります", by=staff, **common),
        "approve": lambda: actions.approve_application(by=staff, **common),
        "approve as applicant": lambda: actions.approve_application(by=applicant, **common),
        "submit as staff": lambda: actions.submit_application(by=staff, **common),
    }
    for criterion, is_met in itertools.product(CriterionCheck.Criterion.values, (True, False)):
        named[f"{criterion} {is_met}"] = lambda criterion=criterion, is_met=is_met: actions.check_criteria(
            findings={criterion: actions.Finding(is_met, "")}, by=staff, **common
        )
    return named


NAMES = [
    "submit",
    "withdraw",
    "hearing",
    "return",
    "reject",
    "approve",
    "approve as applicant",
    "submit as staff",
    *(f"{criterion} True" for criterion in CriterionCheck.Criterion.values),
    "non_profit False",
]
# Ticks are common and ends rare, so that some sequences reach a decision.
LIKELY = [*NAMES, "submit", "submit", *(name for name in NAMES if name.endswith("True")), "approve"]


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.sampled_from(LIKELY), min_size=1, max_size=14))
def test_no_sequence_of_steps_leaves_the_declared_edges(names: list[str], coordinator: User) -> None:
    with transaction.atomic():
        _walk(names, coordinator)
        transaction.set_rollback(True)


def _walk(names: list[str], staff: User) -> None:
    usual_week()
    application = ApplicationFactory(complete=True)
    for name in names:
        before, groups = application.status, Group.objects.count()
        try:
            with transaction.atomic():
                steps(application, staff)[name]()
        except (ValidationError, PermissionDenied):
            was_refused = True
        else:
            was_refused = False
        version, application = application.version, Application.objects.get(pk=application.pk)
        if was_refused:
            assert (application.status, application.version) == (before, version)
            assert Group.objects.count() == groups
        elif application.status != before or name == "hearing":
            assert application.status in EDGES[before]
        if application.status == Status.APPROVED:
            checks = {check.criterion: check for check in application.criterion_checks.all()}
            assert not unmet_criteria(checks)
        assert (application.status == Status.APPROVED) == (application.group is not None)


@pytest.mark.django_db
@pytest.mark.parametrize("status", Status.values)
def test_each_state_takes_exactly_the_steps_its_edges_name(status: str, coordinator: User) -> None:
    usual_week()
    targets = {
        "submit": Status.SUBMITTED,
        "withdraw": Status.WITHDRAWN,
        "hearing": Status.HEARING,
        "return": Status.RETURNED,
        "reject": Status.REJECTED,
        "approve": Status.APPROVED,
    }
    for name, target in targets.items():
        application = _in(status)
        try:
            steps(application, coordinator)[name]()
        except ValidationError:
            taken = False
        else:
            taken = True
        assert taken == (target in EDGES[status]), f"{status} -> {name}"


def _in(status: str) -> Application:
    sent = {} if status == Status.DRAFT else {"submitted_at": clock.now()}
    if status == Status.HEARING:
        sent |= {"hearing_at": clock.now() + timedelta(days=2), "hearing_sequence": 1}
    if status in (Status.RETURNED, Status.REJECTED):
        sent |= {"reason": "理由"}
    application = ApplicationFactory(complete=True, met=True, **sent)
    if status in (Status.APPROVED, Status.REJECTED):
        application.decided_at, application.decided_by = clock.now(), application.applicant
    application.status = status
    application.save()
    return application
