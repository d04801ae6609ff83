"""A row of the outbox as the message that leaves."""

from email import encoders
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMultiAlternatives

from kyodo import addresses
from kyodo.mail import envelope, transport
from kyodo.mail.models import MailAttachment, OutgoingMail

LONGEST_WORD = 60
"""Letters of one word that fit behind "Subject: " in the first line of a header."""


class Message(EmailMultiAlternatives):
    """Django folds a long header without counting its name, and so leaves the first line empty: "Subject:" and nothing
    behind it. Some servers take that for the end of the header, some clients for a mail without a subject.
    """

    def message(self, **options: Any) -> Any:
        mail: Any = super().message(**options)
        mail.replace_header("Subject", _folded("Subject", str(self.subject)))
        name, address = parseaddr(str(self.extra_headers.get("From", self.from_email)))
        if name and not name.isascii():
            sender = _folded("From", name)
            sender.append(f"<{address}>", "ascii")
            mail.replace_header("From", sender)
        return mail


def _folded(name: str, words: str) -> Header:
    """A word that is too long for the line is written as an encoded one, which can be parted."""
    is_plain = words.isascii() and all(len(word) <= LONGEST_WORD for word in words.split())
    return Header(words, "us-ascii" if is_plain else "utf-8", header_name=name)


def compose(mail: OutgoingMail) -> Message:
    """Only what the site writes by itself says so: answering machines are silent to it, and a person's mail is none."""
    headers = {"Message-ID": mail.message_id} | mail.headers
    if mail.is_automatic:
        headers = {"Auto-Submitted": "auto-generated"} | headers
    envelope_sender = envelope.return_address(mail) if transport.is_smtp() else ""
    if envelope_sender:
        # Django's way to part the two: the envelope's, and the one that is shown.
        headers = {"From": mail.sender} | headers
    message = Message(
        subject=mail.subject,
        body=mail.body,
        from_email=envelope_sender or mail.sender,
        to=[addresses.on_the_wire(mail.to)],
        reply_to=[addresses.on_the_wire(mail.reply_to)] if mail.reply_to else None,
        headers=headers,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for file in mail.attachments.all():
        if transport.is_smtp() and (method := _invites(file)):
            # Outlook sees an invitation only in a form of the text; attached, it is a file (MS-STANOICAL, 2.2.175).
            entry = bytes(file.content).decode().replace("\r\n", "\n")
            message.attach_alternative(entry, f"text/calendar; method={method}")
        message.attach(_part(file))
    return message


def _invites(file: MailAttachment) -> str:
    """REQUEST or CANCEL, where a file asks a calendar to do something; nothing for a file that is only to be opened."""
    main, _separator, method = file.content_type.partition("method=")
    is_calendar = main.lower().startswith("text/calendar")
    return method if is_calendar and method in ("REQUEST", "CANCEL") else ""


def _part(file: MailAttachment) -> MIMEBase:
    """Built by hand: a calendar programme needs the parameter `method` in the content type."""
    full_type, *parameters = (piece.strip() for piece in file.content_type.split(";"))
    main, _slash, sub = full_type.partition("/")
    part = MIMENonMultipart(main, sub or "octet-stream")
    for parameter in parameters:
        name, _equals, value = parameter.partition("=")
        part.set_param(name.strip(), value.strip().strip('"'))
    if main == "text" and part.get_param("charset") is None:
        part.set_param("charset", "utf-8")
    part.set_payload(bytes(file.content))
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=file.name)
    return part
