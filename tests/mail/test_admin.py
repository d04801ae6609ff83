import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import User
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.mail.conftest import write_mail

State = OutgoingMail.State
LIST = "/admin/mail/outgoingmail/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def at_work(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def test_the_body_can_be_read(at_work: Client) -> None:
    mail = write_mail(body="<b>予約</b>を確定しました。")

    page = at_work.get(page_of(mail)).content.decode()

    assert "&lt;b&gt;予約&lt;/b&gt;を確定しました。" in page


def test_a_private_body_is_hidden_in_production(at_work: Client, settings: Settings) -> None:
    mail = write_mail(body="再設定: https://example.jp/secret", is_private=True)
    settings.PRODUCTION = True

    page = at_work.get(page_of(mail)).content.decode()

    assert "secret" not in page
    assert "本人だけに届く内容" in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"青葉の予約", "港の予約"}),
        ({"q": "aoba@"}, {"青葉の予約"}),
        ({"q": "港の"}, {"港の予約"}),
        ({"q": "　"}, {"青葉の予約", "港の予約"}),
        ({"state__exact": "failed"}, {"港の予約"}),
        ({"decide": "1"}, {"港の予約"}),
        ({"days": "7"}, {"青葉の予約", "港の予約"}),
    ],
)
def test_mails_are_found_by_address_subject_and_state(
    at_work: Client, asked: dict[str, str], found: set[str]
) -> None:
    write_mail(to="aoba@example.jp", subject="青葉の予約")
    other = write_mail(to="minato@example.jp", subject="港の予約")
    OutgoingMail.objects.filter(pk=other.pk).update(state=State.FAILED, next_attempt_at=None)

    listed = at_work.get(LIST, asked).context["cl"].result_list

    assert {mail.subject for mail in listed} == found


def test_the_list_asks_the_same_number_of_questions_for_one_and_for_many(
    at_work: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    write_mail()
    at_work.get(LIST)
    with CaptureQueriesContext(connection) as for_one:
        at_work.get(LIST)
    for _ in range(30):
        write_mail()

    with django_assert_max_num_queries(len(for_one)):
        at_work.get(LIST)


def test_a_coordinator_aborts_and_sends_again(at_work: Client) -> None:
    mail = write_mail()

    at_work.post(reverse("admin:mail_outgoingmail_abort", args=[mail.pk]))
    mail.refresh_from_db()
    aborted = mail.state
    at_work.post(reverse("admin:mail_outgoingmail_send_again", args=[mail.pk]))

    mail.refresh_from_db()
    assert (aborted, mail.state) == (State.ABORTED, State.WAITING)
    assert LogEntry.objects.count() == 2


def test_a_refused_step_says_so(at_work: Client) -> None:
    mail = write_mail()
    OutgoingMail.objects.update(state=State.SENT, sent_at=clock.now(), next_attempt_at=None)

    answer = at_work.post(reverse("admin:mail_outgoingmail_abort", args=[mail.pk]), follow=True)

    assert "もう取りやめできません" in answer.content.decode()


@pytest.mark.parametrize("step", ["abort", "send_again"])
def test_following_a_link_changes_nothing(at_work: Client, step: str) -> None:
    mail = write_mail()

    answer = at_work.get(reverse(f"admin:mail_outgoingmail_{step}", args=[mail.pk]))

    assert answer.status_code == 302


def test_reception_reads_but_has_no_buttons(client: Client, reception: User) -> None:
    client.force_login(reception)
    mail = write_mail()

    page = client.get(page_of(mail))
    answer = client.post(reverse("admin:mail_outgoingmail_abort", args=[mail.pk]))

    assert page.status_code == 200
    assert "取りやめる" not in page.content.decode()
    assert answer.status_code == 403


def test_a_citizen_sees_nothing(client: Client, citizen: User) -> None:
    client.force_login(citizen)

    answer = client.get(page_of(write_mail()))

    assert answer.status_code in (302, 403)


def page_of(mail: OutgoingMail) -> str:
    return reverse("admin:mail_outgoingmail_change", args=[mail.pk])


@pytest.mark.parametrize("lookup", ["body__contains", "html__contains", "subject__startswith", "headers__x"])
def test_the_list_tells_nothing_of_texts_that_are_not_shown(lookup: str, at_work: Client) -> None:
    write_mail(body="内緒の話への返事です。")

    assert at_work.get(LIST, {lookup: "内緒"}).status_code == 400
    assert at_work.get(LIST, {"state__exact": "waiting"}).status_code == 200
