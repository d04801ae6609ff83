"""Invitations, roles, hand-over, leaving: what each person may do, and what stays true whatever they do."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.actions import members
from accounts.models import Group, Invitation, Membership, User
from kyodo import clock, ratelimit
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import GroupFactory, MembershipFactory, UserFactory

Role = Membership.Role


def membership(group: Group, user: User) -> Membership:
    return Membership.objects.get(group=group, user=user)


def token_in_mail() -> str:
    body = OutgoingMail.objects.get(kind="groups/invitation").body
    return body.split("/invitations/")[1].split("/")[0]


def invite(group: Group, by: User, email: str = "new@example.jp", role: str = Role.MEMBER) -> Invitation:
    return members.invite_member(group=group, email=email, role=role, by=by)


# ── Inviting ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_representative_invites_by_mail_with_a_link_we_keep_only_the_hash_of(
    group: Group, representative: User
) -> None:
    invitation = invite(group, representative, email=" New@Example.jp ")

    mail = OutgoingMail.objects.get(kind="groups/invitation")
    assert mail.to == invitation.email == "new@example.jp"
    assert mail.is_private
    assert representative.name not in mail.body
    assert token_in_mail() != invitation.token_hash
    assert members.token_hash(token_in_mail()) == invitation.token_hash


def test_a_stolen_account_does_not_mail_strangers_without_end(
    client: Client, group: Group, representative: User
) -> None:
    client.force_login(representative)
    invitation = {"email": "stranger@example.jp", "role": Role.MEMBER}
    with time_machine.travel(clock.now(), tick=False):
        for _each in range(60):
            ratelimit.allow("invitation", "person", representative.pk, times=60, seconds=3600)
        answer = client.post(reverse("invite", args=[group.number]), invitation)

    assert answer.status_code == 429
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    "who", ["member", "booking_manager", "other_representative", "citizen", "ward_officer", "reception"]
)
def test_nobody_else_invites(group: Group, who: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(PermissionDenied):
        invite(group, request.getfixturevalue(who))

    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("who", ["coordinator", "manager"])
def test_coordinators_invite_for_a_group_that_lost_its_people(
    group: Group, who: str, request: pytest.FixtureRequest
) -> None:
    assert invite(group, request.getfixturevalue(who)).is_open


def test_nobody_is_invited_as_representative(group: Group, representative: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        invite(group, representative, role=Role.REPRESENTATIVE)
    assert refusal.value.code == "role"


def test_a_member_is_not_invited_again(group: Group, representative: User, member: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        invite(group, representative, email=member.email.upper())
    assert refusal.value.code == "already_member"


def test_one_open_invitation_per_address_until_it_runs_out(group: Group, representative: User) -> None:
    invite(group, representative)
    with pytest.raises(ValidationError) as refusal:
        invite(group, representative, email="NEW@example.jp")
    assert refusal.value.code == "already_invited"

    with time_machine.travel(clock.now() + timedelta(days=members.INVITATION_DAYS, minutes=1)):
        assert invite(group, representative).is_open


def test_a_stolen_account_cannot_mail_the_world(group: Group, representative: User) -> None:
    for number in range(members.OPEN_INVITATIONS):
        invite(group, representative, email=f"new{number}@example.jp")
    with pytest.raises(ValidationError) as refusal:
        invite(group, representative)
    assert refusal.value.code == "too_many_invitations"


# ── Accepting ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_invited_person_joins_with_the_role_offered(
    client: Client, group: Group, representative: User, citizen: User
) -> None:
    invite(group, representative, email=citizen.email, role=Role.BOOKING_MANAGER)
    client.force_login(citizen)

    response = client.post(reverse("invitation", args=[token_in_mail()]))

    assert response.url == group.get_absolute_url()
    assert membership(group, citizen).role == Role.BOOKING_MANAGER
    told = OutgoingMail.objects.get(kind="groups/newcomer")
    assert told.to == representative.email
    assert citizen.name not in told.body


def test_opening_the_link_changes_nothing(
    client: Client, group: Group, representative: User, citizen: User
) -> None:
    invite(group, representative, email=citizen.email)
    url = reverse("invitation", args=[token_in_mail()])

    assert group.name in client.get(url).content.decode()
    client.force_login(citizen)
    page = client.get(url).content.decode()

    assert citizen.email in page
    assert not Membership.objects.filter(user=citizen).exists()


def test_without_an_account_the_button_leads_to_sign_in_and_back(
    client: Client, group: Group, representative: User
) -> None:
    invite(group, representative)
    url = reverse("invitation", args=[token_in_mail()])

    response = client.post(url)

    assert response.url == f"{reverse('account_login')}?next={url}"


def test_another_account_is_warned_before_it_joins(
    client: Client, group: Group, representative: User, citizen: User
) -> None:
    invite(group, representative, email="somebody@example.jp")
    client.force_login(citizen)
    url = reverse("invitation", args=[token_in_mail()])

    page = client.get(url).content.decode()

    assert "別のメールアドレス" in page
    assert "somebody@example.jp" not in page
    client.post(url)
    assert membership(group, citizen).role == Role.MEMBER


def test_an_account_without_a_verified_address_does_not_join(group: Group, representative: User) -> None:
    invitation = invite(group, representative)
    with pytest.raises(ValidationError) as refusal:
        members.accept_invitation(invitation=invitation, by=UserFactory(verified=False))
    assert refusal.value.code == "unverified"


def test_a_member_who_opens_an_invitation_stays_what_they_are(
    client: Client, group: Group, representative: User, member: User
) -> None:
    invitation = invite(group, representative, role=Role.BOOKING_MANAGER)
    with pytest.raises(ValidationError) as refusal:
        members.accept_invitation(invitation=invitation, by=member)
    assert refusal.value.code == "already_member"
    client.force_login(member)
    assert "すでにメンバーです" in client.get(reverse("invitation", args=[token_in_mail()])).content.decode()
    assert membership(group, member).role == Role.MEMBER


def test_an_invitation_serves_one_person(group: Group, representative: User, citizen: User) -> None:
    invitation = invite(group, representative)
    first = members.accept_invitation(invitation=invitation, by=citizen)

    assert members.accept_invitation(invitation=invitation, by=citizen) == first
    with pytest.raises(ValidationError) as refusal:
        members.accept_invitation(invitation=invitation, by=UserFactory())
    assert refusal.value.code == "accepted"


def test_a_revoked_invitation_no_longer_works(
    client: Client, group: Group, representative: User, citizen: User
) -> None:
    invitation = invite(group, representative)
    client.force_login(representative)
    client.post(reverse("revoke_invitation", args=[group.number, invitation.pk]))

    with pytest.raises(ValidationError) as refusal:
        members.accept_invitation(invitation=invitation, by=citizen)
    assert refusal.value.code == "revoked"
    client.force_login(citizen)
    assert "取り消されました" in client.get(reverse("invitation", args=[token_in_mail()])).content.decode()


def test_an_accepted_invitation_is_not_revoked(group: Group, representative: User, citizen: User) -> None:
    invitation = invite(group, representative)
    members.accept_invitation(invitation=invitation, by=citizen)
    with pytest.raises(ValidationError) as refusal:
        members.revoke_invitation(invitation=invitation, by=representative)
    assert refusal.value.code == "accepted"


def test_an_invitation_runs_out_after_two_weeks(
    client: Client, group: Group, representative: User, citizen: User
) -> None:
    invitation = invite(group, representative)
    client.force_login(citizen)
    url = reverse("invitation", args=[token_in_mail()])
    with time_machine.travel(clock.now() + timedelta(days=14, seconds=1)):
        assert "期限は過ぎました" in client.get(url).content.decode()
        with pytest.raises(ValidationError) as refusal:
            members.accept_invitation(invitation=invitation, by=citizen)
    assert refusal.value.code == "expired"


def test_nobody_joins_a_closed_group(group: Group, representative: User, citizen: User) -> None:
    invitation = invite(group, representative)
    Group.objects.filter(pk=group.pk).update(status=Group.Status.CLOSED)
    with pytest.raises(ValidationError) as refusal:
        members.accept_invitation(invitation=invitation, by=citizen)
    assert refusal.value.code == "group_closed"


def test_an_unknown_token_is_not_found(client: Client, db: None) -> None:
    assert client.get(reverse("invitation", args=["guess"])).status_code == 404
    assert client.post(reverse("invitation", args=["guess"])).status_code == 404


# ── Roles and hand-over ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_representative_changes_a_members_role(
    client: Client, group: Group, representative: User, member: User
) -> None:
    client.force_login(representative)
    client.post(
        reverse("change_role", args=[group.number, membership(group, member).pk]),
        {"role": Role.BOOKING_MANAGER},
    )
    assert membership(group, member).role == Role.BOOKING_MANAGER


def test_nobody_becomes_representative_by_a_change_of_role(
    client: Client, group: Group, representative: User, member: User
) -> None:
    client.force_login(representative)
    response = client.post(
        reverse("change_role", args=[group.number, membership(group, member).pk]),
        {"role": Role.REPRESENTATIVE},
    )
    assert response.status_code == 200
    with pytest.raises(ValidationError):
        members.change_role(membership=membership(group, member), role=Role.REPRESENTATIVE, by=representative)
    assert membership(group, member).role == Role.MEMBER


def test_the_representative_hands_over_and_stays_booking_manager(
    client: Client, group: Group, representative: User, member: User
) -> None:
    client.force_login(representative)

    client.post(reverse("hand_over", args=[group.number, membership(group, member).pk]))

    assert membership(group, member).role == Role.REPRESENTATIVE
    assert membership(group, representative).role == Role.BOOKING_MANAGER
    assert OutgoingMail.objects.get(kind="groups/new_representative").to == member.email


def test_a_hand_over_stands_in_the_history_of_both(group: Group, representative: User, member: User) -> None:
    members.hand_over(to=membership(group, member), by=representative)
    for user in (representative, member):
        events = Membership.pgh_event_model.objects.filter(user=user).order_by("pgh_id")
        assert [event.pgh_label for event in events] == ["insert", "update"]


def test_a_coordinator_appoints_a_representative_where_there_is_none(coordinator: User, member: User) -> None:
    group = GroupFactory(members=[member])
    members.hand_over(to=membership(group, member), by=coordinator)
    assert membership(group, member).role == Role.REPRESENTATIVE


def test_an_account_that_is_switched_off_does_not_become_representative(
    group: Group, representative: User, member: User
) -> None:
    User.objects.filter(pk=member.pk).update(is_active=False)
    with pytest.raises(ValidationError) as refusal:
        members.hand_over(to=membership(group, member), by=representative)
    assert refusal.value.code == "inactive"


def test_the_representative_removes_a_member_who_is_told(
    client: Client, group: Group, representative: User, member: User
) -> None:
    client.force_login(representative)
    client.post(reverse("remove_member", args=[group.number, membership(group, member).pk]))

    assert not Membership.objects.filter(group=group, user=member).exists()
    assert OutgoingMail.objects.get(kind="groups/removed_member").to == member.email


def test_the_representative_is_not_removed(group: Group, representative: User, coordinator: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        members.remove_member(membership=membership(group, representative), by=coordinator)
    assert refusal.value.code == "representative"


def test_removing_twice_says_so(group: Group, representative: User, member: User) -> None:
    gone = membership(group, member)
    members.remove_member(membership=gone, by=representative)
    again = Membership(pk=gone.pk or 999_999, group=group, user=member)
    with pytest.raises(ValidationError) as refusal:
        members.remove_member(membership=again, by=representative)
    assert refusal.value.code == "not_member"


@pytest.mark.parametrize("step", ["change_role", "hand_over", "remove_member"])
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("member", 403),
        ("booking_manager", 403),
        ("reception", 403),
        ("other_representative", 404),
        ("citizen", 404),
        ("ward_officer", 404),
    ],
)
def test_others_change_nobody(
    client: Client,
    group: Group,
    member: User,
    step: str,
    who: str,
    status: int,
    request: pytest.FixtureRequest,
) -> None:
    client.force_login(request.getfixturevalue(who))
    response = client.post(
        reverse(step, args=[group.number, membership(group, member).pk]), {"role": "booking_manager"}
    )
    assert response.status_code == status
    assert membership(group, member).role == Role.MEMBER


def test_a_member_of_another_group_cannot_be_reached_through_ones_own(
    client: Client, group: Group, representative: User, other_group: Group, other_representative: User
) -> None:
    theirs = membership(other_group, other_representative)
    client.force_login(representative)
    assert client.post(reverse("remove_member", args=[group.number, theirs.pk])).status_code == 404


# ── Leaving ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_member_leaves(client: Client, group: Group, member: User) -> None:
    client.force_login(member)
    url = reverse("leave_group", args=[group.number])
    assert client.get(url).status_code == 200
    assert Membership.objects.filter(group=group, user=member).exists()

    client.post(url)

    assert not Membership.objects.filter(group=group, user=member).exists()


def test_the_representative_hands_over_before_leaving(
    client: Client, group: Group, representative: User
) -> None:
    client.force_login(representative)
    response = client.post(reverse("leave_group", args=[group.number]), follow=True)
    assert "引き継いでください" in response.content.decode()
    assert Membership.objects.filter(group=group, user=representative).exists()


def test_nobody_leaves_a_group_they_are_not_in(client: Client, group: Group, citizen: User) -> None:
    client.force_login(citizen)
    assert client.post(reverse("leave_group", args=[group.number])).status_code == 404
    with pytest.raises(PermissionDenied):
        members.leave_group(group=group, by=citizen)


def test_the_database_keeps_one_representative(group: Group, representative: User) -> None:
    with pytest.raises(Exception, match="membership_one_representative"):
        MembershipFactory(group=group, role=Role.REPRESENTATIVE)
