"""The buttons of the consultation page: allowed beside refused, each as a bare POST."""

from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.models import User
from consultations.actions import entries
from consultations.models import Consultation, Entry, LockOut, Tag
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.consultations.page.pages import STEPS, address, html, press
from tests.factories.consultations import ConsultationFactory, LockOutFactory

pytestmark = pytest.mark.django_db
Status = Consultation.Status


def now(consultation: Consultation) -> Consultation:
    return Consultation.objects.get(pk=consultation.pk)


@pytest.mark.parametrize("step", STEPS)
def test_no_step_is_taken_by_a_get_and_none_by_strangers(
    step: str, client: Client, citizen: User, ward_officer: User, coordinator: User
) -> None:
    consultation = ConsultationFactory(in_progress=True)
    typed = {"version": 1, **STEPS[step]}

    for stranger in (None, citizen, ward_officer):
        if stranger:
            client.force_login(stranger)
        assert client.post(address(consultation, step), typed).status_code in (302, 403)
    client.force_login(coordinator)
    if step not in ("reply", "reply_preview", "edit", "contact"):
        assert client.get(address(consultation, step)).status_code == 302
    else:
        client.get(address(consultation, step))

    assert now(consultation).version == 1
    assert not OutgoingMail.objects.exists()
    assert not consultation.entries.exists()


@pytest.mark.parametrize("role", ["reception", "coordinator", "manager"])
def test_the_way_from_taking_to_closing_and_back(
    role: str, client: Client, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(role)
    consultation = ConsultationFactory()
    client.force_login(user)

    press(client, consultation, "assign", to=user.pk)
    assert (now(consultation).status, now(consultation).assignee) == (Status.ASSIGNED, user)
    press(client, consultation, "start", next_step="区に電話する")
    assert now(consultation).next_step == "区に電話する"
    press(client, consultation, "wait", waiting_for="person", follow_up_on="2027-01-08")
    assert (now(consultation).status, now(consultation).follow_up_on) == (Status.WAITING, date(2027, 1, 8))
    press(client, consultation, "start")
    press(client, consultation, "close", outcome="answered", outcome_text="窓口を伝えた。")
    assert now(consultation).status == Status.CLOSED
    press(client, consultation, "reopen")
    assert now(consultation).status == Status.IN_PROGRESS


def test_reception_gives_no_work_to_colleagues(client: Client, reception: User, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(reception)

    assert press(client, consultation, "assign", to=coordinator.pk).status_code == 403
    assert now(consultation).assignee is None


def test_work_is_not_given_to_other_offices(client: Client, coordinator: User, ward_officer: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)

    assert press(client, consultation, "assign", to=ward_officer.pk).status_code == 422
    assert now(consultation).assignee is None


def test_bad_input_comes_back_as_it_was_typed(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory(in_progress=True)
    client.force_login(coordinator)

    response = press(client, consultation, "close", outcome="", outcome_text="区を案内した。")

    assert response.status_code == 422
    assert "結果を選んでください。" in html(response)
    assert "区を案内した。" in html(response)
    assert now(consultation).is_open


@pytest.mark.parametrize("version", ["", "x", "99999999999999999999", "-1"])
def test_a_made_up_version_is_stale_and_nothing_worse(
    version: str, client: Client, coordinator: User
) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)

    assert press(client, consultation, "assign", to=coordinator.pk, version=version).status_code == 409


def test_a_talk_is_written_with_its_time_and_what_comes_next(client: Client, reception: User) -> None:
    consultation = ConsultationFactory()
    yesterday = clock.today() - timedelta(days=1)
    client.force_login(reception)

    press(
        client,
        consultation,
        "talk",
        channel="phone",
        is_reached="yes",
        note="場所の条件を聞いた。",
        minutes="15",
        on=f"{yesterday:%Y-%m-%d}",
        at="10:30",
        next_step="候補を3つ送る",
        follow_up_on="2027-01-08",
    )

    entry = Entry.objects.get(kind="talk")
    assert (entry.minutes, entry.is_reached, clock.local(entry.happened_at).hour) == (15, True, 10)
    assert (now(consultation).next_step, now(consultation).follow_up_on) == (
        "候補を3つ送る",
        date(2027, 1, 8),
    )


def test_a_talk_of_tomorrow_is_refused_beside_its_day(client: Client, reception: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(reception)

    response = press(
        client, consultation, "talk", channel="phone", is_reached="no", note="留守。", on="2100-01-01"
    )

    assert response.status_code == 422
    assert "これからの日時は、記録できません。" in html(response)
    assert not Entry.objects.exists()


def test_a_thank_you_is_put_aside_and_the_date_to_ask_stays(client: Client, coordinator: User) -> None:
    later = clock.today() + timedelta(days=30)
    consultation = ConsultationFactory(
        in_progress=True, unanswered_since=clock.now(), follow_up_on=later, contact__may_mail=False
    )
    due = now(consultation).due_at
    client.force_login(coordinator)

    press(client, consultation, "seen")

    after = now(consultation)
    assert (after.unanswered_since, after.follow_up_on, after.due_at) == (None, later, due)


def test_a_message_that_nobody_has_read_is_shown_instead_of_put_aside(
    client: Client, coordinator: User
) -> None:
    consultation = ConsultationFactory(in_progress=True)
    entries.receive_message(consultation=consultation, message="ありがとうございました。")
    opened_at = now(consultation).version
    client.force_login(coordinator)
    button = html(client.get(address(consultation))).partition(f'{address(consultation, "seen")}"')[2]
    entries.receive_message(consultation=consultation, message="もう1つ、困っていることがあります。")

    response = press(client, consultation, "seen", version=opened_at)

    assert f'name="version" value="{opened_at}"' in button.partition("</form>")[0]
    assert response.status_code == 409
    assert "もう1つ、困っていることがあります。" in html(response)
    assert now(consultation).unanswered_since is not None
    press(client, consultation, "seen")
    assert now(consultation).unanswered_since is None


def test_a_wish_to_reopen_may_be_declined(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory(closed=True, reopening_asked_at=clock.now())
    client.force_login(coordinator)

    press(client, consultation, "decline_reopening")

    assert (now(consultation).reopening_asked_at, now(consultation).status) == (None, Status.CLOSED)


def test_tags_go_on_and_off_and_only_coordinators_make_new_ones(
    client: Client, coordinator: User, reception: User
) -> None:
    consultation = ConsultationFactory()
    client.force_login(reception)
    assert press(client, consultation, "tag", name="新しい語").status_code == 403

    client.force_login(coordinator)
    press(client, consultation, "tag", name="新しい語")
    tag = Tag.objects.get()
    assert list(consultation.tags.all()) == [tag]

    press(client, consultation, "tag", remove=tag.pk)
    assert not consultation.tags.exists()
    for nonsense in ("x", "", "9" * 30):
        assert press(client, consultation, "tag", remove=nonsense).status_code == 404


def test_only_managers_keep_somebody_out_and_let_them_in(
    client: Client, coordinator: User, manager: User, reception: User
) -> None:
    consultation = ConsultationFactory(assigned=True, assignee=reception)
    client.force_login(coordinator)
    assert press(client, consultation, "lock_out", user=reception.pk, reason="親族").status_code == 403

    client.force_login(manager)
    press(client, consultation, "lock_out", user=reception.pk, reason="親族の相談")
    row = LockOut.objects.get()
    assert (row.user, now(consultation).assignee, now(consultation).status) == (
        reception,
        None,
        Status.RECEIVED,
    )
    client.force_login(reception)
    assert client.get(address(consultation)).status_code == 404

    client.force_login(coordinator)
    assert press(client, consultation, "let_in", lock_out=row.pk).status_code == 403
    client.force_login(manager)
    press(client, consultation, "let_in", lock_out=row.pk)
    client.force_login(reception)
    assert client.get(address(consultation)).status_code == 200


def test_a_lock_out_of_another_consultation_is_not_lifted_from_here(client: Client, manager: User) -> None:
    consultation, other = ConsultationFactory(), LockOutFactory()
    client.force_login(manager)

    assert press(client, consultation, "let_in", lock_out=other.pk).status_code == 404
    assert LockOut.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("reply_preview", {"message": "お返事です。", "version": "9999999999"}),
        ("note", {"note": "メモ", "version": "9999999999"}),
        ("start", {"version": "9223372036854775807"}),
        ("tag", {"remove": "99999999999999999999"}),
        ("tag", {"remove": "９"}),
        ("tag", {"remove": ""}),
        ("tag", {"name": "a\x00b"}),
        ("assign", {"to": "99999999999999999999"}),
        ("unrelate", {"other": "99999999999999999999"}),
        ("relate", {"reference": "\x00"}),
        ("let_in", {"lock_out": "99999999999999999999"}),
        ("introduce", {"group": "99999999999999999999", "name": "x"}),
    ],
)
def test_what_no_page_of_ours_sends_breaks_nothing(
    step: str, typed: dict[str, str], client: Client, manager: User
) -> None:
    client.force_login(manager)

    assert press(client, ConsultationFactory(assigned=True), step, **typed).status_code < 500
