"""What became of a mail after it was sent: a report came back, or the provider says so. A second report changes nothing."""

from django.db import transaction
from django.db.models import Q

from kyodo import clock
from kyodo.mail import about, envelope, reports
from kyodo.mail.models import OutgoingMail, OutgoingMailQuerySet
from kyodo.mail.reports import Report

Delivery = OutgoingMail.Delivery


def take_report(content: bytes) -> OutgoingMail | None:
    """A mail that came in: the mail of ours that it reports on, now marked; None where it is no report of one."""
    report = reports.read(content)
    if report is None:
        return None
    with transaction.atomic():
        mail = _reported(report)
        if mail is not None:
            _mark(mail, report.delivery, report.reason, report.words)
    return mail


def mark_undelivered(*, mail_key: int, words: str) -> None:
    """The server refused it at once, for good."""
    with transaction.atomic():
        mail = _locked().get(pk=mail_key)
        _mark(mail, Delivery.UNDELIVERED, reports.reason_of(words), words)


def take_news(*, provider_id: str, delivery: str, reason: str, words: str) -> OutgoingMail | None:
    """From the provider. `delivery` is empty where it says that the mail arrived."""
    named = _locked().filter(Q(provider_id=provider_id) | Q(message_id=provider_id))
    with transaction.atomic():
        mail = named.first() if provider_id else None
        if mail is None:
            return None
        if delivery:
            _mark(mail, delivery, reason, words)
        elif mail.delivery == Delivery.LATE:
            mail.forget_delivery()
            mail.save()
    return mail


def answers_go_to(address: str) -> str:
    """Answering machines, and some people's clients, answer to the address of the envelope. It counts as the one that the
    mail asked for, where it did; any other address is its own."""
    key = envelope.mail_named_by(address)
    if key is None:
        return address
    return OutgoingMail.objects.filter(pk=key).values_list("reply_to", flat=True).first() or address


def _locked() -> OutgoingMailQuerySet:
    return OutgoingMail.objects.select_for_update(no_key=True)


def _reported(report: Report) -> OutgoingMail | None:
    """By the signed address first: what stands inside, anybody can write who has seen one mail of ours."""
    if report.mail_key is not None:
        return _locked().filter(pk=report.mail_key).first()
    return _locked().filter(message_id__in=report.message_ids).first()


def _mark(mail: OutgoingMail, delivery: str, reason: str, words: str) -> None:
    """Lost is the last word; late is said once."""
    if mail.delivery in (delivery, Delivery.UNDELIVERED):
        return
    mail.delivery, mail.delivery_reason = delivery, reason
    mail.delivery_words, mail.delivery_at = words[: reports.LONGEST_WORDS], clock.now()
    mail.save(update_fields=["delivery", "delivery_reason", "delivery_words", "delivery_at"])
    if delivery == Delivery.UNDELIVERED:
        about.tell_undelivered(mail)
