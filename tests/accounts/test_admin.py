"""Groups and people in the admin: staff look, coordinators and managers act, each by a button that asks again."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import Group, Membership, User
from kyodo.mail.models import OutgoingMail
from tests.counting import query_count
from tests.factories.accounts import PASSWORD, GroupFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

BACKEND = "accounts.backends.AccountBackend"
GROUPS = "admin:accounts_group_changelist"
PEOPLE = "admin:accounts_user_changelist"


def group_page(group: Group) -> str:
    return reverse("admin:accounts_group_change", args=[group.pk])


def person_page(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


# ── Groups ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("reception", 200),
        ("coordinator", 200),
        ("manager", 200),
        ("representative", 403),
        ("ward_officer", 403),
        ("citizen", 403),
    ],
)
def test_only_staff_look_up_groups_and_people(
    client: Client, group: Group, who: str, status: int, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    for url in (reverse(GROUPS), group_page(group), reverse(PEOPLE)):
        assert client.get(url, follow=True).status_code == status


@pytest.mark.parametrize("asked", ["みまもり", "見守り", "045-111-2222", "number"])
def test_staff_find_a_group_by_name_kana_phone_and_number(
    client: Client, group: Group, reception: User, asked: str
) -> None:
    GroupFactory(contact_phone="045-999-9999")
    client.force_login(reception)
    found = client.get(reverse(GROUPS), {"q": group.number if asked == "number" else asked})
    assert list(found.context["cl"].queryset) == [group]


def test_filters_find_expired_groups_and_those_without_a_representative(
    client: Client, group: Group, reception: User
) -> None:
    expired, headless = GroupFactory(expired=True, representative=UserFactory()), GroupFactory()
    client.force_login(reception)

    def found(state: str) -> list[Group]:
        return list(client.get(reverse(GROUPS), {"state": state}).context["cl"].queryset)

    assert found("expired") == [expired]
    assert found("headless") == [headless]
    assert set(found("current")) == {group, headless}
    shown = client.get(reverse(GROUPS), {"state": "expired"})
    assert "期限切れ" in shown.text
    rows = shown.text.split('id="result_list"')[1].split("</table>")[0]
    assert "登録中" not in rows


def test_a_coordinator_suspends_resumes_and_closes_by_buttons(
    client: Client, group: Group, coordinator: User
) -> None:
    client.force_login(coordinator)
    assert (
        reverse("admin:accounts_group_suspend", args=[group.pk])
        in client.get(group_page(group)).content.decode()
    )
    for step, data, status in [
        ("suspend", {"reason": "書類が届いていません。"}, Group.Status.SUSPENDED),
        ("resume", {}, Group.Status.ACTIVE),
        ("close", {}, Group.Status.CLOSED),
    ]:
        response = client.post(reverse(f"admin:accounts_group_{step}", args=[group.pk]), data)
        assert response.headers["Location"] == group_page(group)
        group.refresh_from_db()
        assert group.status == status


def test_without_a_reason_nothing_is_suspended(client: Client, group: Group, coordinator: User) -> None:
    client.force_login(coordinator)
    response = client.post(
        reverse("admin:accounts_group_suspend", args=[group.pk]), {"reason": ""}, follow=True
    )
    assert "理由を書いてください" in response.content.decode()
    group.refresh_from_db()
    assert group.status == Group.Status.ACTIVE


@pytest.mark.parametrize("step", ["suspend", "resume", "close"])
@pytest.mark.parametrize(("who", "status"), [("reception", 403), ("representative", 302), ("citizen", 302)])
def test_nobody_else_takes_a_step(
    client: Client, group: Group, step: str, who: str, status: int, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    response = client.post(reverse(f"admin:accounts_group_{step}", args=[group.pk]), {"reason": "理由"})
    assert response.status_code == status
    group.refresh_from_db()
    assert group.status == Group.Status.ACTIVE


@pytest.mark.parametrize("step", ["suspend", "resume", "close"])
def test_opening_a_steps_address_does_nothing(client: Client, group: Group, manager: User, step: str) -> None:
    client.force_login(manager)
    assert client.get(reverse(f"admin:accounts_group_{step}", args=[group.pk])).status_code == 302


def test_of_a_group_staff_write_a_note_and_nothing_else(
    client: Client, group: Group, coordinator: User, member: User
) -> None:
    client.force_login(coordinator)
    membership = Membership.objects.get(group=group, user=member)
    form = {
        "staff_note": "窓口で会則を確認した。",
        "name": "別の名前",
        "status": "closed",
        "valid_until": "2099-03-31",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": membership.pk,
        "memberships-0-group": group.pk,
        "memberships-0-role": "representative",
        "memberships-0-DELETE": "on",
    }
    client.post(group_page(group), form)
    before = group.name, group.status, group.valid_until
    group.refresh_from_db()
    assert group.staff_note == "窓口で会則を確認した。"
    assert (group.name, group.status, group.valid_until) == before
    assert Membership.objects.get(pk=membership.pk).role == Membership.Role.MEMBER


def test_reception_looks_and_changes_nothing(client: Client, group: Group, reception: User) -> None:
    client.force_login(reception)
    page = client.get(group_page(group)).content.decode()
    assert reverse("admin:accounts_group_suspend", args=[group.pk]) not in page
    assert client.post(group_page(group), {"staff_note": "x"}).status_code == 403


def test_three_groups_ask_no_more_than_one(client: Client, group: Group, manager: User) -> None:
    client.force_login(manager)
    before = query_count(client, reverse(GROUPS)), query_count(client, group_page(group))
    for _number in range(2):
        GroupFactory(representative=UserFactory())
        MembershipFactory(group=group)
    assert (query_count(client, reverse(GROUPS)), query_count(client, group_page(group))) == before


# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────


def sign_in_anew(client: Client, user: User) -> None:
    """As for what touches another's account: shown just now who they are."""
    client.force_login(user, backend=BACKEND)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_a_manager_gives_a_role(client: Client, manager: User, citizen: User) -> None:
    sign_in_anew(client, manager)
    assert "役割を変える" in client.get(person_page(citizen)).content.decode()
    client.post(reverse("admin:accounts_user_role", args=[citizen.pk]), {"role": "reception"})
    citizen.refresh_from_db()
    assert citizen.role == User.Role.RECEPTION


def test_the_last_manager_is_told_why_not(client: Client, manager: User) -> None:
    sign_in_anew(client, manager)
    response = client.post(
        reverse("admin:accounts_user_role", args=[manager.pk]), {"role": "citizen"}, follow=True
    )
    assert "管理者は1人以上必要です" in response.content.decode()


@pytest.mark.parametrize(
    "step", ["role", "deactivate", "reactivate", "password_reset", "second_factor_reset"]
)
@pytest.mark.parametrize(("who", "status"), [("reception", 403), ("coordinator", 403), ("ward_officer", 302)])
def test_only_managers_take_steps_with_people(
    client: Client, citizen: User, step: str, who: str, status: int, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    response = client.post(reverse(f"admin:accounts_user_{step}", args=[citizen.pk]), {"role": "manager"})
    assert response.status_code == status
    citizen.refresh_from_db()
    assert citizen.role == User.Role.CITIZEN
    assert citizen.is_active


def test_a_manager_switches_an_account_off_and_on(client: Client, manager: User, citizen: User) -> None:
    client.force_login(manager)
    client.post(reverse("admin:accounts_user_deactivate", args=[citizen.pk]))
    citizen.refresh_from_db()
    assert not citizen.is_active
    client.post(reverse("admin:accounts_user_reactivate", args=[citizen.pk]))
    citizen.refresh_from_db()
    assert citizen.is_active


def test_a_manager_helps_with_sign_in(client: Client, manager: User, coordinator: User) -> None:
    Authenticator.objects.create(user=coordinator, type=Authenticator.Type.TOTP, data={})
    sign_in_anew(client, manager)
    assert "設定を取り消す" in client.get(person_page(coordinator)).content.decode()
    client.post(reverse("admin:accounts_user_password_reset", args=[coordinator.pk]))
    client.post(reverse("admin:accounts_user_second_factor_reset", args=[coordinator.pk]))
    assert OutgoingMail.objects.filter(to=coordinator.email).count() == 2
    assert not Authenticator.objects.filter(user=coordinator).exists()


def test_no_form_holds_a_password(client: Client, manager: User, citizen: User) -> None:
    client.force_login(manager)
    page = client.get(person_page(citizen)).content.decode()
    assert 'type="password"' not in page
    assert citizen.password not in page
    assert client.post(person_page(citizen), {"role": "manager", "password": "x"}).status_code == 403


def test_three_people_ask_no_more_than_one(client: Client, manager: User) -> None:
    client.force_login(manager)
    before = query_count(client, reverse(PEOPLE))
    for _number in range(2):
        UserFactory(ward_officer=True)
    assert query_count(client, reverse(PEOPLE)) == before


def test_addresses_factors_and_sessions_are_not_rows_to_edit() -> None:
    names = {model._meta.label for model in admin.site._registry}
    assert names.isdisjoint({"account.EmailAddress", "mfa.Authenticator", "usersessions.UserSession"})
