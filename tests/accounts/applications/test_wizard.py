"""The registration wizard in a browser's terms: every step right and wrong, left and resumed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.actions import applications as actions
from accounts.models import Application, User
from accounts.rules.steps import FILLED_IN, Step
from kyodo import clock
from kyodo.centre.models import ActivityField, Ward
from tests.accounts.applications.conftest import pdf, photo
from tests.factories.accounts import ApplicationFactory, UserFactory, hearing_slots
from tests.factories.centre import ActivityFieldFactory, WardFactory
from tests.scanner import INFECTED_PDF, Scanner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]


@pytest.fixture
def draft(applicant: User) -> Application:
    ActivityFieldFactory()
    WardFactory()
    return actions.start_application(by=applicant)


def url(application: Application, step: str) -> str:
    return reverse("application_step", args=[application.reference, step])


def wishes(*slots: Any) -> dict[str, str]:
    return {
        f"wish_{rank}_{part}": f"{clock.local(slot):{shape}}"
        for rank, slot in enumerate(slots, start=1)
        for part, shape in ((0, "%Y-%m-%d"), (1, "%H:%M"))
    }


def right(step: str) -> dict[str, Any]:
    return {
        "kind": {"kind": "single"},
        "profile": {
            "name": "花と緑の会",
            "name_kana": "ハナトミドリノカイ",
            "legal_form": "voluntary",
            "purpose": "まちに花を植える",
            "fields_of_activity": [ActivityField.objects.values_list("pk", flat=True)[0]],
            "wards": [Ward.objects.values_list("pk", flat=True)[0]],
        },
        "members": {"members_count": "12", "members_in_city_count": "12"},
        "contact": {
            "contact_name": "花壇 咲子",
            "contact_email": "hana@example.jp",
            "contact_phone": "０４５－１２３－４５６７",
        },
        "papers": {"wants_model_bylaws": "on"},
        "hearing": {"hearing_way": "online"} | wishes(*hearing_slots()),
    }[step]


def post(client: Client, application: Application, step: str, data: dict[str, Any]) -> Any:
    version = Application.objects.get(pk=application.pk).version
    return client.post(url(application, step), {"version": version} | data)


def test_the_whole_city_is_one_tick(client: Client, draft: Application) -> None:
    for _number in range(3):
        WardFactory()
    typed = {name: value for name, value in right("profile").items() if name != "wards"}

    assert post(client, draft, "profile", typed).status_code == 200
    assert post(client, draft, "profile", typed | {"wards": ["all"]}).status_code == 302

    assert draft.wards.count() == Ward.objects.count() > 2
    page = client.get(url(draft, "profile"))
    assert page.context["form"]["wards"].value() == ["all"]
    assert "市内全域" in client.get(url(draft, "review")).text


def test_back_from_the_whole_city_to_some_wards(client: Client, draft: Application) -> None:
    for _number in range(3):
        WardFactory()
    post(client, draft, "profile", right("profile") | {"wards": ["all"]})
    ward = Ward.objects.first()
    assert ward is not None

    post(client, draft, "profile", right("profile") | {"wards": [ward.pk]})

    assert list(draft.wards.all()) == [ward]


# ── From the start to the receipt ────────────────────────────────────────────────────────────────────────────────


def test_wizard_goes_from_start_to_receipt(client: Client, applicant: User) -> None:
    ActivityFieldFactory()
    WardFactory()
    assert client.get(reverse("register_group")).status_code == 200
    response = client.post(reverse("register_group"))
    application = Application.objects.get()
    assert response.url == url(application, "kind")

    for step in FILLED_IN:
        assert client.get(url(application, step)).status_code == 200
        response = post(client, application, step, right(step))
        assert response.status_code == 302, response.context["form"].errors
    assert response.url == url(application, Step.REVIEW)
    assert "この内容で送る" in client.get(response.url).content.decode()
    application.refresh_from_db()
    response = client.post(
        reverse("submit_application", args=[application.reference]), {"version": application.version}
    )

    receipt = client.get(response.url).content.decode()
    application.refresh_from_db()
    assert application.status == Application.Status.SUBMITTED
    assert f'<p class="receipt-number">{application.reference}</p>' in receipt
    assert application.name_kana == "はなとみどりのかい"
    assert application.contact_phone == "045-123-4567"
    assert application.hearing_wishes.count() == 3


def test_conditions_papers_and_hearing_are_read_before_any_account(client: Client) -> None:
    page = client.get(reverse("register_group"))

    assert page.status_code == 200
    for words in ("非営利性", "定款・会則・規約", "ヒアリング"):
        assert words in page.text
    address = reverse("register_group")
    assert f"{reverse('account_signup')}?next={address}" in page.text
    assert client.post(address).url == f"{reverse('account_login')}?next={address}"


def test_start_page_asks_for_a_verified_address(client: Client) -> None:
    client.force_login(UserFactory(verified=False))

    assert "先に、メールアドレスを確認してください" in client.get(reverse("register_group")).content.decode()
    assert client.post(reverse("register_group")).url == reverse("account_email")
    assert not Application.objects.exists()


def test_start_page_offers_the_draft_again(client: Client, draft: Application) -> None:
    page = client.get(reverse("register_group")).content.decode()

    assert "続きを書く" in page
    assert client.get(reverse("application_edit", args=[draft.reference])).url == url(draft, "kind")


def test_back_shows_what_was_written(client: Client, draft: Application) -> None:
    post(client, draft, "members", right("members"))

    assert 'value="12"' in client.get(url(draft, "members")).content.decode()


def test_steps_can_be_left_half_filled_in(client: Client, draft: Application) -> None:
    response = post(client, draft, "profile", {"name": "途中の会", "later": "1"})

    assert response.url == reverse("register_group")
    draft.refresh_from_db()
    assert (draft.name, draft.completed_steps) == ("途中の会", [])


def test_half_an_application_shows_what_is_missing_and_is_not_sent(
    client: Client, draft: Application
) -> None:
    page = client.get(url(draft, "review")).content.decode()
    assert "団体名を書いてください。" in page
    assert "この内容で送る" not in page

    client.post(reverse("submit_application", args=[draft.reference]), {"version": draft.version})

    draft.refresh_from_db()
    assert draft.status == Application.Status.DRAFT


def test_mending_from_the_review_comes_back_to_the_review(client: Client, draft: Application) -> None:
    review = client.get(url(draft, "review")).text
    address = f"{url(draft, 'members')}?from=review"

    draft.refresh_from_db()
    answer = client.post(address, right("members") | {"version": draft.version})

    assert f'href="{address}"' in review
    assert "保存して確認にもどる" in client.get(address).text
    assert answer.url == url(draft, "review")


def test_times_are_offered_only_where_a_hearing_can_be(client: Client, draft: Application) -> None:
    """The centre is open from nine; the last hour before it closes is the last for a hearing."""
    form = client.get(url(draft, "hearing")).context["form"]
    offered = [value for value, _label in form.fields["wish_1"].widget.widgets[1].choices if value]

    assert offered[0] == "09:00"
    assert offered[-1] == "19:00"


# ── Wrong answers, step by step ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("step", "changes", "field"),
    [
        ("kind", {"kind": ""}, "kind"),
        ("kind", {"kind": "club"}, "kind"),
        ("kind", {"kind": "project_team", "party_name_0": "A社"}, "party_name_0"),
        ("kind", {"kind": "project_team", "party_name_0": "A社", "party_name_1": "A社"}, "party_name_0"),
        ("kind", {"party_name_0": "A社", "party_name_1": "B会", "party_role_2": "資金"}, "party_name_2"),
        ("profile", {"name": ""}, "name"),
        ("profile", {"name": "会" * 101}, "name"),
        ("profile", {"name_kana": "花と緑の会"}, "name_kana"),
        ("profile", {"legal_form": "empire"}, "legal_form"),
        ("profile", {"founded_on": "2999-01-01"}, "founded_on"),
        ("profile", {"purpose": ""}, "purpose"),
        ("profile", {"fields_of_activity": []}, "fields_of_activity"),
        ("profile", {"wards": ["999999"]}, "wards"),
        ("profile", {"website": "javascript:alert(1)"}, "website"),
        ("members", {"members_count": "0"}, "members_count"),
        ("members", {"members_count": "十二"}, "members_count"),
        ("members", {"members_in_city_count": "13"}, "members_in_city_count"),
        ("contact", {"contact_name": ""}, "contact_name"),
        ("contact", {"contact_email": "hana"}, "contact_email"),
        ("contact", {"contact_phone": "電話"}, "contact_phone"),
        ("papers", {"wants_model_bylaws": ""}, "bylaws"),
        ("hearing", {"hearing_way": ""}, "hearing_way"),
        ("hearing", {"wish_1_0": ""}, "wish_1"),
        ("hearing", {"wish_2_1": ""}, "wish_2"),
        ("hearing", {"wish_3_0": "2020-01-07"}, "wish_3"),
        ("hearing", {"wish_3_0": "9999-12-31"}, "wish_3"),
        ("hearing", {"wish_1_1": "08:00"}, "wish_1"),
        ("hearing", {"wish_1_1": "19:30"}, "wish_1"),
    ],
)
def test_wrong_answer_is_shown_beside_its_field_and_the_rest_is_kept(
    step: str, changes: dict[str, Any], field: str, client: Client, draft: Application
) -> None:
    typed = {name: value for name, value in (right(step) | changes).items() if value != []}

    response = post(client, draft, step, typed)

    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    page = response.content.decode()
    for name, value in typed.items():
        if isinstance(value, str) and name not in ("kind", "legal_form"):
            assert value in page
    draft.refresh_from_db()
    assert step not in draft.completed_steps


def test_the_same_wish_twice_is_refused(client: Client, draft: Application) -> None:
    first, second, _third = hearing_slots()

    response = post(client, draft, "hearing", {"hearing_way": "phone"} | wishes(first, second, first))

    assert list(response.context["form"].errors) == ["wish_3"]


def test_wish_too_far_ahead_is_refused(client: Client, draft: Application) -> None:
    first, second, third = hearing_slots()

    response = post(
        client, draft, "hearing", {"hearing_way": "phone"} | wishes(first, second, third + timedelta(days=90))
    )

    assert list(response.context["form"].errors) == ["wish_3"]


def test_another_row_for_parties_comes_without_javascript_and_keeps_what_was_typed(
    client: Client, draft: Application
) -> None:
    data = {
        "kind": "project_team",
        "rows": "3",
        "party_name_0": "A社",
        "party_role_0": "資金",
        "add_party": "1",
    }

    page = post(client, draft, "kind", data).content.decode()

    assert 'name="party_name_3"' in page
    assert 'value="A社"' in page
    assert "error-summary" not in page


def test_rows_of_parties_end_at_twenty_whatever_is_asked(client: Client, draft: Application) -> None:
    page = post(client, draft, "kind", {"rows": "99999999", "add_party": "1"}).content.decode()

    assert 'name="party_name_19"' in page
    assert 'name="party_name_20"' not in page


def test_two_windows_the_second_is_told_and_may_then_go_on(client: Client, draft: Application) -> None:
    old = draft.version
    client.post(url(draft, "members"), {"version": old} | right("members"))

    response = client.post(url(draft, "contact"), {"version": old} | right("contact"))

    assert "ほかの画面から先に変更されました" in response.content.decode()
    assert "hana@example.jp" in response.content.decode()
    again = client.post(url(draft, "contact"), {"version": response.context["version"]} | right("contact"))
    assert again.status_code == 302


# ── Papers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_papers_are_kept_several_at_once_and_can_be_removed(client: Client, draft: Application) -> None:
    post(client, draft, "papers", {"bylaws": [pdf(), photo()], "plan": pdf("計画.pdf")})
    names = set(draft.documents.values_list("filename", flat=True))
    assert names == {"会則.pdf", "会則.jpg", "計画.pdf"}

    document = draft.documents.get(filename="計画.pdf")
    draft.refresh_from_db()
    client.post(reverse("remove_document", args=[draft.reference, document.pk]), {"version": draft.version})

    assert draft.documents.count() == 2


def test_right_paper_beside_a_wrong_one_is_kept(client: Client, draft: Application) -> None:
    wrong = pdf("計画.pdf")
    wrong.file.write(b"MZ\x90")
    wrong.seek(0)

    response = post(client, draft, "papers", {"bylaws": pdf(), "plan": wrong})

    assert list(response.context["form"].errors) == ["plan"]
    assert draft.documents.get().filename == "会則.pdf"
    assert "会則.pdf" in response.content.decode()


def test_infected_paper_is_refused_beside_its_field_and_the_others_kept(
    client: Client, draft: Application, scanner: Scanner
) -> None:
    infected = SimpleUploadedFile("計画.pdf", INFECTED_PDF)

    response = post(client, draft, "papers", {"bylaws": pdf(), "plan": infected})

    assert [one.code for one in response.context["form"].errors.as_data()["plan"]] == ["infected"]
    assert draft.documents.get().filename == "会則.pdf"
    assert len(scanner.seen) == 2


@pytest.mark.usefixtures("no_scanner")
def test_no_paper_is_kept_while_the_scanner_is_down(client: Client, draft: Application) -> None:
    response = post(client, draft, "papers", {"bylaws": pdf()})

    assert [one.code for one in response.context["form"].errors.as_data()["bylaws"]] == ["unchecked"]
    assert not draft.documents.exists()


# ── Whose it is ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "who", ["other_representative", "member", "ward_officer", "reception", "coordinator", "manager"]
)
def test_other_peoples_drafts_do_not_exist(
    who: str, request: pytest.FixtureRequest, client: Client, draft: Application
) -> None:
    client.force_login(request.getfixturevalue(who))

    for name in ("application", "application_edit", "application_receipt", "withdraw_application"):
        assert client.get(reverse(name, args=[draft.reference])).status_code == 404
    assert client.get(url(draft, "profile")).status_code == 404
    assert client.post(url(draft, "profile"), right("profile")).status_code == 404
    assert client.post(reverse("submit_application", args=[draft.reference])).status_code == 404


def test_staff_see_what_was_sent_but_do_not_write_it(client: Client, coordinator: User) -> None:
    application = ApplicationFactory(submitted=True, complete=True)
    client.force_login(coordinator)

    assert client.get(application.get_absolute_url()).status_code == 200
    assert client.get(url(application, "profile")).status_code == 403
    assert client.get(reverse("withdraw_application", args=[application.reference])).status_code == 403


def test_what_has_been_sent_is_not_rewritten(client: Client, applicant: User) -> None:
    application = ApplicationFactory(submitted=True, complete=True, applicant=applicant)

    response = client.post(url(application, "members"), {"version": 1} | right("members"))

    assert response.url == application.get_absolute_url()


@pytest.mark.parametrize("step", ["nonsense", "../admin"])
def test_unknown_steps_are_not_found(step: str, client: Client, draft: Application) -> None:
    assert client.get(f"/groups/register/{draft.reference}/{step}/").status_code == 404


# ── The status page ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("traits", "words"),
    [
        ({}, "まだ送っていません"),
        ({"submitted": True}, "申請を受け取りました"),
        ({"hearing": True}, "ヒアリングの日時が決まりました"),
        ({"returned": True}, "会則の第2条を確かめてください。"),
        ({"status": "withdrawn"}, "取り下げました"),
    ],
)
def test_status_page_says_where_it_stands(
    traits: dict[str, Any], words: str, client: Client, applicant: User
) -> None:
    application = ApplicationFactory(applicant=applicant, complete=True, **traits)

    assert words in client.get(application.get_absolute_url()).content.decode()


def test_withdrawing_asks_first_and_then_does_it(client: Client, applicant: User) -> None:
    application = ApplicationFactory(applicant=applicant, submitted=True)
    page = reverse("withdraw_application", args=[application.reference])

    assert client.get(page).status_code == 200
    application.refresh_from_db()
    assert application.status == "submitted"
    client.post(page, {"version": application.version})

    application.refresh_from_db()
    assert application.status == "withdrawn"
