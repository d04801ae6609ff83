import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.template import engines
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from kyodo.mail import actions
from kyodo.mail.actions import Attachment
from kyodo.mail.backends import OutboxBackend
from kyodo.mail.models import OutgoingMail
from tests.mail.conftest import write_mail


@pytest.mark.django_db
def test_a_written_mail_waits_and_has_a_job() -> None:
    mail = write_mail()

    assert mail.state == OutgoingMail.State.WAITING
    assert ProcrastinateJob.objects.filter(task_name="mail.send", args={"mail_id": mail.pk}).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_leaves_neither_mail_nor_job() -> None:
    jobs_before = ProcrastinateJob.objects.count()

    with transaction.atomic():
        write_mail()
        transaction.set_rollback(True)

    assert not OutgoingMail.objects.exists()
    assert ProcrastinateJob.objects.count() == jobs_before


@pytest.mark.django_db
def test_the_same_key_writes_one_mail_only() -> None:
    first = write_mail(key="reminder:1")
    second = write_mail(key="reminder:1", subject="別の件名")

    assert first == second
    assert ProcrastinateJob.objects.filter(args={"mail_id": first.pk}).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["", "aoba", "aoba@example.jp\nBcc: other@example.jp", "あおば <aoba@example.jp>"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        write_mail(to=address)

    assert refusal.value.code == "bad_address"


@pytest.mark.django_db
def test_a_line_break_in_the_subject_smuggles_no_header_in() -> None:
    mail = write_mail(subject="予約\r\nBcc: other@example.jp")

    assert mail.subject == "予約 Bcc: other@example.jp"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "options",
    [{"headers": {"X-A": "1\r\nBcc: x@example.jp"}}, {"reply_to": "a@example.jp\nBcc: b@example.jp"}],
)
def test_a_line_break_in_another_header_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refusal:
        write_mail(**options)

    assert refusal.value.code == "bad_header"


@pytest.mark.django_db
def test_a_template_gives_subject_text_and_footer_unescaped(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("templates")
    (folder / "mail").mkdir()
    (folder / "mail" / "test.txt").write_text("【確認】{{ name }}\n\n{{ name }} 様\n")
    engines["django"].engine.dirs.insert(0, folder)
    try:
        mail = actions.queue_template(to="aoba@example.jp", kind="test", context={"name": "A & B <会>"})
    finally:
        engines["django"].engine.dirs.remove(folder)

    assert mail.subject == "【確認】A & B <会>"
    assert mail.body.startswith("A & B <会> 様\n")
    assert settings.BASE_URL in mail.body.partition("\n-- \n")[2]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reply_to", "says"), [("reply@example.jp", "返信すると"), ("", "自動でお送りしています")]
)
def test_the_footer_says_whether_an_answer_arrives(reply_to: str, says: str) -> None:
    mail = actions.queue_template(to="aoba@example.jp", kind="test", template="_footer", reply_to=reply_to)

    assert says in mail.body.partition("\n-- \n")[2]


@pytest.mark.django_db
def test_what_a_library_sends_goes_through_the_outbox_one_row_for_each_person() -> None:
    message = EmailMultiAlternatives("件名", "本文", "a@example.jp", ["b@example.jp"], cc=["c@example.jp"])
    message.attach_alternative("<p>本文</p>", "text/html")
    message.attach("予定.ics", "BEGIN:VCALENDAR", "text/calendar")

    count = OutboxBackend().send_messages([message])

    assert count == 1
    mails = OutgoingMail.objects.order_by("to")
    assert [mail.to for mail in mails] == ["b@example.jp", "c@example.jp"]
    assert all(mail.is_private and mail.html == "<p>本文</p>" for mail in mails)
    assert mails[0].attachments.get().name == "予定.ics"


@pytest.mark.django_db
def test_of_several_mails_of_a_library_all_or_none_are_written() -> None:
    good = EmailMessage("件名", "本文", "a@example.jp", ["b@example.jp"])
    bad = EmailMessage("件名", "本文", "a@example.jp", ["nobody"])

    with pytest.raises(ValidationError):
        OutboxBackend().send_messages([good, bad])

    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db
def test_attachments_are_kept_with_their_content_type() -> None:
    calendar = Attachment("booking.ics", b"BEGIN:VCALENDAR", "text/calendar; method=REQUEST")

    mail = write_mail(attachments=[calendar])

    assert bytes(mail.attachments.get().content) == b"BEGIN:VCALENDAR"
