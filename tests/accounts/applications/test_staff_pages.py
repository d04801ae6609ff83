"""Applications in the admin: the queue, the page to decide by, paper."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Application, CriterionCheck, Group, User
from kyodo import clock
from kyodo.centre.models import ActivityField, Ward
from tests.accounts.applications.conftest import pdf
from tests.factories.accounts import ApplicationFactory, GroupFactory, hearing_slots
from tests.factories.centre import ActivityFieldFactory, WardFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]
QUEUE = reverse("admin:accounts_application_changelist")


def page_of(application: Application) -> str:
    return reverse("admin:accounts_application_change", args=[application.pk])


def press(client: Client, application: Application, step: str, **data: Any) -> Any:
    version = Application.objects.get(pk=application.pk).version
    address = reverse(f"admin:accounts_application_{step}", args=[application.pk])
    return client.post(address, {"version": version} | data, follow=True)


def state_of(application: Application) -> str:
    return Application.objects.get(pk=application.pk).status


# ── The queue ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_queue_shows_what_waits_oldest_first_and_no_drafts(client: Client, reception: User) -> None:
    client.force_login(reception)
    new = ApplicationFactory(submitted=True)
    old = ApplicationFactory(submitted=True, submitted_at=clock.now() - timedelta(days=9))
    draft, returned = ApplicationFactory(), ApplicationFactory(returned=True)

    rows = list(client.get(QUEUE).context["cl"].result_list)
    everything = list(client.get(QUEUE, {"state": "all"}).context["cl"].result_list)

    assert rows == [old, new]
    assert everything == [old, new, returned]
    assert draft not in everything


def test_queue_is_filtered_by_state_type_and_age_and_searched(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    ApplicationFactory(submitted=True)
    old = ApplicationFactory(
        submitted=True, submitted_at=clock.now() - timedelta(days=20), name="古い申請の会"
    )
    done = ApplicationFactory(returned=True, type="renewal", group=GroupFactory())

    def found(**query: str) -> list[Application]:
        return list(client.get(QUEUE, query).context["cl"].result_list)

    assert found(age="7") == [old]
    assert found(state="returned") == [done]
    assert found(state="all", type__exact="renewal") == [done]
    assert found(q="古い申請") == [old]
    assert found(q=done.reference) == [done]
    assert "20開館日" in client.get(QUEUE, {"age": "14"}).content.decode()


@pytest.mark.parametrize("who", ["citizen", "representative", "ward_officer"])
def test_queue_and_page_are_closed_to_others(
    who: str, request: pytest.FixtureRequest, client: Client
) -> None:
    application = ApplicationFactory(submitted=True, met=True)
    client.force_login(request.getfixturevalue(who))

    for address in (QUEUE, page_of(application), reverse("admin:accounts_application_add")):
        assert client.get(address, follow=True).status_code == 403
    for step in ("approve", "reject", "return", "hearing", "criteria", "confirm", "withdraw", "correct"):
        assert press(client, application, step, reason="x").status_code == 403
    assert state_of(application) == "submitted"


def test_reception_reads_but_does_not_decide(client: Client, reception: User) -> None:
    application = ApplicationFactory(submitted=True, met=True)
    client.force_login(reception)

    page = client.get(page_of(application)).content.decode()
    assert "決定は、コーディネーターか管理者が行います。" in page
    for step in ("approve", "reject", "return", "criteria", "confirm"):
        assert press(client, application, step, reason="x", non_profit_is_met="on").status_code == 403

    assert state_of(application) == "submitted"


@pytest.mark.parametrize("query", [{}, {"state": "all"}])
def test_queue_asks_as_much_for_three_rows_as_for_one(
    query: dict[str, str], client: Client, coordinator: User
) -> None:
    client.force_login(coordinator)
    ApplicationFactory(submitted=True)
    client.get(QUEUE, query)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(QUEUE, query)
    ApplicationFactory(submitted=True)
    ApplicationFactory(hearing=True)

    with CaptureQueriesContext(connection) as three:
        client.get(QUEUE, query)

    assert len(three) == len(one)


def test_page_asks_as_much_for_much_as_for_little(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    small, large = (
        ApplicationFactory(submitted=True, complete=True),
        ApplicationFactory(hearing=True, complete=True),
    )
    for number in range(4):
        large.parties.create(name=f"構成団体{number}", position=number)
        GroupFactory(name=large.name)
    GroupFactory(name=small.name)
    client.get(page_of(small))
    with CaptureQueriesContext(connection) as one:
        client.get(page_of(small))

    with CaptureQueriesContext(connection) as many:
        client.get(page_of(large))

    assert len(many) <= len(one) + 1


# ── Deciding ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_staff_hear_tick_and_approve(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    application = ApplicationFactory(submitted=True, complete=True)

    page = press(
        client,
        application,
        "hearing",
        when="1",
        way="online",
        place="https://example.jp/m",
        staff=coordinator.pk,
    )
    assert page.status_code == 200
    assert state_of(application) == "hearing"
    press(
        client,
        application,
        "criteria",
        **{f"{criterion}_is_met": "on" for criterion in CriterionCheck.Criterion},
        **{f"{criterion}_note": f"{criterion}を会則で確かめた" for criterion in CriterionCheck.Criterion},
    )
    # Pressed once, all four are kept: none drops what was typed beside another.
    assert {check.note for check in application.criterion_checks.all()} == {
        f"{criterion}を会則で確かめた" for criterion in CriterionCheck.Criterion
    }
    press(client, application, "approve", without_hearing="on")

    application.refresh_from_db()
    assert application.status == "approved"
    assert application.hearing_at is None or application.hearing_at > clock.now()
    assert Group.objects.get().memberships.get().user == application.applicant


def test_hearing_at_another_time(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    application = ApplicationFactory(submitted=True)
    slot = hearing_slots()[1]

    press(
        client,
        application,
        "hearing",
        when="other",
        other_time_0=f"{slot:%Y-%m-%d}",
        other_time_1=f"{slot:%H:%M}",
        way="on_site",
        staff=coordinator.pk,
    )

    assert Application.objects.get(pk=application.pk).hearing_at == slot


@pytest.mark.parametrize(
    ("step", "data", "words"),
    [
        ("hearing", {"when": "other", "way": "phone"}, "日と時刻を選んでください。"),
        ("hearing", {"when": "1", "way": "online"}, "接続先のURLを書いてください"),
        ("return", {"returning-reason": ""}, "必須"),
        ("reject", {"rejecting-reason": " "}, "必須"),
        ("approve", {"without_hearing": "on"}, "まだ確かめていない要件があります"),
        ("criteria", {"non_profit_note": "あ" * 1001}, "1000文字"),
        ("confirm", {}, "要件を1つずつ確かめてください"),
    ],
)
def test_refusals_are_told_on_the_page(
    step: str, data: dict[str, str], words: str, client: Client, coordinator: User
) -> None:
    client.force_login(coordinator)
    application = ApplicationFactory(submitted=True, complete=True)

    response = press(client, application, step, **({"staff": coordinator.pk} | data))

    assert words in response.content.decode()
    assert state_of(application) == "submitted"


def test_reason_typed_on_an_old_page_is_not_lost(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    application = ApplicationFactory(submitted=True)
    address = reverse("admin:accounts_application_return", args=[application.pk])

    response = client.post(address, {"version": 99, "returning-reason": "長い理由を書きました"})

    assert response.status_code == 422
    assert "長い理由を書きました" in response.content.decode()
    assert "先に変更されました" in response.content.decode()


def test_links_change_nothing(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    application = ApplicationFactory(submitted=True, met=True)

    for step in ("approve", "reject", "return", "hearing", "criteria", "confirm", "withdraw"):
        address = reverse(f"admin:accounts_application_{step}", args=[application.pk])
        assert client.get(address).status_code == 302

    assert state_of(application) == "submitted"


def test_registering_before_the_hearing_asks(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    application = ApplicationFactory(submitted=True, met=True)

    asked = press(client, application, "approve")
    assert asked.status_code == 422
    assert "ヒアリングがまだです" in asked.text
    assert state_of(application) == "submitted"

    press(client, application, "approve", without_hearing="on")
    assert state_of(application) == "approved"


def test_registering_after_the_hearing_asks_nothing(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    application = ApplicationFactory(hearing=True, met=True, hearing_at=clock.now() - timedelta(hours=2))

    press(client, application, "approve")

    assert state_of(application) == "approved"


def test_criteria_come_back_as_typed_where_a_colleague_was_quicker(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    application = ApplicationFactory(submitted=True)
    stale = application.version
    Application.objects.filter(pk=application.pk).update(version=stale + 1)

    answer = client.post(
        reverse("admin:accounts_application_criteria", args=[application.pk]),
        {"version": stale, "non_profit_note": "会則第7条", "autonomous_is_met": "on"},
    )

    assert answer.status_code == 422
    assert "会則第7条" in answer.text
    assert not application.criterion_checks.exists()


# ── Likely duplicates ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("theirs", "reason"),
    [
        ({"name": "ＮＰＯ法人 花と緑の会"}, "団体名が同じ"),
        ({"name": "花と緑　の会"}, "団体名が同じ"),
        ({"name_kana": "ハナとミドリ・のかい"}, "ふりがなが同じ"),
        ({"contact_phone": "０４５（９９９）００００"}, "電話番号が同じ"),
    ],
)
@pytest.mark.parametrize("factory", [GroupFactory, ApplicationFactory])
def test_groups_and_applications_that_look_alike_are_shown(
    factory: Any, theirs: dict[str, str], reason: str, client: Client, coordinator: User
) -> None:
    traits = {"submitted": True} if factory is ApplicationFactory else {}
    factory(**theirs, **traits)
    GroupFactory()
    ApplicationFactory(name="花と緑の会")  # a draft, nobody's business yet
    client.force_login(coordinator)
    application = ApplicationFactory(
        submitted=True, name="花と緑の会", name_kana="はなとみどりのかい", contact_phone="045-999-0000"
    )

    page = client.get(page_of(application))

    (duplicate,) = page.context["page"].duplicates
    assert duplicate.reasons == (reason,)
    assert reason in page.content.decode()


def test_different_groups_are_not_suspected(client: Client, coordinator: User) -> None:
    GroupFactory()
    client.force_login(coordinator)

    assert not client.get(page_of(ApplicationFactory(submitted=True))).context["page"].duplicates


# ── Paper ────────────────────────────────────────────────────────────────────────────────────────────────────────


def paper(**changes: Any) -> dict[str, Any]:
    fields = ActivityField.objects.first() or ActivityFieldFactory()
    ward = Ward.objects.first() or WardFactory()
    return {
        "kind": "single",
        "name": "紙の会",
        "name_kana": "かみのかい",
        "legal_form": "voluntary",
        "purpose": "紙芝居で昔話を伝える",
        "fields_of_activity": [fields.pk],
        "wards": [ward.pk],
        "members_count": "6",
        "members_in_city_count": "6",
        "contact_name": "紙野 芝子",
        "contact_phone": "045-111-0000",
    } | changes


@pytest.mark.parametrize("who", ["reception", "coordinator", "manager"])
def test_staff_enter_an_application_on_paper(
    who: str, request: pytest.FixtureRequest, client: Client
) -> None:
    staff = request.getfixturevalue(who)
    client.force_login(staff)
    assert client.get(reverse("admin:accounts_application_add")).status_code == 200

    client.post(reverse("admin:accounts_application_add"), paper(bylaws=pdf()))

    application = Application.objects.get()
    assert (application.status, application.is_paper, application.entered_by) == ("submitted", True, staff)
    assert application.documents.get().filename == "会則.pdf"


def test_paper_with_errors_is_shown_again(client: Client, reception: User) -> None:
    client.force_login(reception)

    response = client.post(reverse("admin:accounts_application_add"), paper(name="", kind="project_team"))

    assert set(response.context["form"].errors) == {"name", "party_name_0"}
    assert not Application.objects.exists()


def test_returned_paper_is_mended_by_staff_and_back_in_the_queue(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    client.post(reverse("admin:accounts_application_add"), paper())
    application = Application.objects.get()
    press(client, application, "return", **{"returning-reason": "住所を教えてください"})
    assert client.get(reverse("admin:accounts_application_correct", args=[application.pk])).status_code == 200

    press(client, application, "correct", **paper(postal_address="中区本町1-1"))

    application.refresh_from_db()
    assert (application.status, application.postal_address) == ("submitted", "中区本町1-1")
