"""An account: keeping it up to date, leaving, and what managers do with others' accounts."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.actions import deletion, members, people
from accounts.models import Application, Group, Invitation, Membership, User
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import PASSWORD, ApplicationFactory, GroupFactory, UserFactory
from tests.factories.centre import WardCentreFactory

Role = Membership.Role


def sign_in(client: Client, user: User) -> None:
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def leave(client: Client) -> Any:
    """Press the button, prove who one is, and be gone."""
    asked = client.post(reverse("delete_account"), {"understood": "on"})
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    return client.post(asked.headers["Location"], {"password": PASSWORD})


# ── Profile ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_people_change_their_own_name(client: Client, citizen: User) -> None:
    client.force_login(citizen)
    response = client.post(
        reverse("profile"), {"name": "市民 夏子", "name_kana": "しみん なつこ", "phone": "090-0000-1111"}
    )
    assert response.headers["Location"] == reverse("profile")
    citizen.refresh_from_db()
    assert (citizen.name, citizen.name_kana, citizen.phone) == ("市民 夏子", "しみん なつこ", "090-0000-1111")


def test_nobody_changes_anothers_name(citizen: User, manager: User) -> None:
    with pytest.raises(PermissionDenied):
        people.update_profile(user=citizen, name="別 人", name_kana="べつ じん", phone="", by=manager)


@pytest.mark.parametrize("field", ["name", "name_kana"])
def test_a_profile_has_a_name(client: Client, citizen: User, field: str) -> None:
    client.force_login(citizen)
    form = {"name": "市民 夏子", "name_kana": "しみん なつこ"} | {field: ""}
    assert field in client.post(reverse("profile"), form).context["form"].errors


@pytest.mark.parametrize("page", ["profile", "delete_account"])
def test_account_pages_are_for_people_with_an_account(client: Client, db: None, page: str) -> None:
    assert client.get(reverse(page)).headers["Location"].startswith(reverse("account_login"))


def test_the_privacy_notice_is_for_everybody(client: Client, db: None) -> None:
    assert client.get(reverse("privacy")).status_code == 200


# ── Leaving ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_opening_the_page_changes_nothing(client: Client, citizen: User) -> None:
    client.force_login(citizen)
    assert client.get(reverse("delete_account")).status_code == 200
    citizen.refresh_from_db()
    assert citizen.is_active


def test_leaving_takes_the_password_once_more(client: Client, citizen: User) -> None:
    sign_in(client, citizen)
    asked = client.post(reverse("delete_account"), {"understood": "on"})
    client.post(asked.headers["Location"], {"password": "wrong-password"})
    citizen.refresh_from_db()
    assert citizen.deleted_at is None


def test_leaving_takes_a_tick(client: Client, citizen: User) -> None:
    sign_in(client, citizen)
    asked = client.post(reverse("delete_account"), {})
    client.post(asked.headers["Location"], {"password": PASSWORD})
    citizen.refresh_from_db()
    assert citizen.deleted_at is None


def test_someone_leaves_and_is_signed_out_everywhere(client: Client, citizen: User) -> None:
    sign_in(client, citizen)
    elsewhere = Client()
    sign_in(elsewhere, citizen)

    response = leave(client)

    assert response.headers["Location"] == reverse("home")
    citizen.refresh_from_db()
    assert citizen.deleted_at is not None
    assert not citizen.is_active
    assert not citizen.has_usable_password()
    for browser in (client, elsewhere):
        assert browser.get(reverse("profile")).status_code == 302
    assert not UserSession.objects.filter(user=citizen).exists()
    assert not EmailAddress.objects.filter(user=citizen).exists()


def test_the_address_is_free_again(citizen: User) -> None:
    address = citizen.email
    deletion.delete_account(user=citizen, by=citizen)
    assert UserFactory(email=address).pk != citizen.pk


def test_nobody_deletes_anothers_account(citizen: User, manager: User) -> None:
    with pytest.raises(PermissionDenied):
        deletion.delete_account(user=citizen, by=manager)


@pytest.mark.parametrize("who", ["reception", "coordinator", "manager", "ward_officer"])
def test_staff_leave_by_a_manager(client: Client, who: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)
    with pytest.raises(ValidationError) as refusal:
        deletion.delete_account(user=user, by=user)
    assert refusal.value.code == "staff"
    client.force_login(user)
    assert "管理者が停止します" in client.get(reverse("delete_account")).content.decode()


def test_the_representative_of_others_hands_over_first(
    client: Client, group: Group, representative: User, member: User
) -> None:
    with pytest.raises(ValidationError) as refusal:
        deletion.delete_account(user=representative, by=representative)
    assert refusal.value.code == "representative"
    client.force_login(representative)
    assert group.name in client.get(reverse("delete_account")).content.decode()

    members.hand_over(to=Membership.objects.get(group=group, user=member), by=representative)
    deletion.delete_account(user=representative, by=representative)

    assert not Membership.objects.filter(user=representative).exists()
    assert Membership.objects.get(group=group, role=Role.REPRESENTATIVE).user == member


def test_a_group_left_with_nobody_is_told(citizen: User) -> None:
    group = GroupFactory(representative=citizen, contact_email="office@example.jp")
    deletion.delete_account(user=citizen, by=citizen)
    assert OutgoingMail.objects.get(kind="people/group_has_nobody").to == "office@example.jp"
    assert Group.objects.filter(pk=group.pk).exists()


def test_drafts_go_and_what_was_handed_in_stays(citizen: User) -> None:
    draft = Application.objects.create(
        reference="AAAAAAAA", applicant=citizen, name="下書きの会", purpose="-"
    )
    sent = Application.objects.create(
        reference="BBBBBBBB",
        applicant=citizen,
        name="提出した会",
        purpose="-",
        status=Application.Status.WITHDRAWN,
        submitted_at=clock.now(),
        contact_name=citizen.name,
        contact_email=citizen.email,
        contact_phone=citizen.phone,
    )

    deletion.delete_account(user=citizen, by=citizen)

    assert not Application.objects.filter(pk=draft.pk).exists()
    sent.refresh_from_db()
    assert (sent.applicant, sent.contact_name, sent.contact_email) == (citizen, "", "")


def test_an_application_that_waits_is_withdrawn(citizen: User) -> None:
    waiting = Application.objects.create(
        reference="DDDDDDDD",
        applicant=citizen,
        name="待っている会",
        purpose="-",
        status=Application.Status.SUBMITTED,
        submitted_at=clock.now(),
        contact_name="別の 人",
        contact_email="office@example.jp",
    )
    deletion.delete_account(user=citizen, by=citizen)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.contact_email) == (Application.Status.WITHDRAWN, "office@example.jp")


def test_an_address_typed_in_capitals_goes_too(citizen: User) -> None:
    typed = citizen.email.upper()
    group = GroupFactory(contact_name="窓口", contact_email=typed)
    sent = ApplicationFactory(submitted=True, contact_name="窓口", contact_email=typed)

    deletion.delete_account(user=citizen, by=citizen)

    group.refresh_from_db()
    sent.refresh_from_db()
    assert (group.contact_email, sent.contact_email) == ("", "")
    assert not group.events.filter(contact_email=typed).exists()


def test_a_namesake_in_another_group_keeps_their_name(citizen: User) -> None:
    theirs = GroupFactory(contact_name=citizen.name, contact_email="namesake@example.jp")
    deletion.delete_account(user=citizen, by=citizen)
    theirs.refresh_from_db()
    assert (theirs.contact_name, theirs.contact_email) == (citizen.name, "namesake@example.jp")


def test_an_invitation_on_its_way_is_withdrawn(group: Group, representative: User, citizen: User) -> None:
    members.invite_member(group=group, email=citizen.email, role=Role.MEMBER, by=representative)
    deletion.delete_account(user=citizen, by=citizen)
    invitation = Invitation.objects.get()
    assert invitation.revoked_at is not None
    assert invitation.email == ""


def places_of(*words: str) -> set[str]:
    """Every column of every table, those of the history and of libraries too, in which one of the words stands."""
    found = set()
    patterns = [f"%{word}%" for word in words]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            " AND data_type IN ('character varying', 'text', 'json', 'jsonb', 'ARRAY')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*) FROM \"{table}\" WHERE replace(\"{column}\"::text, ' ', '') ILIKE ANY(%s)",  # noqa: S608
                [patterns],
            )
            if cursor.fetchone()[0]:
                found.add(f"{table}.{column}")
    return found


def test_leaving_leaves_no_name_in_any_table(
    client: Client, group: Group, representative: User, other_group: Group, other_representative: User
) -> None:
    leaver = UserFactory(
        email="kieru@example.jp", name="去年 消太", name_kana="きょねん しょうた", phone="090-7777-7777"
    )
    sign_in(client, leaver)
    people.update_profile(
        user=leaver, name="去年 消太郎", name_kana="きょねん しょうたろう", phone="090-7777-7777", by=leaver
    )
    members.invite_member(group=group, email=leaver.email, role=Role.MEMBER, by=representative)
    members.accept_invitation(invitation=Invitation.objects.get(), by=leaver)
    Authenticator.objects.create(user=leaver, type=Authenticator.Type.TOTP, data={})
    # The contact of a group, now and before, and of an application, by name only and by address only.
    Group.objects.filter(pk=group.pk).update(contact_name="去年消太郎", contact_phone="090-7777-7777")
    Group.objects.filter(pk=other_group.pk).update(
        contact_name="去年 消太郎", contact_email="kieru@example.jp"
    )
    Group.objects.filter(pk=other_group.pk).update(contact_name="窓口", contact_email="office@example.jp")
    Application.objects.create(
        reference="CCCCCCCC",
        applicant=leaver,
        group=group,
        type=Application.Type.CHANGE,
        status=Application.Status.WITHDRAWN,
        submitted_at=clock.now(),
        name=group.name,
        contact_name="去年　消太郎",
        contact_email="else@example.jp",
        contact_phone="090-7777-7777",
        hearing_way=Application.HearingWay.PHONE,
        hearing_place="090-7777-7777",
    )
    words = ("消太", "しょうた", "kieru", "090-7777")
    assert {
        "accounts_userevent.name",
        "accounts_groupevent.contact_name",
        "accounts_applicationevent.contact_name",
    } <= places_of(*words)

    leave(client)

    assert places_of(*words) == set()


def test_the_privacy_notice_says_what_may_remain_and_for_how_long(
    client: Client, citizen: User, settings: Settings
) -> None:
    settings.MAIL_BODY_DAYS = 77
    page = client.get(reverse("privacy")).text
    assert "職員が書いたメモ" in page
    assert "本文を77日後に" in page
    client.force_login(citizen)
    assert reverse("privacy") + "#remains" in client.get(reverse("delete_account")).text


def test_sessions_that_are_over_are_forgotten_with_their_addresses(client: Client, citizen: User) -> None:
    over, signed_out = Client(), Client()
    for browser in (client, over, signed_out):
        sign_in(browser, citizen)
    Session.objects.filter(session_key=over.session.session_key).update(
        expire_date=clock.now() - timedelta(seconds=1)
    )
    Session.objects.filter(session_key=signed_out.session.session_key).delete()

    assert people.forget_ended_sessions() == 2

    assert [one.session_key for one in UserSession.objects.all()] == [client.session.session_key]
    assert client.get(reverse("profile")).status_code == 200
    assert Session.objects.count() == 1


# ── What managers do ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_manager_makes_staff_and_ward_officers(manager: User, citizen: User) -> None:
    people.set_role(user=citizen, role=User.Role.COORDINATOR, ward_centre=None, by=manager)
    citizen.refresh_from_db()
    assert citizen.is_staff
    people.set_role(user=citizen, role=User.Role.WARD, ward_centre=WardCentreFactory(), by=manager)
    citizen.refresh_from_db()
    assert citizen.is_ward_officer


@pytest.mark.parametrize("who", ["coordinator", "reception", "ward_officer", "citizen"])
@pytest.mark.parametrize(
    "action",
    ["set_role", "deactivate_person", "reactivate_person", "send_password_reset", "reset_second_factor"],
)
def test_nobody_else_touches_accounts(who: str, action: str, request: pytest.FixtureRequest) -> None:
    by, user = request.getfixturevalue(who), UserFactory()
    extra = {"role": User.Role.MANAGER, "ward_centre": None} if action == "set_role" else {}
    with pytest.raises(PermissionDenied):
        getattr(people, action)(user=user, by=by, **extra)


def test_a_ward_officer_has_a_ward_centre_and_others_have_none(manager: User, citizen: User) -> None:
    for role, ward_centre in [(User.Role.WARD, None), (User.Role.RECEPTION, WardCentreFactory())]:
        with pytest.raises(ValidationError) as refusal:
            people.set_role(user=citizen, role=role, ward_centre=ward_centre, by=manager)
        assert refusal.value.code == "ward_centre"


def test_one_manager_always_remains(manager: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        people.set_role(user=manager, role=User.Role.RECEPTION, ward_centre=None, by=manager)
    assert refusal.value.code == "last_manager"
    with pytest.raises(ValidationError) as refusal:
        people.deactivate_person(user=manager, by=manager)
    assert refusal.value.code == "last_manager"

    UserFactory(manager=True)
    people.set_role(user=manager, role=User.Role.RECEPTION, ward_centre=None, by=manager)


def test_a_deactivated_person_is_out_at_once(client: Client, manager: User, citizen: User) -> None:
    sign_in(client, citizen)
    people.deactivate_person(user=citizen, by=manager)
    assert client.get(reverse("profile")).status_code == 302
    assert not Session.objects.exists()

    people.reactivate_person(user=citizen, by=manager)
    sign_in(client, citizen)
    assert client.get(reverse("profile")).status_code == 200


def test_someone_who_left_does_not_come_back(manager: User, citizen: User) -> None:
    deletion.delete_account(user=citizen, by=citizen)
    with pytest.raises(ValidationError) as refusal:
        people.reactivate_person(user=citizen, by=manager)
    assert refusal.value.code == "deleted"


def test_a_manager_sends_a_reset_and_never_sees_a_password(
    client: Client, manager: User, citizen: User
) -> None:
    people.send_password_reset(user=citizen, by=manager)
    mail = OutgoingMail.objects.get(to=citizen.email)
    assert mail.is_private
    link = next(word for word in mail.body.split() if "/password/reset/key/" in word)
    page = client.get("/" + link.split("/", 3)[3], follow=True)
    client.post(
        page.redirect_chain[-1][0], {"password1": "atarashii-kotoba", "password2": "atarashii-kotoba"}
    )
    citizen.refresh_from_db()
    assert citizen.check_password("atarashii-kotoba")


def test_a_lost_second_factor_is_taken_away_and_told(manager: User, coordinator: User) -> None:
    Authenticator.objects.create(user=coordinator, type=Authenticator.Type.TOTP, data={})
    people.reset_second_factor(user=coordinator, by=manager)
    assert not Authenticator.objects.filter(user=coordinator).exists()
    assert OutgoingMail.objects.get(kind="people/second_factor_reset").to == coordinator.email


def test_managers_change_their_own_second_factor_on_their_own_page(manager: User) -> None:
    with pytest.raises(ValidationError) as refused:
        people.reset_second_factor(user=manager, by=manager)

    assert refused.value.code == "own_account"
