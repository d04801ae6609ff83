"""Django's EMAIL_BACKEND: whatever a library sends goes through the outbox too."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from kyodo.mail import actions
from kyodo.mail.actions import Attachment

KIND = "library"


class OutboxBackend(BaseEmailBackend):
    """One row for each recipient, so that each delivery has a state of its own. Private: it may hold a reset link."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with transaction.atomic():
            for message in email_messages:
                self._queue(message)
        return len(email_messages)

    def _queue(self, message: EmailMessage) -> None:
        html = ""
        if isinstance(message, EmailMultiAlternatives):
            html = next((str(text) for text, kind in message.alternatives if kind == "text/html"), "")
        for recipient in message.recipients():
            actions.queue_mail(
                to=recipient,
                sender=message.from_email,
                reply_to=", ".join(message.reply_to),
                subject=str(message.subject),
                body=str(message.body),
                html=html,
                kind=KIND,
                attachments=[_attachment(file) for file in message.attachments],
                headers=_headers(message),
                is_private=True,
            )


def _headers(message: EmailMessage) -> dict[str, str]:
    ours = {"message-id", "from", "to", "cc", "bcc", "reply-to"}
    return {name: str(value) for name, value in message.extra_headers.items() if name.lower() not in ours}


def _attachment(file: Any) -> Attachment:
    name, content, content_type = file
    data = content.encode() if isinstance(content, str) else bytes(content)
    return Attachment(name or "file", data, content_type or "application/octet-stream")
