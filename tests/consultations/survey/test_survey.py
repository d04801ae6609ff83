"""The survey: asked once for each closing, answered once by its address, and nothing but a press changes anything."""

from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.actions import steps, surveys
from consultations.models import Consultation, Survey
from consultations.queries import surveys as queries
from consultations.rules import surveys as rules
from consultations.tasks import surveys as tasks
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory
from tests.racing import race

pytestmark = pytest.mark.django_db
Solved = Survey.Solved
FORTNIGHT = timedelta(days=14)


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


def closed(**facts: object) -> Consultation:
    return ConsultationFactory(
        **{"closed": True, "closed_at": clock.now() - FORTNIGHT - timedelta(hours=1)} | facts
    )


@pytest.fixture
def asked() -> Survey:
    survey = surveys.ask(consultation=closed())
    assert survey is not None
    return survey


def address(survey: Survey) -> str:
    return reverse("consultation_survey", args=[rules.token_of(survey)])


# ── Who is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_weeks_after_closing_the_person_is_asked_once() -> None:
    consultation = closed()

    tasks.ask_how_it_went(0)
    tasks.ask_how_it_went(0)

    survey = Survey.objects.get()
    mail = OutgoingMail.objects.get()
    assert (mail.to, survey.closed_at) == (consultation.contact.email, consultation.closed_at)
    # Up to the second in which it was signed.
    assert address(survey).partition(":")[0] in mail.body
    assert mail.is_private
    assert consultation.subject not in mail.body + mail.subject


@pytest.mark.parametrize(
    "facts",
    [
        {"closed_at": clock.now() - FORTNIGHT + timedelta(hours=1)},
        {"closed_at": clock.now() - timedelta(days=60)},
        {"outcome": "withdrawn"},
        {"outcome": "duplicate"},
        {"outcome": "unreached"},
        {"contact__may_mail": False},
        {"contact__email": ""},
        {"reopening_asked_at": clock.now()},
        {"anonymised_at": clock.now(), "subject": "", "text": "", "outcome_text": ""},
        {"closed": False, "closed_at": None},
    ],
)
def test_others_are_not_asked(facts: dict[str, object]) -> None:
    consultation = closed(**facts)

    assert not queries.to_ask().exists()
    assert surveys.ask(consultation=consultation) is None
    assert not OutgoingMail.objects.exists()


def test_closed_once_more_it_is_asked_once_more(asked: Survey, coordinator: User) -> None:
    consultation = asked.consultation
    reopened = steps.reopen(consultation=consultation, version=consultation.version, by=coordinator)
    steps.close(
        consultation=reopened,
        version=reopened.version,
        outcome="answered",
        outcome_text="済",
        by=coordinator,
    )

    assert not queries.to_ask().exists()
    with time_machine.travel(clock.now() + FORTNIGHT + timedelta(minutes=1)):
        assert [surveys.ask(consultation=one) is not None for one in queries.to_ask()] == [True]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_ask_once() -> None:
    consultation = closed()

    outcome = race(*[lambda: surveys.ask(consultation=consultation)] * 3)

    assert outcome.broke == []
    assert (Survey.objects.count(), OutgoingMail.objects.count()) == (1, 1)


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_opens_without_an_account_and_opening_it_changes_nothing(
    client: Client, asked: Survey
) -> None:
    for _scanner in range(3):
        assert client.get(address(asked)).status_code == 200
        assert client.head(address(asked)).status_code == 200

    asked.refresh_from_db()
    assert asked.answered_at is None


def test_an_answer_is_kept_and_thanked_for(client: Client, asked: Survey) -> None:
    response = client.post(address(asked), {"solved": "yes", "rating": "5", "comment": " よかったです "})

    assert response.status_code == 302
    assert rules.token_of(asked) not in response["Location"]
    assert client.get(response["Location"]).status_code == 200
    asked.refresh_from_db()
    assert (asked.solved, asked.rating, asked.comment) == (Solved.YES, 5, "よかったです")
    assert asked.consultation.reopening_asked_at is None


def test_one_question_is_enough(client: Client, asked: Survey) -> None:
    client.post(address(asked), {"solved": "partly"})

    asked.refresh_from_db()
    assert (asked.solved, asked.rating, asked.comment) == (Solved.PARTLY, None, "")


@pytest.mark.parametrize(
    "typed",
    [{}, {"solved": "maybe"}, {"solved": "yes", "rating": "9"}, {"solved": "yes", "comment": "あ" * 1001}],
)
def test_a_wrong_answer_is_shown_again_as_it_was_typed(
    client: Client, asked: Survey, typed: dict[str, str]
) -> None:
    response = client.post(address(asked), typed)

    assert response.status_code == 422
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_a_second_answer_is_refused_kindly_and_the_first_one_stays(client: Client, asked: Survey) -> None:
    client.post(address(asked), {"solved": "yes"})

    for response in (client.get(address(asked)), client.post(address(asked), {"solved": "no"})):
        assert response.status_code == 410
        assert "もう答えていただきました" in response.content.decode()
    asked.refresh_from_db()
    assert asked.solved == Solved.YES
    with pytest.raises(ValidationError) as refused:
        surveys.answer(survey=asked, solved="no")
    assert refused.value.code == "answered"


def test_not_solved_asks_for_reopening_and_staff_decide(client: Client, asked: Survey) -> None:
    response = client.post(address(asked), {"solved": "no", "comment": "まだです"}, follow=True)

    assert "担当に伝えました" in response.content.decode()
    consultation = Consultation.objects.get()
    assert (consultation.status, consultation.reopening_asked_at is None) == (
        Consultation.Status.CLOSED,
        False,
    )


def test_not_solved_of_one_that_was_reopened_meanwhile_is_just_an_answer(
    asked: Survey, coordinator: User
) -> None:
    consultation = asked.consultation
    steps.reopen(consultation=consultation, version=consultation.version, by=coordinator)

    surveys.answer(survey=asked, solved="no")

    consultation.refresh_from_db()
    assert (consultation.status, consultation.reopening_asked_at) == (Consultation.Status.IN_PROGRESS, None)


def test_after_sixty_days_the_page_says_so(client: Client, asked: Survey) -> None:
    url = address(asked)

    with time_machine.travel(clock.now() + timedelta(days=61)):
        response = client.get(url)
        assert client.post(url, {"solved": "yes"}).status_code == 410

    assert response.status_code == 410
    assert "期間が過ぎました" in response.content.decode()


def test_the_address_carries_no_running_number(asked: Survey) -> None:
    reference, _closed_at = signing.loads(rules.token_of(asked), salt=rules.SALT)

    assert reference == asked.consultation.reference


def test_an_address_that_somebody_made_up_does_not_exist(client: Client, asked: Survey) -> None:
    other = signing.dumps(asked.pk, salt="something-else")
    gone = signing.dumps(["ZZZZZZZZ", asked.closed_at.isoformat()], salt=rules.SALT)
    words = signing.dumps("1", salt=rules.SALT)

    for token in (other, gone, words, rules.token_of(asked)[:-1] + "x", "x"):
        url = reverse("consultation_survey", args=[token])
        assert {client.get(url).status_code, client.post(url, {"solved": "yes"}).status_code} == {404}


def test_what_they_answered_stands_on_the_page_of_staff(
    client: Client, asked: Survey, coordinator: User
) -> None:
    surveys.answer(survey=asked, solved=Solved.NO, rating=2, comment="まだ場所が決まりません。")
    client.force_login(coordinator)

    page = client.get(
        reverse("admin:consultations_consultation_change", args=[asked.consultation_id])
    ).content.decode()

    assert "アンケートの答え：解決していない" in page
    assert "対応の評価 5点中2点" in page
    assert "まだ場所が決まりません。" in page
