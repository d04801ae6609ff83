"""Several at once: each by itself, under its own lock and version; what could not be done is told line by line."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts.models import User
from consultations.actions import steps, tags
from consultations.models import Consultation, StatusChange, Tag
from kyodo.mail.models import OutgoingMail
from tests.consultations.inbox.conftest import INBOX
from tests.factories.accounts import UserFactory
from tests.factories.centre import WardCentreFactory
from tests.factories.consultations import ConsultationFactory, LockOutFactory, ReferralFactory

BULK = f"{INBOX}bulk/"


def choice(consultation: Consultation) -> str:
    return f"{consultation.pk}:{consultation.version}"


def press(client: Client, chosen: list[Any], **fields: str) -> list[str]:
    """What the page says afterwards."""
    sent = [one if isinstance(one, str) else choice(one) for one in chosen]
    response = client.post(BULK, {"chosen": sent, **fields}, follow=True)
    assert response.redirect_chain == [(INBOX, 302)]
    return [str(message) for message in response.context["messages"]]


def test_several_are_given_to_a_colleague(staff: Client) -> None:
    colleague = UserFactory(reception=True, name="受付 次郎")
    chosen = [ConsultationFactory(), ConsultationFactory(in_progress=True)]

    said = press(staff, chosen, do="assign", to=str(colleague.pk))

    assert said == ["2件の担当を受付 次郎にしました。"]
    assert set(Consultation.objects.values_list("assignee", flat=True)) == {colleague.pk}
    assert set(OutgoingMail.objects.values_list("kind", "to")) <= {("notices/one", colleague.email)}


def test_several_are_taken_and_put_back(staff: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()

    press(staff, [consultation], do="assign", to="me")
    consultation.refresh_from_db()
    assert consultation.assignee == coordinator

    said = press(staff, [consultation], do="assign", to="none")
    consultation.refresh_from_db()
    assert (consultation.status, said) == ("received", ["1件を共通の受付に戻しました。"])


def test_stale_closed_and_foreign_ones_are_told_and_the_others_done(
    staff: Client, coordinator: User, manager: User
) -> None:
    fine, stale, closed = ConsultationFactory(), ConsultationFactory(), ConsultationFactory(closed=True)
    foreign = ConsultationFactory(ward_centre=WardCentreFactory())
    kept = ConsultationFactory()
    LockOutFactory(consultation=kept, user=coordinator)
    referred = ReferralFactory(to_centre=True, consultation__ward_centre=WardCentreFactory()).consultation
    chosen = [choice(one) for one in (fine, stale, closed, foreign, kept, referred)] + ["nonsense", "1:x"]
    steps.assign(consultation=stale, version=1, to=manager, by=manager)

    said = press(staff, chosen, do="assign", to="me")

    assert sorted(said) == sorted(
        [
            f"{stale.reference}：開いているあいだに、この相談が変わりました。いまの内容を確かめてください。",
            f"{closed.reference}：この相談はいま「完了」なので、その操作はできません。",
            "選んだうち5件は、いま見ることができないため、変えていません。",
            "1件の担当を調整 職員にしました。",
        ]
    )
    stale.refresh_from_db()
    assert stale.assignee == manager
    for untouched in (foreign, kept, referred):
        assert untouched.reference not in "".join(said)
        before = untouched.version
        untouched.refresh_from_db()
        assert untouched.version == before


def test_a_colleague_kept_out_is_refused_for_that_one_alone(staff: Client) -> None:
    colleague = UserFactory(coordinator=True)
    fine, kept = ConsultationFactory(), ConsultationFactory()
    LockOutFactory(consultation=kept, user=colleague)

    said = press(staff, [fine, kept], do="assign", to=str(colleague.pk))

    assert f"{kept.reference}：この人には担当を頼めません。" in said
    fine.refresh_from_db()
    assert fine.assignee == colleague


def test_nobody_of_another_office_can_be_chosen(staff: Client, ward_officer: User) -> None:
    for to in (str(ward_officer.pk), "", "x"):
        said = press(staff, [ConsultationFactory()], do="assign", to=to)
        assert said == ["担当にする人を選んでください。"]
    assert not StatusChange.objects.filter(assignee__isnull=False).exists()


def test_reception_takes_but_gives_to_nobody_else(client: Client, reception: User) -> None:
    client.force_login(reception)
    colleague = UserFactory(coordinator=True, name="同僚 花子")
    mine, theirs = ConsultationFactory(), ConsultationFactory()

    assert press(client, [mine], do="assign", to="me") == ["1件の担当を受付 職員にしました。"]
    assert press(client, [theirs], do="assign", to=str(colleague.pk)) == [
        f"{theirs.reference}：この操作はできません。"
    ]
    assert "同僚 花子（" not in client.get(f"{INBOX}?tab=all").content.decode()


def test_several_are_tagged_and_the_tag_taken_off(staff: Client) -> None:
    chosen = [ConsultationFactory(), ConsultationFactory()]

    assert press(staff, chosen, do="tag", new_tag=" 秋の 助成金 ") == [
        "2件にタグ「秋の 助成金」をつけました。"
    ]
    tag = Tag.objects.get(name="秋の 助成金")
    assert tag.consultations.count() == 2

    again = list(Consultation.objects.all())
    assert press(staff, again, do="untag", tag="秋の 助成金") == [
        "2件からタグ「秋の 助成金」をはずしました。"
    ]
    assert tag.consultations.count() == 0


def test_a_name_with_a_percent_sign_is_a_name(staff: Client) -> None:
    assert press(staff, [ConsultationFactory()], do="tag", new_tag="100%s") == [
        "1件にタグ「100%s」をつけました。"
    ]


def test_a_stale_line_is_not_tagged(staff: Client, manager: User) -> None:
    consultation = ConsultationFactory()
    steps.assign(consultation=consultation, version=1, to=manager, by=manager)

    said = press(staff, [consultation], do="tag", new_tag="急ぎ")

    assert said[0].startswith(consultation.reference)
    assert consultation.tags.count() == 0


def test_tags_are_made_by_coordinators_and_managers(coordinator: User, reception: User) -> None:
    with pytest.raises(PermissionDenied):
        tags.tag_named(name="新しい", by=reception)
    for name, code in (("  ", "tag"), ("長" * 31, "tag_length")):
        with pytest.raises(ValidationError) as refused:
            tags.tag_named(name=name, by=coordinator)
        assert refused.value.code == code

    made = tags.tag_named(name="新しい", by=coordinator)
    assert tags.tag_named(name=" 新しい ", by=reception) == made


def test_tagging_twice_changes_nothing_more(coordinator: User) -> None:
    consultation, tag = ConsultationFactory(), Tag.objects.create(name="急ぎ")

    tagged = tags.add_tag(consultation=consultation, version=1, tag=tag, by=coordinator)
    assert tags.add_tag(consultation=consultation, version=2, tag=tag, by=coordinator).version == 2
    assert tagged.version == 2


@pytest.mark.parametrize("action", [tags.add_tag, tags.remove_tag])
def test_another_office_tags_nothing(action: Any, ward_officer: User, citizen: User) -> None:
    tag = Tag.objects.create(name="急ぎ")
    for user in (ward_officer, citizen):
        with pytest.raises(PermissionDenied):
            action(consultation=ConsultationFactory(), version=1, tag=tag, by=user)


def test_nothing_chosen_and_too_much_is_told(staff: Client) -> None:
    assert press(staff, [], do="assign", to="me") == ["相談を選んでください。"]
    assert press(staff, [f"{n}:1" for n in range(51)], do="assign", to="me") == [
        "一度に選べるのは50件までです。"
    ]
    assert press(staff, [ConsultationFactory()], do="tag") == ["タグを選ぶか、書いてください。"]


@pytest.mark.parametrize("who", ["citizen", "ward_officer"])
def test_nobody_else_gets_in(client: Client, who: str, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))
    consultation = ConsultationFactory()

    for address in (BULK, INBOX, f"{INBOX}views/"):
        assert client.post(
            address, {"chosen": [choice(consultation)], "do": "assign", "to": "me"}
        ).status_code in (
            302,
            403,
        )
    consultation.refresh_from_db()
    assert consultation.assignee is None
    assert StatusChange.objects.count() == 0


def test_assigning_takes_no_get(staff: Client) -> None:
    assert staff.get(BULK).status_code == 302


def test_several_are_closed_with_one_ending(staff: Client) -> None:
    chosen = [ConsultationFactory(), ConsultationFactory(in_progress=True)]
    asked = ReferralFactory(consultation__in_progress=True, to_ward_centre=WardCentreFactory()).consultation

    said = press(staff, [*chosen, asked], do="close", outcome="answered", outcome_text="案内を送った。")

    assert "2件を完了にしました。" in said
    assert any(line.startswith(f"{asked.reference}：終わっていない紹介") for line in said)
    assert set(Consultation.objects.filter(status="closed").values_list("outcome_text", flat=True)) == {
        "案内を送った。"
    }
    asked.refresh_from_db()
    assert asked.is_open
    assert not OutgoingMail.objects.filter(kind="consultations/reply").exists()


def test_several_get_one_day_to_ask_again(staff: Client) -> None:
    chosen = [ConsultationFactory(), ConsultationFactory(closed=True)]

    said = press(staff, chosen, do="follow_up", on="2026-12-04")

    assert said == ["2件の様子をたずねる日を12月4日（金）にしました。"]
    assert {one.follow_up_on for one in Consultation.objects.all()} == {date(2026, 12, 4)}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"do": "close", "outcome": "", "outcome_text": "残る文。"}, "残る文。"),
        ({"do": "follow_up", "on": "2026-11-01"}, "今日か、これからの日を選んでください。"),
        ({"do": "follow_up", "on": "9999-99-99"}, "日付を 2026-11-20 のように書いてください。"),
    ],
)
def test_what_is_missing_is_asked_with_the_ticks_and_words_kept(
    fields: dict[str, str], words: str, staff: Client
) -> None:
    one = ConsultationFactory()

    response = staff.post(BULK, {"chosen": [choice(one)], **fields})

    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert f'value="{choice(one)}" checked' in page
    one.refresh_from_db()
    assert (one.version, one.is_open) == (1, True)
