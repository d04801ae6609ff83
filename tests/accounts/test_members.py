"""Invitations, roles, hand-over, leaving: what each person may do, and what stays true whatever they do."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.actions import members
from accounts.models import Group, Invitation, MemberChange, Membership, User
from kyodo import clock, ratelimit
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import PASSWORD, GroupFactory, MembershipFactory, UserFactory
from tests.factories.centre import CentreFactory

Role = Membership.Role
CONTACT = {
    "contact_name": "連絡 新子",
    "contact_email": "new-contact@example.jp",
    "contact_phone": "045-123-4567",
}


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
    assert f"{group.name} の{representative.name}さん" in mail.body
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


NEW_PERSON = {
    "name": "招待 受子",
    "name_kana": "しょうたい うけこ",
    "password1": "kawa-no-hotori-11",
    "consent": "on",
}


def test_who_has_no_account_signs_up_with_the_address_the_link_proved_and_joins(
    client: Client, group: Group, representative: User
) -> None:
    invite(group, representative)
    url = reverse("invitation", args=[token_in_mail()])

    assert representative.name in client.get(url).text
    sign_up = client.post(url, {"sign_up": "1"}).url
    form = client.get(sign_up).context["form"]
    answer = client.post(
        reverse("account_signup"), NEW_PERSON | {"email": form.initial["email"], "next": url}
    )

    user = User.objects.get(email="new@example.jp")
    assert answer.url == group.get_absolute_url()
    assert membership(group, user).role == Role.MEMBER
    assert EmailAddress.objects.get(user=user).verified
    # One mail brought them here, no second one asks for the address.
    assert [mail.to for mail in OutgoingMail.objects.filter(to=user.email)] == ["new@example.jp"]


def test_another_address_than_the_invited_one_is_confirmed_by_mail(
    client: Client, group: Group, representative: User
) -> None:
    invite(group, representative)
    url = reverse("invitation", args=[token_in_mail()])
    client.post(url, {"sign_up": "1"})

    client.post(reverse("account_signup"), NEW_PERSON | {"email": "else@example.jp", "next": url})

    user = User.objects.get(email="else@example.jp")
    assert not EmailAddress.objects.filter(user=user, verified=True).exists()
    assert not Membership.objects.filter(user=user).exists()


def test_an_address_proved_by_a_link_is_not_shown_to_the_next_at_the_desk(
    client: Client, group: Group, representative: User
) -> None:
    invite(group, representative)
    client.post(reverse("invitation", args=[token_in_mail()]), {"sign_up": "1"})

    assert "new@example.jp" not in client.get(reverse("account_signup")).text


def test_who_signs_in_after_pressing_joins_and_the_next_at_the_desk_does_not(
    client: Client, group: Group, representative: User, citizen: User
) -> None:
    invite(group, representative)
    url = reverse("invitation", args=[token_in_mail()])
    typed = {"login": citizen.email, "password": PASSWORD}

    client.post(url)
    client.post(reverse("account_login"), typed)
    assert not Membership.objects.filter(user=citizen).exists()

    client.logout()
    way = client.post(url).url
    answer = client.post(reverse("account_login"), typed | {"next": way.split("next=")[1]})

    assert answer.url == group.get_absolute_url()
    assert membership(group, citizen).role == Role.MEMBER


def test_a_waiting_invitation_stands_on_my_page_and_is_accepted_there(
    client: Client, group: Group, representative: User, citizen: User
) -> None:
    invitation = invite(group, representative, email=citizen.email)
    client.force_login(citizen)
    address = reverse("own_invitation", args=[invitation.pk])

    assert f'href="{address}"' in client.get(reverse("my")).text
    assert representative.name in client.get(address).text
    client.post(address)

    assert membership(group, citizen).role == Role.MEMBER
    assert address not in client.get(reverse("my")).text


def test_an_invitation_to_somebody_else_is_not_there(
    client: Client, group: Group, representative: User, citizen: User
) -> None:
    invitation = invite(group, representative)
    client.force_login(citizen)

    assert client.post(reverse("own_invitation", args=[invitation.pk])).status_code == 404


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
    CentreFactory(email="centre@example.jp")
    client.force_login(representative)

    client.post(reverse("hand_over", args=[group.number, membership(group, member).pk]), CONTACT)

    assert membership(group, member).role == Role.REPRESENTATIVE
    assert membership(group, representative).role == Role.BOOKING_MANAGER
    group.refresh_from_db()
    assert (group.contact_name, group.contact_email) == ("連絡 新子", "new-contact@example.jp")
    told = {mail.kind: mail.to for mail in OutgoingMail.objects.all()}
    assert told == {
        "groups/new_representative": member.email,
        "groups/former_representative": representative.email,
        "groups/change_for_centre": "centre@example.jp",
    }


@pytest.mark.parametrize(
    ("step", "words"),
    [("hand_over", "代表者には自分で戻れません"), ("remove_member", "予約できなくなります")],
)
def test_one_press_says_what_follows_and_does_nothing(
    client: Client, group: Group, representative: User, member: User, step: str, words: str
) -> None:
    client.force_login(representative)

    page = client.get(reverse(step, args=[group.number, membership(group, member).pk]))

    assert words in page.text
    assert membership(group, member).role == Role.MEMBER
    assert not OutgoingMail.objects.exists()


def test_handing_over_asks_for_the_contact_and_proposes_the_newcomer(
    client: Client, group: Group, representative: User, member: User
) -> None:
    Group.objects.filter(pk=group.pk).update(contact_email=representative.email, contact_phone="045-999-8888")
    client.force_login(representative)
    address = reverse("hand_over", args=[group.number, membership(group, member).pk])

    form = client.get(address).context["form"]
    refused = client.post(address, {"contact_name": "", "contact_email": "x@example.jp"})

    assert form.initial == {"contact_name": member.name, "contact_email": member.email}
    assert set(refused.context["form"].errors) == {"contact_name", "contact_phone"}
    assert membership(group, member).role == Role.MEMBER


# ── Undone by the centre ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_centre_undoes_a_hand_over_even_after_the_former_representative_left(
    client: Client, group: Group, representative: User, member: User, coordinator: User
) -> None:
    members.hand_over(to=membership(group, member), by=representative)
    members.leave_group(group=group, by=representative)
    change = MemberChange.objects.get()
    client.force_login(coordinator)

    page = client.get(reverse("admin:accounts_group_change", args=[group.pk]))
    client.post(reverse("admin:accounts_group_undo_change", args=[group.pk, change.pk]))

    assert reverse("admin:accounts_group_undo_change", args=[group.pk, change.pk]) in page.text
    assert membership(group, representative).role == Role.REPRESENTATIVE
    assert membership(group, member).role == Role.MEMBER
    told = OutgoingMail.objects.filter(kind="groups/change_undone")
    assert {mail.to for mail in told} == {member.email, representative.email}
    with pytest.raises(ValidationError) as refusal:
        members.undo_change(change=change, by=coordinator)
    assert refusal.value.code == "undone"


def test_the_centre_brings_back_who_was_put_out_with_the_role_they_had(
    group: Group, representative: User, booking_manager: User, coordinator: User
) -> None:
    members.remove_member(membership=membership(group, booking_manager), by=representative)
    members.undo_change(change=MemberChange.objects.get(), by=coordinator)

    assert membership(group, booking_manager).role == Role.BOOKING_MANAGER


def test_an_older_hand_over_is_not_undone_past_a_newer_one(
    group: Group, representative: User, booking_manager: User, member: User, coordinator: User
) -> None:
    members.hand_over(to=membership(group, member), by=representative)
    members.hand_over(to=membership(group, booking_manager), by=member)
    first = MemberChange.objects.order_by("pk")[0]

    with pytest.raises(ValidationError) as refusal:
        members.undo_change(change=first, by=coordinator)
    assert refusal.value.code == "changed_again"


@pytest.mark.parametrize("who", ["representative", "member", "reception", "ward_officer"])
def test_nobody_but_the_centre_undoes(
    group: Group, representative: User, booking_manager: User, who: str, request: pytest.FixtureRequest
) -> None:
    members.remove_member(membership=membership(group, booking_manager), by=representative)
    with pytest.raises(PermissionDenied):
        members.undo_change(change=MemberChange.objects.get(), by=request.getfixturevalue(who))


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
    assert OutgoingMail.objects.get(kind="groups/member_was_removed").to == representative.email


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
