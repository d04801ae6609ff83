"""Every change of an outgoing mail. Write one with queue_mail or queue_template inside the transaction of the change."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from kyodo import addresses, clock, jobs, text
from kyodo.mail import about, rendering, rules, tasks
from kyodo.mail.models import MailAttachment, OutgoingMail, new_message_id
from kyodo.mail.sending import ATTEMPTS

State = OutgoingMail.State
CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


@dataclass(frozen=True)
class Attachment:
    """For a calendar entry: content_type="text/calendar; method=REQUEST"."""

    name: str
    content: bytes
    content_type: str = "application/octet-stream"


def queue_mail(
    *,
    to: str,
    subject: str,
    body: str,
    kind: str,
    html: str = "",
    attachments: Iterable[Attachment] = (),
    key: str | None = None,
    reply_to: str = "",
    sender: str = "",
    headers: dict[str, str] | None = None,
    about_kind: str = "",
    about_id: int | None = None,
    about_label: str = "",
    about_url: str = "",
    is_private: bool = False,
    is_automatic: bool = True,
    send_at: datetime | None = None,
) -> OutgoingMail:
    """Write one mail to one person; it leaves after the running transaction commits, and never if that fails.

    One that a person wrote is not `is_automatic`: it is answered like any letter.
    About something that not everybody who handles mails may see: `about_kind` and `about_id` (kyodo.mail.about).
    With a `key` (such as "reminder:123:2026-11-20") it is written once only; the mail already there is returned.
    """
    _check_address(to)
    _check_headers(headers or {}, reply_to, sender)
    about.check(about_kind)
    subject = CONTROL.sub(" ", subject).strip()[:200]
    with transaction.atomic(savepoint=False):
        mail, is_new = _write(
            key,
            kind=kind,
            to=to,
            sender=sender or settings.DEFAULT_FROM_EMAIL,
            reply_to=reply_to,
            subject=subject,
            search=text.vector(A=[subject]),
            body=body,
            html=html,
            headers=headers or {},
            about_kind=about_kind,
            about_id=about_id,
            about_label=CONTROL.sub(" ", about_label)[:200],
            about_url=about_url,
            is_private=is_private,
            is_automatic=is_automatic,
            attempts_left=ATTEMPTS,
            next_attempt_at=send_at or clock.now(),
        )
        if is_new:
            _attach(mail, attachments)
            jobs.defer(tasks.send_mail, scheduled_at=send_at, mail_id=mail.pk)
    return mail


def queue_template(
    *, to: str, kind: str, context: dict[str, Any] | None = None, template: str | None = None, **options: Any
) -> OutgoingMail:
    """Write the mail of templates/mail/<kind>.txt (or `template`); options as for queue_mail.

    The template's first line is the subject, then an empty line, then the text; greeting and footer come by themselves.
    Whether an answer comes back (`can_answer`) is known to both: no mail asks not to be answered that can be. So is
    whether a person wrote it (`is_automatic`).
    """
    answer = {
        "can_answer": bool(options.get("reply_to")),
        "is_automatic": bool(options.get("is_automatic", True)),
    }
    subject, body = rendering.render(template or kind, answer | (context or {}))
    return queue_mail(to=to, kind=kind, subject=subject, body=body, **options)


def abort_mail(*, mail: OutgoingMail, by: rules.Actor) -> OutgoingMail:
    """Keep a mail from leaving, or take a failed one off the list of those that need a decision."""
    _check_right(by, mail)
    with transaction.atomic():
        mail = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
        if not rules.can_abort(mail):
            raise ValidationError(_("このメールは、もう取りやめできません。"), code="not_abortable")
        mail.state = State.ABORTED
        mail.next_attempt_at = None
        mail.save(update_fields=["state", "next_attempt_at"])
    return mail


def send_again(*, mail: OutgoingMail, by: rules.Actor) -> OutgoingMail:
    """Try a failed or aborted mail again; of a sent one, send a copy. Returns the mail that will leave."""
    _check_right(by, mail)
    with transaction.atomic():
        mail = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
        if mail.is_purged:
            raise ValidationError(_("本文を消去したため、もう一度送れません。"), code="purged")
        if not rules.can_send_again(mail):
            raise ValidationError(_("このメールは、これから送られます。"), code="not_finished")
        if mail.state == State.SENT:
            mail = _copy(mail)
        mail.state = State.WAITING
        mail.attempts_left = ATTEMPTS
        mail.next_attempt_at = clock.now()
        mail.is_uncertain = False
        mail.forget_delivery()
        mail.save()
        jobs.defer(tasks.send_mail, mail_id=mail.pk)
    return mail


def forget_recipient(*, addresses: Iterable[str]) -> int:
    """Someone leaves for good: every mail to them goes, sent or not. Called by the action that deletes the account."""
    mails = OutgoingMail.objects.annotate(lower_to=Lower("to")).filter(
        lower_to__in=[one.lower() for one in addresses]
    )
    return mails.delete()[0]


def forget_about(*, kind: str, pks: Iterable[int]) -> int:
    """What they were about is forgotten: every mail about it goes, sent or not."""
    return OutgoingMail.objects.about(kind, pks).delete()[0]


def _write(key: str | None, **fields: Any) -> tuple[OutgoingMail, bool]:
    if key is None:
        return OutgoingMail.objects.create(**fields), True
    return OutgoingMail.objects.get_or_create(key=key, defaults=fields)


def _attach(mail: OutgoingMail, attachments: Iterable[Attachment]) -> None:
    for attachment in attachments:
        MailAttachment.objects.create(
            mail=mail,
            name=CONTROL.sub("", attachment.name),
            content_type=CONTROL.sub("", attachment.content_type),
            content=attachment.content,
        )


def _copy(mail: OutgoingMail) -> OutgoingMail:
    attachments = [
        Attachment(file.name, bytes(file.content), file.content_type) for file in mail.attachments.all()
    ]
    mail.pk = None
    mail._state.adding = True
    mail.key = None
    mail.message_id = new_message_id()
    mail.state = State.WAITING
    mail.next_attempt_at = mail.created_at = clock.now()
    mail.sent_at = mail.claimed_at = None
    mail.attempts = 0
    mail.save()
    _attach(mail, attachments)
    return mail


def _check_address(address: str) -> None:
    if not addresses.is_address(address):
        raise ValidationError(_("メールアドレスの形が正しくありません。"), code="bad_address")


def _check_headers(headers: dict[str, str], *values: str) -> None:
    """No line break may smuggle another header in."""
    if any(CONTROL.search(value) for value in (*headers, *headers.values(), *values)):
        raise ValidationError(_("メールのヘッダーに改行は使えません。"), code="bad_header")


def _check_right(by: rules.Actor, mail: OutgoingMail) -> None:
    if not rules.can_handle(by, mail):
        raise PermissionDenied
