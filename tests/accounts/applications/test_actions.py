"""Each step in the life of an application: allowed, refused, and what it leaves behind."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actions import applications as actions
from accounts.models import Application, CriterionCheck, Group, Invitation, Membership, User
from accounts.rules.steps import Step
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import ApplicationFactory, GroupFactory, UserFactory, hearing_slots
from tests.factories.centre import CentreFactory, usual_week

Status = Application.Status
pytestmark = pytest.mark.django_db


def code_of(refusal: pytest.ExceptionInfo[ValidationError]) -> str:
    return str(refusal.value.error_list[0].code)


def approve(application: Application, by: User) -> Application:
    return actions.approve_application(application=application, version=application.version, by=by)


# ── Start, save, send ────────────────────────────────────────────────────────────────────────────────────────────


def test_start_gives_a_draft_with_what_is_known_of_the_person(citizen: User) -> None:
    application = actions.start_application(by=citizen)

    assert application.status == Status.DRAFT
    assert application.contact_email == citizen.email


def test_start_again_gives_the_same_draft(citizen: User) -> None:
    assert actions.start_application(by=citizen) == actions.start_application(by=citizen)


def test_start_is_refused_without_a_verified_address() -> None:
    stranger = UserFactory(verified=False)

    with pytest.raises(ValidationError) as refusal:
        actions.start_application(by=stranger)

    assert code_of(refusal) == "unverified"


def test_step_is_kept_and_ticked_off(citizen: User) -> None:
    application = actions.start_application(by=citizen)

    application = actions.save_step(
        application=application,
        step=Step.MEMBERS,
        answers={"members_count": 5, "members_in_city_count": 4},
        version=application.version,
        by=citizen,
    )

    application.refresh_from_db()
    assert (application.members_count, application.completed_steps) == (5, ["members"])


def test_step_writes_nothing_that_belongs_to_another_step(citizen: User) -> None:
    application = actions.start_application(by=citizen)

    actions.save_step(
        application=application,
        step=Step.MEMBERS,
        answers={"name": "よその欄", "status": Status.APPROVED},
        version=application.version,
        by=citizen,
    )

    application.refresh_from_db()
    assert (application.name, application.status) == ("", Status.DRAFT)


def test_step_from_an_old_page_is_refused(citizen: User) -> None:
    application = actions.start_application(by=citizen)
    old = application.version
    save = {"application": application, "step": Step.KIND, "answers": {"kind": "single"}, "by": citizen}
    actions.save_step(**save, version=old)

    with pytest.raises(ValidationError) as refusal:
        actions.save_step(**save, version=old)

    assert code_of(refusal) == "stale"


def test_only_the_applicant_saves_and_sends(
    citizen: User, representative: User, coordinator: User, manager: User, ward_officer: User
) -> None:
    usual_week()
    application = ApplicationFactory(applicant=citizen, complete=True)

    for other in (representative, ward_officer, coordinator, manager):
        with pytest.raises(PermissionDenied):
            actions.submit_application(application=application, version=application.version, by=other)
    sent = actions.submit_application(application=application, version=application.version, by=citizen)

    assert sent.status == Status.SUBMITTED


def test_sending_acknowledges_by_mail_with_the_reference_and_the_model_bylaws(citizen: User) -> None:
    usual_week()
    application = ApplicationFactory(applicant=citizen, complete=True)

    actions.submit_application(application=application, version=application.version, by=citizen)

    mail = OutgoingMail.objects.get(to=citizen.email)
    assert application.reference in mail.body
    assert "/groups/register/model-bylaws/" in mail.body


def test_an_application_is_told_to_the_address_of_the_centre(citizen: User) -> None:
    usual_week()
    CentreFactory(email="centre@example.jp")
    application = ApplicationFactory(applicant=citizen, complete=True, name="花いっぱいの会")

    actions.submit_application(application=application, version=application.version, by=citizen)

    mail = OutgoingMail.objects.get(to="centre@example.jp")
    assert "花いっぱいの会" in mail.subject
    assert f"/admin/accounts/application/{application.pk}/" in mail.body
    assert citizen.name not in mail.body


def test_half_an_application_is_not_sent(citizen: User) -> None:
    application = ApplicationFactory(applicant=citizen)

    with pytest.raises(ValidationError) as refusal:
        actions.submit_application(application=application, version=application.version, by=citizen)

    assert code_of(refusal) == "incomplete"
    assert not OutgoingMail.objects.exists()


def test_wishes_that_have_passed_meanwhile_are_asked_for_again(citizen: User) -> None:
    usual_week()
    application = ApplicationFactory(applicant=citizen, complete=True)

    with time_machine.travel(clock.now() + timedelta(days=10)), pytest.raises(ValidationError) as refusal:
        actions.submit_application(application=application, version=application.version, by=citizen)

    assert code_of(refusal) == "incomplete"


def test_project_team_needs_two_parties(citizen: User) -> None:
    usual_week()
    application = ApplicationFactory(applicant=citizen, complete=True, kind="project_team")

    with pytest.raises(ValidationError) as refusal:
        actions.submit_application(application=application, version=application.version, by=citizen)

    assert "構成団体" in refusal.value.messages[0]


def test_npo_need_not_bring_its_bylaws(citizen: User) -> None:
    usual_week()
    application = ApplicationFactory(applicant=citizen, complete=True, legal_form="npo")
    Application.objects.filter(pk=application.pk).update(wants_model_bylaws=False)

    sent = actions.submit_application(application=application, version=application.version, by=citizen)

    assert sent.status == Status.SUBMITTED


# ── Withdraw ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_applicant_withdraws_and_the_hearing_leaves_the_calendar() -> None:
    application = ApplicationFactory(hearing=True)

    actions.withdraw_application(
        application=application, version=application.version, by=application.applicant
    )

    mail = OutgoingMail.objects.get()
    entry = bytes(mail.attachments.get().content).decode()
    assert "METHOD:CANCEL" in entry
    assert "SEQUENCE:1" in entry
    assert "STATUS:CANCELLED" in entry
    application.refresh_from_db()
    assert (application.status, application.hearing_at) == (Status.WITHDRAWN, None)


def test_draft_is_withdrawn_without_a_mail() -> None:
    application = ApplicationFactory()

    actions.withdraw_application(
        application=application, version=application.version, by=application.applicant
    )

    assert not OutgoingMail.objects.exists()


def test_nobody_else_withdraws_but_staff_for_paper(citizen: User, coordinator: User) -> None:
    online, paper = ApplicationFactory(submitted=True), ApplicationFactory(paper=True)

    for user, application in ((citizen, online), (coordinator, online), (citizen, paper)):
        with pytest.raises(PermissionDenied):
            actions.withdraw_application(application=application, version=application.version, by=user)
    actions.withdraw_application(application=paper, version=paper.version, by=coordinator)

    assert Application.objects.get(pk=paper.pk).status == Status.WITHDRAWN


# ── Rights of staff ──────────────────────────────────────────────────────────────────────────────────────────────


def staff_steps(application: Application, by: User) -> list[object]:
    common = {"application": application, "version": application.version, "by": by}
    when = clock.now() + timedelta(days=3)
    return [
        lambda: actions.fix_hearing(begins_at=when, way="phone", place="", staff=by, **common),
        lambda: actions.check_criteria(findings={"non_profit": actions.Finding(True, "")}, **common),
        lambda: actions.confirm_criteria(**common),
        lambda: actions.return_application(reason="確かめてください", **common),
        lambda: actions.reject_application(reason="見送ります", **common),
        lambda: actions.approve_application(**common),
    ]


@pytest.mark.parametrize("who", ["citizen", "representative", "member", "ward_officer", "reception"])
def test_only_coordinators_and_managers_decide(who: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)
    application = ApplicationFactory(submitted=True, met=True)

    for step in staff_steps(application, user):
        with pytest.raises(PermissionDenied):
            step()

    application.refresh_from_db()
    assert application.status == Status.SUBMITTED


def test_applicant_who_is_not_staff_cannot_approve_their_own() -> None:
    application = ApplicationFactory(submitted=True, met=True)

    with pytest.raises(PermissionDenied):
        approve(application, application.applicant)


# ── Hearing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def fix(application: Application, by: User, **changes: object) -> Application:
    values = {"begins_at": hearing_slots()[0], "way": "on_site", "place": "", "staff": by} | changes
    return actions.fix_hearing(application=application, version=application.version, by=by, **values)


def test_fixed_hearing_is_mailed_with_a_calendar_entry(coordinator: User) -> None:
    usual_week()
    application = fix(ApplicationFactory(submitted=True, name="花の会"), coordinator)

    mail = OutgoingMail.objects.get()
    attachment = mail.attachments.get()
    entry = bytes(attachment.content).decode()
    assert attachment.content_type == "text/calendar; method=REQUEST"
    assert "METHOD:REQUEST" in entry
    assert f"UID:hearing-{application.reference.lower()}@" in entry
    assert "SEQUENCE:0" in entry
    assert mail.subject.startswith("【ヒアリング】")


def test_moved_hearing_keeps_its_uid_and_raises_the_sequence(coordinator: User) -> None:
    usual_week()
    first, second, _third = hearing_slots()
    application = fix(ApplicationFactory(submitted=True), coordinator, begins_at=first)
    fix(application, coordinator, begins_at=second)

    old, new = [
        bytes(mail.attachments.get().content).decode() for mail in OutgoingMail.objects.order_by("pk")
    ]
    uid = f"UID:hearing-{application.reference.lower()}@"
    assert uid in old
    assert uid in new
    assert "SEQUENCE:0" in old
    assert "SEQUENCE:1" in new


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"begins_at": clock.at(date(2020, 1, 7), clock.now().time())}, "past"),
        ({"begins_at": None}, "closed"),
        ({"way": "online"}, "place"),
        ({"way": "carrier pigeon"}, "way"),
        ({"staff": None}, "staff"),
    ],
)
def test_hearing_is_refused(changes: dict[str, object], code: str, coordinator: User, citizen: User) -> None:
    if "begins_at" not in changes:
        usual_week()
    elif changes["begins_at"] is None:
        changes = {"begins_at": hearing_slots()[0]}
    if changes.get("staff", coordinator) is None:
        changes = {"staff": citizen}

    with pytest.raises(ValidationError) as refusal:
        fix(ApplicationFactory(submitted=True), coordinator, **changes)

    assert code_of(refusal) == code


def test_hearing_by_phone_may_lie_outside_opening_hours(coordinator: User) -> None:
    assert fix(ApplicationFactory(submitted=True), coordinator, way="phone").status == Status.HEARING


# ── Return, reject ───────────────────────────────────────────────────────────────────────────────────────────────


def test_returned_application_is_mended_and_sent_again(coordinator: User) -> None:
    usual_week()
    application = ApplicationFactory(submitted=True, complete=True)

    application = actions.return_application(
        application=application, reason="会則を見せてください。", version=application.version, by=coordinator
    )
    assert "会則を見せてください。" in OutgoingMail.objects.get().body
    application = actions.submit_application(
        application=application, version=application.version, by=application.applicant
    )

    assert (application.status, application.reason) == (Status.SUBMITTED, "")


@pytest.mark.parametrize("action", [actions.return_application, actions.reject_application])
def test_return_and_rejection_need_a_reason(action: object, coordinator: User) -> None:
    application = ApplicationFactory(submitted=True)

    with pytest.raises(ValidationError) as refusal:
        action(application=application, reason="  ", version=application.version, by=coordinator)

    assert code_of(refusal) == "reason"


def test_rejection_is_final_and_tells_why(coordinator: User) -> None:
    application = ApplicationFactory(submitted=True, met=True)

    application = actions.reject_application(
        application=application, reason="営利の活動です。", version=application.version, by=coordinator
    )

    assert "営利の活動です。" in OutgoingMail.objects.get().body
    with pytest.raises(ValidationError) as refusal:
        approve(application, coordinator)
    assert code_of(refusal) == "edge"


# ── Approve ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("missing", CriterionCheck.Criterion.values)
def test_approval_needs_all_four_criteria(missing: str, coordinator: User) -> None:
    application = ApplicationFactory(submitted=True, met=True)
    application.criterion_checks.filter(criterion=missing).update(is_met=False)

    with pytest.raises(ValidationError) as refusal:
        approve(application, coordinator)

    assert code_of(refusal) == "criteria"
    assert not Group.objects.exists()


def test_criterion_keeps_note_and_who_looked(coordinator: User) -> None:
    application = ApplicationFactory(submitted=True)

    actions.check_criteria(
        application=application,
        findings={"non_profit": actions.Finding(True, " 会則第7条 ")},
        version=application.version,
        by=coordinator,
    )

    check = application.criterion_checks.get()
    assert (check.is_met, check.note, check.checked_by) == (True, "会則第7条", coordinator)


def test_criteria_of_a_decided_application_stand_still(coordinator: User) -> None:
    application = approve(ApplicationFactory(submitted=True, met=True), coordinator)

    with pytest.raises(ValidationError) as refusal:
        actions.check_criteria(
            application=application,
            findings={"non_profit": actions.Finding(False, "")},
            version=application.version,
            by=coordinator,
        )

    assert code_of(refusal) == "edge"


@time_machine.travel("2026-11-20 10:00+09:00", tick=False)
def test_approval_makes_the_group_with_all_that_was_said(coordinator: User) -> None:
    application = ApplicationFactory(submitted=True, complete=True, met=True, kind="project_team")
    application.parties.create(name="A社", role="資金")
    application.parties.create(name="B会", position=1)

    group = approve(application, coordinator).group

    assert group is not None
    assert (group.number, group.valid_until) == ("2026-0001", date(2027, 3, 31))
    assert (group.name, group.purpose) == (application.name, application.purpose)
    assert [party.name for party in group.parties.all()] == ["A社", "B会"]
    assert list(group.fields.all()) == list(application.fields.all())
    member = group.memberships.get()
    assert (member.user, member.role) == (application.applicant, Membership.Role.REPRESENTATIVE)
    mail = OutgoingMail.objects.get(to=application.applicant.email)
    assert f"/groups/{group.number}/card/" in mail.body


@time_machine.travel("2026-11-20 10:00+09:00", tick=False)
def test_numbers_go_on_within_the_fiscal_year_and_begin_anew_in_the_next(coordinator: User) -> None:
    GroupFactory(number="2026-0041")
    GroupFactory(number="2025-0900")
    GroupFactory(number="2026-XX")
    first = approve(ApplicationFactory(submitted=True, met=True), coordinator).group
    with time_machine.travel("2027-04-01 09:00+09:00"):
        second = approve(ApplicationFactory(submitted=True, met=True), coordinator).group

    assert first is not None
    assert second is not None
    assert (first.number, second.number) == ("2026-0042", "2027-0001")


def test_paper_without_account_gives_a_group_and_an_invitation(coordinator: User) -> None:
    application = ApplicationFactory(paper=True, met=True, contact_email="kami@example.jp")

    group = approve(application, coordinator).group

    assert group is not None
    assert not group.memberships.exists()
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == ("kami@example.jp", Membership.Role.REPRESENTATIVE)


def test_paper_without_any_address_is_approved_in_silence(coordinator: User) -> None:
    application = ApplicationFactory(paper=True, met=True, contact_email="")

    assert approve(application, coordinator).status == Status.APPROVED
    assert not OutgoingMail.objects.exists()


def test_decision_from_an_old_page_is_refused_and_says_what_holds(coordinator: User, manager: User) -> None:
    application = ApplicationFactory(submitted=True, met=True)
    approve(application, coordinator)

    with pytest.raises(ValidationError) as refusal:
        actions.reject_application(
            application=application, reason="見送り", version=application.version, by=manager
        )

    assert code_of(refusal) == "stale"
    assert "登録" in refusal.value.messages[0]
