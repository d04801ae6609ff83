"""A group's page, and what the centre does with a group."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts import panels
from accounts.actions import groups, members
from accounts.models import Group, Membership, User
from accounts.queries.groups import bookable_groups
from accounts.rules import groups as rules
from kyodo.mail.models import OutgoingMail
from tests.counting import query_count
from tests.factories.accounts import GroupFactory, MembershipFactory

# ── Who sees it ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "who", ["representative", "booking_manager", "member", "reception", "coordinator", "manager"]
)
def test_its_people_and_staff_see_the_group_from_inside(
    client: Client, group: Group, member: User, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    page = client.get(group.get_absolute_url()).content.decode()
    assert member.name in page
    assert group.contact_email in page


@pytest.mark.parametrize("who", ["other_representative", "citizen", "ward_officer"])
def test_others_see_nothing_of_it(
    client: Client, group: Group, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(group.get_absolute_url()).status_code == 404


def test_others_see_its_entry_when_it_is_listed(
    client: Client, group: Group, citizen: User, member: User
) -> None:
    Group.objects.filter(pk=group.pk).update(is_listed=True)
    client.force_login(citizen)
    page = client.get(group.get_absolute_url()).content.decode()
    assert group.name in page
    assert member.name not in page
    assert group.contact_email not in page


def test_members_see_names_and_those_who_manage_see_addresses(
    client: Client, group: Group, representative: User, member: User, booking_manager: User
) -> None:
    client.force_login(member)
    assert booking_manager.email not in client.get(group.get_absolute_url()).content.decode()
    client.force_login(representative)
    assert booking_manager.email in client.get(group.get_absolute_url()).content.decode()


def test_invitations_are_shown_to_those_who_manage(
    client: Client, group: Group, representative: User, member: User
) -> None:
    members.invite_member(group=group, email="new@example.jp", role="member", by=representative)
    client.force_login(member)
    assert "new@example.jp" not in client.get(group.get_absolute_url()).content.decode()
    client.force_login(representative)
    page = client.get(group.get_absolute_url()).content.decode()
    assert "new@example.jp" in page
    assert page.count("csrfmiddlewaretoken") >= 1


@pytest.mark.parametrize("who", ["representative", "member", "coordinator"])
def test_three_members_ask_no_more_than_one(
    client: Client, group: Group, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    before = query_count(client, group.get_absolute_url())
    for _number in range(2):
        MembershipFactory(group=group)
    # Twelve for the group itself; its application, whether its contact is still there, draws and waiting.
    assert query_count(client, group.get_absolute_url()) == before <= 16


def test_floors_above_fill_panels(
    client: Client, group: Group, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def load(group: Group, rights: rules.Rights) -> dict[str, object] | None:
        seen.append((group, rights.role))
        return {"text": "上の階から"}

    monkeypatch.setattr(panels, "_panels", [panels.Panel("components/_notice.html", load)])
    client.force_login(member)
    response = client.get(group.get_absolute_url())
    assert [filled.content for filled in response.context["page"].panels] == [{"text": "上の階から"}]
    assert seen == [(group, Membership.Role.MEMBER)]


# ── Acting and booking for it ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("representative", True),
        ("booking_manager", True),
        ("member", False),
        ("other_representative", False),
        ("citizen", False),
        ("ward_officer", False),
        ("coordinator", False),
    ],
)
def test_who_may_book_in_its_name(
    group: Group, who: str, expected: bool, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    assert rules.rights_in(user, group).can_book is expected
    assert (group in bookable_groups(user)) is expected


@pytest.mark.parametrize("state", ["suspended", "closed", "expired"])
def test_nobody_books_for_a_group_that_is_not_in_force(representative: User, state: str) -> None:
    group = GroupFactory(representative=representative, **{state: True})
    assert rules.can_act_for(representative, group)
    assert not rules.rights_in(representative, group).can_book
    assert group not in bookable_groups(representative)


def test_an_account_that_is_switched_off_acts_for_nobody(group: Group, representative: User) -> None:
    representative.is_active = False
    assert not rules.can_act_for(representative, group)


# ── What the centre does ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["coordinator", "manager"])
def test_staff_suspend_with_a_reason_and_resume(
    group: Group, representative: User, who: str, request: pytest.FixtureRequest
) -> None:
    by = request.getfixturevalue(who)
    groups.suspend_group(group=group, reason="書類が届いていません。", by=by)
    group.refresh_from_db()
    assert (group.status, group.suspended_reason) == (Group.Status.SUSPENDED, "書類が届いていません。")
    mail = OutgoingMail.objects.get(kind="groups/suspended")
    assert mail.to == representative.email
    assert "書類が届いていません。" in mail.body

    groups.resume_group(group=group, by=by)
    group.refresh_from_db()
    assert (group.status, group.suspended_reason) == (Group.Status.ACTIVE, "")


def test_a_suspension_has_a_reason(group: Group, coordinator: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        groups.suspend_group(group=group, reason="  ", by=coordinator)
    assert refusal.value.code == "reason"


def test_closing_ends_invitations_and_keeps_the_record(
    group: Group, representative: User, coordinator: User
) -> None:
    invitation = members.invite_member(group=group, email="new@example.jp", role="member", by=representative)
    groups.close_group(group=group, by=coordinator)
    invitation.refresh_from_db()
    assert invitation.revoked_at is not None
    assert Membership.objects.filter(group=group).count() == 3
    assert not rules.can_manage_members(representative, Group.objects.get(pk=group.pk))


@pytest.mark.parametrize(
    ("step", "start"),
    [
        ("suspend_group", "suspended"),
        ("suspend_group", "closed"),
        ("resume_group", "active"),
        ("resume_group", "closed"),
        ("close_group", "closed"),
    ],
)
def test_a_step_starts_from_where_the_group_is(coordinator: User, step: str, start: str) -> None:
    group = GroupFactory(**({} if start == "active" else {start: True}))
    extra = {"reason": "理由"} if step == "suspend_group" else {}
    with pytest.raises(ValidationError) as refusal:
        getattr(groups, step)(group=group, by=coordinator, **extra)
    assert refusal.value.code == "status"


@pytest.mark.parametrize("who", ["representative", "citizen", "ward_officer", "reception"])
@pytest.mark.parametrize("step", ["suspend_group", "resume_group", "close_group"])
def test_nobody_else_does(group: Group, who: str, step: str, request: pytest.FixtureRequest) -> None:
    extra = {"reason": "理由"} if step == "suspend_group" else {}
    with pytest.raises(PermissionDenied):
        getattr(groups, step)(group=group, by=request.getfixturevalue(who), **extra)
    group.refresh_from_db()
    assert group.status == Group.Status.ACTIVE


def test_a_group_without_people_is_told_at_its_contact(coordinator: User) -> None:
    group = GroupFactory(contact_email="office@example.jp")
    groups.close_group(group=group, by=coordinator)
    assert OutgoingMail.objects.get(kind="groups/closed").to == "office@example.jp"


def test_every_change_of_state_is_history(group: Group, coordinator: User) -> None:
    groups.suspend_group(group=group, reason="理由", by=coordinator)
    groups.resume_group(group=group, by=coordinator)
    events = Group.pgh_event_model.objects.filter(pgh_obj_id=group.pk).order_by("pgh_id")
    assert [event.status for event in events][-2:] == ["suspended", "active"]
