"""Renewal and change: one page for the representative, a short look for the staff."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.actions import applications as actions
from accounts.actions import members
from accounts.models import Application, Group, User
from tests.accounts.applications.conftest import pdf
from tests.factories.accounts import GroupFactory
from tests.factories.centre import ActivityFieldFactory, WardFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]
END = date(2027, 3, 31)
IN_TIME = "2027-02-10 10:00+09:00"


@pytest.fixture
def ending(representative: User, booking_manager: User, member: User) -> Group:
    return GroupFactory(
        number="2026-0007",
        registered_on=date(2026, 5, 1),
        valid_until=END,
        representative=representative,
        booking_managers=[booking_manager],
        members=[member],
        fields=[ActivityFieldFactory()],
        wards=[WardFactory()],
        contact_phone="045-111-2222",
    )


def answers(group: Group, **changes: Any) -> dict[str, Any]:
    columns = ("name", "name_kana", "legal_form", "purpose", "activities", "postal_address")
    columns += ("contact_name", "contact_email", "contact_phone", "members_count", "members_in_city_count")
    typed = {column: getattr(group, column) for column in columns}
    return (
        typed
        | {
            "kind": "single",
            "fields_of_activity": [one.pk for one in group.fields.all()],
            "wards": [one.pk for one in group.wards.all()],
            "founded_on": "2015-04-01",
        }
        | changes
    )


def page(group: Group, name: str = "renew_group") -> str:
    return reverse(name, args=[group.number])


@time_machine.travel(IN_TIME, tick=False)
def test_renewal_is_prefilled_sent_confirmed_and_lasts_another_year(
    client: Client, ending: Group, representative: User, coordinator: User
) -> None:
    client.force_login(representative)
    assert ending.purpose in client.get(page(ending)).content.decode()

    response = client.post(
        page(ending),
        answers(ending, members_count="15", change_note="会員が増えました", plan=pdf("計画.pdf")),
    )
    application = Application.objects.get()
    assert response.url == reverse("application_receipt", args=[application.reference])
    ending.refresh_from_db()
    assert (ending.members_count, ending.valid_until) == (12, END)

    client.force_login(coordinator)
    staff_page = client.get(reverse("admin:accounts_application_change", args=[application.pk]))
    changed = [fact.label for fact in staff_page.context["page"].facts if fact.is_changed]
    assert changed == ["会員数"]
    for step in ("confirm", "approve"):
        application.refresh_from_db()
        address = reverse(f"admin:accounts_application_{step}", args=[application.pk])
        client.post(address, {"version": application.version})

    ending.refresh_from_db()
    assert (ending.members_count, ending.valid_until, ending.number) == (15, date(2028, 3, 31), "2026-0007")
    assert ending.documents.get().filename == "計画.pdf"
    assert ending.memberships.count() == 3


@pytest.mark.parametrize(
    ("day", "opens"), [("2027-01-30", False), ("2027-01-31", True), ("2027-06-01", True)]
)
def test_renewal_opens_two_months_before_the_end(
    day: str, opens: bool, client: Client, ending: Group, representative: User
) -> None:
    with time_machine.travel(f"{day} 10:00+09:00", tick=False):
        client.force_login(representative)
        assert ("更新を申請する" in client.get(page(ending)).content.decode()) == opens
        client.post(page(ending), answers(ending))

    assert Application.objects.exists() == opens


@time_machine.travel("2026-11-20 10:00+09:00", tick=False)
def test_renewal_out_of_time_is_refused_by_the_action_too(ending: Group, representative: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        actions.start_renewal(group=ending, answers={}, by=representative)

    assert refusal.value.code == "too_early"


@time_machine.travel(IN_TIME, tick=False)
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("representative", 200),
        ("booking_manager", 403),
        ("member", 403),
        ("citizen", 404),
        ("other_representative", 404),
        ("ward_officer", 404),
        ("coordinator", 403),
    ],
)
def test_renewal_and_change_are_for_the_representative(
    who: str, status: int, request: pytest.FixtureRequest, client: Client, ending: Group
) -> None:
    user = request.getfixturevalue(who)
    client.force_login(user)

    for name in ("renew_group", "change_group"):
        assert client.get(page(ending, name)).status_code == status
    if status != 200:
        assert client.post(page(ending), answers(ending)).status_code == status
        with pytest.raises(PermissionDenied):
            actions.start_renewal(group=ending, answers={}, by=user)


@time_machine.travel(IN_TIME, tick=False)
def test_second_renewal_leads_to_the_first(client: Client, ending: Group, representative: User) -> None:
    client.force_login(representative)
    client.post(page(ending), answers(ending))
    application = Application.objects.get()

    assert client.get(page(ending)).url == application.get_absolute_url()
    with pytest.raises(ValidationError) as refusal:
        actions.start_renewal(group=ending, answers={}, by=representative)

    assert refusal.value.code == "already_open"


@time_machine.travel(IN_TIME, tick=False)
def test_who_represents_the_group_no_longer_sees_its_renewal_no_longer(
    client: Client, ending: Group, representative: User, booking_manager: User
) -> None:
    client.force_login(representative)
    client.post(page(ending), answers(ending, plan=pdf("計画.pdf")))
    application = Application.objects.get()
    paper = reverse("document", args=[application.documents.get().pk])

    def shown() -> list[int]:
        found = [client.get(url) for url in (application.get_absolute_url(), paper)]
        for response in found:
            # Read to its end: a file left open is a warning.
            response.getvalue()
        return [response.status_code for response in found]

    assert shown() == [200, 200]

    members.hand_over(to=ending.memberships.get(user=booking_manager), by=representative)
    members.leave_group(group=ending, by=representative)

    assert shown() == [404, 404]
    client.force_login(booking_manager)
    assert shown() == [200, 200]


@time_machine.travel(IN_TIME, tick=False)
def test_returned_renewal_is_mended_on_the_same_page(
    client: Client, ending: Group, representative: User, coordinator: User
) -> None:
    client.force_login(representative)
    client.post(page(ending), answers(ending, purpose="新しい目的"))
    application = Application.objects.get()
    actions.return_application(
        application=application, reason="目的をくわしく", version=application.version, by=coordinator
    )

    shown = client.get(page(ending))
    assert "新しい目的" in shown.content.decode()
    assert "目的をくわしく" in shown.content.decode()
    client.post(page(ending), answers(ending, purpose="くわしい目的", version=shown.context["version"]))

    application.refresh_from_db()
    assert (application.status, application.purpose) == ("submitted", "くわしい目的")
    assert Application.objects.count() == 1


@time_machine.travel("2026-11-20 10:00+09:00", tick=False)
def test_change_of_name_keeps_number_and_validity(
    client: Client, ending: Group, representative: User, coordinator: User
) -> None:
    client.force_login(representative)
    client.post(page(ending, "change_group"), answers(ending, name="新しい名前の会", name_kana="あたらしい"))
    application = Application.objects.get()
    assert application.type == "change"
    application = actions.confirm_criteria(
        application=application, version=application.version, by=coordinator
    )

    actions.approve_application(application=application, version=application.version, by=coordinator)

    ending.refresh_from_db()
    assert (ending.name, ending.number, ending.valid_until) == ("新しい名前の会", "2026-0007", END)


@time_machine.travel(IN_TIME, tick=False)
def test_wrong_answers_are_shown_and_nothing_is_sent(
    client: Client, ending: Group, representative: User
) -> None:
    client.force_login(representative)

    response = client.post(
        page(ending), answers(ending, name="", members_in_city_count="99", kind="project_team")
    )

    assert set(response.context["form"].errors) == {"name", "members_in_city_count", "party_name_0"}
    assert not Application.objects.exists()


@time_machine.travel(IN_TIME, tick=False)
def test_row_for_another_party_keeps_every_choice(
    client: Client, ending: Group, representative: User
) -> None:
    client.force_login(representative)
    wards = [WardFactory() for _ in range(3)]
    typed = answers(ending, kind="project_team", add_party="1", wards=[ward.pk for ward in wards])

    response = client.post(page(ending), typed)

    assert 'name="party_name_3"' in response.content.decode()
    assert response.context["form"]["wards"].value() == [str(ward.pk) for ward in wards]


@time_machine.travel(IN_TIME, tick=False)
def test_closed_group_neither_renews_nor_changes(client: Client, ending: Group, representative: User) -> None:
    Group.objects.filter(pk=ending.pk).update(status="closed")
    client.force_login(representative)

    for name in ("renew_group", "change_group"):
        assert "この団体の登録は終わっています" in client.get(page(ending, name)).content.decode()
        client.post(page(ending, name), answers(ending))

    assert not Application.objects.exists()
