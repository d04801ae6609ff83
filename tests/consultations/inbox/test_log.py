"""The log form: every way a call can end, what is found while somebody types, and bad input that loses nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Group, User
from consultations.models import Consultation, Entry, Reading
from consultations.queries import known
from consultations.views import log as views
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.consultations.inbox.conftest import LOG, NOW
from tests.factories.accounts import GroupFactory
from tests.factories.centre import ActivityFieldFactory, WardCentreFactory, WardFactory
from tests.factories.consultations import ConsultationFactory, LockOutFactory, ReferralFactory

FIND = f"{LOG}find/"
Status = Consultation.Status


def call(**more: Any) -> dict[str, Any]:
    """What the form sends when somebody has typed the least."""
    return {
        "channel": "phone",
        "audience": "citizen",
        "kind": "start",
        "text": "花壇づくりの仲間を探したい。\nどこで募集できるか。",
        "result": "take",
        "outcome": "answered",
        "happened_at": "2026-11-18T10:00",
        "may_phone": "on",
        "may_mail": "on",
        "save": "1",
        **more,
    }


def logged(client: Client, **more: Any) -> Consultation:
    response = client.post(LOG, call(**more))
    assert response.status_code == 302, response.context["log"].form.errors
    return Consultation.objects.latest("pk")


def page_of(client: Client, **sent: Any) -> views.LogPage:
    response = client.post(LOG, sent)
    assert response.status_code == 200
    page: views.LogPage = response.context["log"]
    return page


# ── How a call ends ──────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_taken_by_whoever_writes_it_down(staff: Client, coordinator: User) -> None:
    one = logged(staff, name="野中 みほん", phone="０４５−２２２−３３３３", ward=str(WardFactory().pk))

    assert (one.status, one.assignee, one.recorded_by) == (Status.ASSIGNED, coordinator, coordinator)
    assert (one.channel, one.wish, one.subject) == ("phone", "phone", "花壇づくりの仲間を探したい。")
    assert one.ward_centre is None
    assert one.ward is not None
    assert (one.contact.name, one.contact.phone_digits) == ("野中 みほん", "0452223333")
    assert one.first_answered_at is None
    assert not OutgoingMail.objects.exists()


def test_it_is_left_in_the_common_inbox(staff: Client) -> None:
    one = logged(staff, result="share", note="折り返すと伝えた。")

    assert (one.status, one.assignee) == (Status.RECEIVED, None)
    assert one.entries.get().text == "折り返すと伝えた。"


def test_it_is_answered_at_once(staff: Client, coordinator: User) -> None:
    one = logged(staff, result="done", note="掲示板を案内した。", outcome="introduced", minutes="5")

    assert (one.status, one.outcome, one.outcome_text) == (Status.CLOSED, "introduced", "掲示板を案内した。")
    assert (one.assignee, one.first_answer_days, one.closed_at) == (coordinator, 0, NOW)
    entry = one.entries.get()
    assert (entry.kind, entry.minutes, entry.is_reached) == (Entry.Kind.TALK, 5, True)


def test_the_next_step_and_its_day_are_planned(staff: Client) -> None:
    one = logged(staff, result="plan", next_step="区に電話する", follow_up_on="2026-11-20")

    assert (one.status, one.next_step, one.follow_up_on) == (
        Status.ASSIGNED,
        "区に電話する",
        date(2026, 11, 20),
    )


def test_everything_else_is_kept_too(staff: Client, group: Group) -> None:
    field = ActivityFieldFactory()

    one = logged(
        staff,
        channel="letter",
        audience="company",
        kind="partner",
        subject="社員の参加先",
        organisation="見本製作所",
        email="csr@example.jp",
        group=str(group.pk),
        fields_=[str(field.pk)],
        consents_to_referral="on",
        happened_at="2026-11-16T09:30",
        may_phone="",
    )

    assert (one.channel, one.audience, one.subject, one.group) == ("letter", "company", "社員の参加先", group)
    assert list(one.fields.all()) == [field]
    assert one.referral_consented_at == NOW
    assert one.received_at == clock.at(date(2026, 11, 16), NOW.time().replace(hour=9, minute=30))
    assert (one.wish, one.contact.may_mail) == ("mail", True)


def test_the_person_is_told_by_mail_only_when_asked_for(staff: Client) -> None:
    logged(staff, email="asker@example.jp", result="done", note="案内した。")
    assert not OutgoingMail.objects.exists()

    one = logged(staff, email="asker@example.jp", tells_person="on")
    mail = OutgoingMail.objects.get()
    assert (mail.to, one.reference in mail.body) == ("asker@example.jp", True)
    assert "花壇" not in mail.body + mail.subject


def test_afterwards_the_form_is_empty_again_and_says_the_reference(staff: Client) -> None:
    response = staff.post(LOG, call(name="野中 みほん"), follow=True)

    assert response.redirect_chain == [(LOG, 302)]
    page = response.content.decode()
    assert Consultation.objects.get().reference in page
    assert "野中" not in page


def test_reception_starts_from_the_common_inbox(client: Client, reception: User, coordinator: User) -> None:
    for user, result in ((reception, "share"), (coordinator, "take")):
        client.force_login(user)
        assert client.get(LOG).context["log"].form["result"].value() == result


# ── Bad input ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": " "}, "text"),
        ({"kind": ""}, "kind"),
        ({"kind": "nothing"}, "kind"),
        ({"channel": "web"}, "channel"),
        ({"audience": "x"}, "audience"),
        ({"result": "x"}, "result"),
        ({"email": "no address"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"name_kana": "ABC"}, "name_kana"),
        ({"result": "done"}, "note"),
        ({"result": "done", "note": "伝えた", "next_step": "電話"}, "next_step"),
        ({"result": "done", "note": "伝えた", "outcome": "withdrawn"}, "outcome"),
        ({"result": "plan"}, "next_step"),
        ({"result": "plan", "next_step": "電話"}, "follow_up_on"),
        ({"follow_up_on": "2026-11-17"}, "follow_up_on"),
        ({"follow_up_on": "someday"}, "follow_up_on"),
        ({"happened_at": "2026-11-18T10:01"}, "happened_at"),
        ({"happened_at": "2024-01-01T10:00"}, "happened_at"),
        ({"happened_at": "yesterday"}, "happened_at"),
        ({"minutes": "-1"}, "minutes"),
        ({"minutes": "9" * 30}, "minutes"),
        ({"tells_person": "on"}, "tells_person"),
        ({"tells_person": "on", "email": "a@example.jp", "may_mail": ""}, "tells_person"),
        ({"group": "999999999"}, "group"),
        ({"ward": "999999999"}, "ward"),
        ({"fields_": ["x"]}, "fields_"),
        ({"text": "長" * 4001}, "text"),
        ({"name": "\x00"}, "name"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    staff: Client, wrong: dict[str, Any], field: str
) -> None:
    sent = call(**{"name": "野中 みほん", "organisation": "花の会", **wrong})

    response = staff.post(LOG, sent)

    assert response.status_code == 422
    form = response.context["log"].form
    assert field in form.errors
    page = response.content.decode()
    assert "花の会" in page
    if "text" not in wrong:
        assert "花壇づくりの仲間を探したい。" in page
    assert not Consultation.objects.exists()


# ── Who is calling ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def earlier() -> Consultation:
    return ConsultationFactory(
        closed=True,
        audience="company",
        contact__name="渡邊 みほん",
        contact__name_kana="わたなべ みほん",
        contact__organisation="見本商事",
        contact__email="watanabe@example.jp",
        contact__phone="045-777-1234",
        contact__phone_digits="0457771234",
    )


@pytest.mark.parametrize("words", ["渡辺", "ワタナベ", "045-777", "777-1234", "watanabe@exa", "WATANABE"])
def test_somebody_who_asked_before_is_found_by_name_kana_number_and_mail(
    staff: Client, earlier: Consultation, words: str
) -> None:
    page = staff.post(FIND, {"words": words}).content.decode()

    assert "まえに相談した人" in page
    assert "渡邊 みほん" in page
    assert "電話の終わり 1234" in page
    assert "045-777-1234" not in page
    assert "watanabe@example.jp" not in page


def test_a_group_and_an_open_consultation_are_found(staff: Client, group: Group) -> None:
    mine = ConsultationFactory(in_progress=True, subject="あおばの広場の件")

    found = known.known("あおば", User.objects.get(name="調整 職員"))

    assert list(found.groups) == [group]
    assert list(found.consultations) == [mine]


def test_one_person_who_asks_often_is_one_line_and_ten_lines_are_the_most(
    staff: Client, coordinator: User
) -> None:
    for _ in range(3):
        ConsultationFactory(closed=True, contact__name="常連 みほん", contact__email="same@example.jp")
    for number in range(6):
        ConsultationFactory(contact__name=f"別人 みほん{number}")
        GroupFactory(name=f"みほんの会{number}")

    found = known.known("常連", coordinator)
    assert len(found.people) == 1
    everything = known.known("みほん", coordinator)
    assert len(everything.people) + len(everything.groups) + len(everything.consultations) == known.MOST


def test_nobody_finds_what_they_may_not_read(
    staff: Client, coordinator: User, earlier: Consultation, ward_officer: User
) -> None:
    foreign = ConsultationFactory(
        ward_centre=WardCentreFactory(), contact__name="秘密 よそ", subject="秘密の件"
    )
    referred = ReferralFactory(
        to_centre=True,
        consultation__ward_centre=WardCentreFactory(),
        consultation__contact__name="秘密 紹介",
    ).consultation
    kept = ConsultationFactory(contact__name="秘密 親族", subject="秘密の親族")
    LockOutFactory(consultation=kept, user=coordinator)

    assert not known.known("秘密", coordinator)
    assert not known.known("渡邊", ward_officer)
    assert known.contact_of(foreign.contact.pk, coordinator) is None
    assert known.contact_of(kept.contact.pk, coordinator) is None
    for pick in (
        f"person-{foreign.contact.pk}",
        f"person-{kept.contact.pk}",
        f"into-{foreign.pk}",
        f"into-{kept.pk}",
    ):
        assert staff.post(LOG, call(pick=pick)).status_code == 404
    for into in (foreign, kept, referred):
        assert staff.get(LOG, {"into": into.pk}).status_code == 404
        assert staff.post(LOG, call(into=str(into.pk))).status_code == 404
    assert not Entry.objects.exists()
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    "words", ["", " ", "a", "あ", "見つからない名前", "'; --", "\x00", "無\x00名", "字" * 300]
)
def test_odd_words_find_nothing(staff: Client, earlier: Consultation, words: str) -> None:
    response = staff.post(FIND, {"words": words})

    assert response.status_code == 200
    assert "data-hit" not in response.content.decode()


def test_the_search_takes_no_get_and_tires(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert staff.get(FIND).headers["Location"] == LOG
    monkeypatch.setattr(views, "LOOKS", 1)

    assert staff.post(FIND, {"words": "渡邊"}).status_code == 200
    assert staff.post(FIND, {"words": "渡邊"}).status_code == 429


@pytest.mark.parametrize("who", ["citizen", "ward_officer"])
def test_nobody_but_staff_searches_or_logs_here(
    client: Client, who: str, request: pytest.FixtureRequest, earlier: Consultation
) -> None:
    client.force_login(request.getfixturevalue(who))

    for address in (LOG, FIND):
        assert client.post(address, call(words="渡邊")).status_code in (302, 403)
    assert Consultation.objects.count() == 1


def test_without_script_the_button_searches_and_keeps_what_was_typed(
    staff: Client, earlier: Consultation
) -> None:
    page = page_of(staff, **call(find="1", words="渡邊", name="渡邊", fields_=[]))

    assert page.known is not None
    assert [one.contact.consultation for one in page.known.people] == [earlier]
    assert (page.form["text"].value(), page.form["name"].value()) == (call()["text"], "渡邊")
    assert not page.form.errors


def test_enter_searches_and_never_saves_while_something_stands_in_the_search_box(
    staff: Client, earlier: Consultation
) -> None:
    sent = {name: value for name, value in call().items() if name != "save"} | {"enter": "1", "words": "渡邊"}

    for _ in range(2):
        page = staff.post(LOG, sent)
        assert page.context["log"].known is not None
        assert "data-hit autofocus" in page.text
    assert Consultation.objects.get() == earlier


def test_a_person_who_was_found_fills_in_who_and_leaves_what(staff: Client, earlier: Consultation) -> None:
    page = page_of(staff, **call(pick=f"person-{earlier.contact.pk}", kind="partner"))

    values = {
        name: page.form[name].value() for name in ("name", "email", "phone", "audience", "kind", "text")
    }
    assert values == {
        "name": "渡邊 みほん",
        "email": "watanabe@example.jp",
        "phone": "045-777-1234",
        "audience": "company",
        "kind": "partner",
        "text": call()["text"],
    }
    assert Reading.objects.get().consultation == earlier


def test_a_group_that_was_found_is_set_and_taken_off(staff: Client, group: Group) -> None:
    page = page_of(staff, **call(pick=f"group-{group.pk}"))
    assert (page.group, page.form["organisation"].value()) == (group, group.name)

    page = page_of(staff, **call(pick="nogroup-", group=str(group.pk)))
    assert (page.group, page.form["group"].value()) == (None, "")


def test_a_group_no_longer_registered_is_not_found(staff: Client) -> None:
    gone = GroupFactory(closed=True)

    assert staff.post(LOG, call(pick=f"group-{gone.pk}")).status_code == 404


# ── Into a consultation that is there ────────────────────────────────────────────────────────────────────────────


def test_a_call_about_an_open_one_is_added_to_it(staff: Client, coordinator: User) -> None:
    there = ConsultationFactory(in_progress=True, unanswered_since=NOW, due_at=NOW)

    page = page_of(staff, **call(pick=f"into-{there.pk}", name="だれか"))
    assert page.into == there
    assert page.form["text"].value() == call()["text"]

    response = staff.post(
        LOG, call(into=str(there.pk), is_reached="on", next_step="資料を送る", follow_up_on="2026-11-25")
    )
    assert response.headers["Location"].endswith(f"/{there.pk}/change/")
    assert Consultation.objects.count() == 1
    entry = there.entries.get()
    assert (entry.kind, entry.by, entry.is_reached) == (Entry.Kind.TALK, coordinator, True)
    there.refresh_from_db()
    assert (there.next_step, there.follow_up_on, there.unanswered_since) == (
        "資料を送る",
        date(2026, 11, 25),
        None,
    )


def test_whoever_was_not_reached_is_written_down_so(staff: Client) -> None:
    there = ConsultationFactory(in_progress=True, unanswered_since=NOW - timedelta(days=1))

    staff.post(LOG, call(into=str(there.pk), text="留守だった。"))

    assert there.entries.get().is_reached is False
    there.refresh_from_db()
    assert there.unanswered_since is not None


def test_stepping_back_to_a_new_one_brings_back_what_was_typed(staff: Client) -> None:
    there = ConsultationFactory(in_progress=True)
    page = page_of(staff, **call(pick=f"into-{there.pk}", name="野中 みほん"))
    assert ("name", "野中 みほん") in page.kept

    page = page_of(staff, **call(pick="new", into=str(there.pk), name="野中 みほん"))

    assert (page.into, page.form["name"].value()) == (None, "野中 みほん")


def test_bad_input_into_one_keeps_everything_too(staff: Client) -> None:
    there = ConsultationFactory(in_progress=True)

    response = staff.post(LOG, call(into=str(there.pk), text="", next_step="資料を送る", name="野中 みほん"))

    assert response.status_code == 422
    page = response.content.decode()
    assert "資料を送る" in page
    assert "野中 みほん" in page


@pytest.mark.parametrize("pick", ["person-x", "group-", "into-0", "person-99999999999999999999", "into-abc"])
def test_a_line_that_is_not_there_is_not_found(staff: Client, pick: str) -> None:
    assert staff.post(LOG, call(pick=pick)).status_code == 404


@pytest.mark.parametrize(("line", "field"), [("person", "kind"), ("into", "text")])
def test_after_a_line_is_chosen_the_keyboard_goes_on_with_what_they_want(
    staff: Client, line: str, field: str
) -> None:
    earlier = ConsultationFactory(in_progress=True)
    key = earlier.contact.pk if line == "person" else earlier.pk

    page = staff.post(LOG, call(pick=f"{line}-{key}")).content.decode()

    assert page.count("autofocus") == 1
    assert "autofocus" in page.partition(f'name="{field}"')[2].partition(">")[0]
