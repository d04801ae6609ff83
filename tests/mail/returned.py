"""Reports of mail servers, as they write them: real bytes around a mail of ours."""

from email import message_from_string
from email.header import Header
from email.message import EmailMessage, Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from kyodo.mail import envelope
from kyodo.mail.models import OutgoingMail


def original(mail: OutgoingMail) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mail.sender, mail.to, mail.subject
    message["Message-ID"] = mail.message_id
    message.set_content(mail.body or "本文")
    return message


def _report(sender: str, subject: str, *parts: Message, to: str = "", kind: str = "delivery-status") -> bytes:
    report = MIMEMultipart("report", **{"report-type": kind})
    report["Return-Path"], report["From"], report["Subject"] = "<>", sender, subject
    report["To"], report["Auto-Submitted"] = to or "reply@localhost.localdomain", "auto-replied"
    report["Message-ID"] = f"<{abs(hash((sender, subject, to)))}@mx.example.jp>"
    for part in parts:
        report.attach(part)
    return report.as_bytes()


def _status(action: str, status: str, diagnostic: str, to: str, subtype: str = "delivery-status") -> Message:
    return message_from_string(
        f"Content-Type: message/{subtype}\n\n"
        "Reporting-MTA: dns; mx.example.jp\nArrival-Date: Mon, 30 Nov 2026 10:00:00 +0900\n\n"
        f"Final-Recipient: rfc822; {to}\nOriginal-Recipient: rfc822;{to}\nAction: {action}\nStatus: {status}\n"
        f"Remote-MTA: dns; mx.mail.example.jp\nDiagnostic-Code: smtp; {diagnostic}\n"
    )


def _plain(
    sender: str, subject: str, text: str, *, to: str = "", charset: str = "us-ascii", **headers: str
) -> bytes:
    message = MIMEText(text, _charset=charset)
    message["From"], message["Subject"] = sender, subject
    message["To"] = to or "reply@localhost.localdomain"
    message["Return-Path"] = "<>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return message.as_bytes()


def _headers(mail: OutgoingMail) -> str:
    names = f"From: <no-reply@example.jp>\nTo: {mail.to}\nSubject: x\nMessage-ID: {mail.message_id}\n"
    return names + "MIME-Version: 1.0\n"


def postfix(mail: OutgoingMail) -> bytes:
    """The whole mail inside; its lines of the diagnosis are folded."""
    words = (
        "550 5.1.1 <asker@example.jp>:\n    Recipient address rejected: User unknown in virtual mailbox table"
    )
    return _report(
        "MAILER-DAEMON@mx.example.jp (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        MIMEText("This is the mail system at host mx.example.jp.\n\nI'm sorry to have to inform you ..."),
        _status("failed", "5.1.1", words, mail.to),
        MIMEMessage(original(mail)),
    )


def postfix_late(mail: OutgoingMail) -> bytes:
    """Only the header of ours inside; the server goes on trying."""
    header = MIMEText(_headers(mail), "rfc822-headers")
    return _report(
        "MAILER-DAEMON@mx.example.jp (Mail Delivery System)",
        "Delayed Mail (still being retried)",
        MIMEText("THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE."),
        _status(
            "delayed", "4.4.1", "connect to mx.mail.example.jp[203.0.113.5]:25: Connection timed out", mail.to
        ),
        header,
    )


def given_up(mail: OutgoingMail) -> bytes:
    """A code that begins with 4, and yet the end: its time is over."""
    return _report(
        "MAILER-DAEMON@mx.example.jp",
        "Undelivered Mail Returned to Sender",
        MIMEText("..."),
        _status("failed", "4.4.7", "delivery time expired", mail.to),
        MIMEMessage(original(mail)),
    )


def exchange_online(mail: OutgoingMail) -> bytes:
    """Microsoft 365 in Japanese: HTML, its own long codes, and the mail inside."""
    page = MIMEText("<p>宛先が見つからないため、メッセージを配信できませんでした。</p>", "html", "utf-8")
    words = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
    return _report(
        "postmaster@city.example.jp",
        "配信不能: 【ご相談へのお返事】",
        page,
        _status("failed", "5.1.10", words, mail.to),
        MIMEMessage(original(mail)),
    )


def exchange_old(mail: OutgoingMail) -> bytes:
    """Words alone, without the mail and without its Message-ID: only the address it came back to names it."""
    return _plain(
        "System Administrator <postmaster@corp.example.jp>",
        "Undeliverable: x",
        "Your message did not reach some or all of the intended recipients.\n\n      Subject: x\n"
        "      Sent: 11/30/2026 10:00 AM\n\nThe following recipient(s) could not be reached:\n\n"
        f"      {mail.to} on 11/30/2026 10:00 AM\n            The e-mail account does not exist at the organization "
        "this message was sent to.\n            <mx.corp.example.jp #5.1.1>\n",
        to=envelope.return_address(mail),
    )


def gmail(mail: OutgoingMail) -> bytes:
    """A picture and two forms of the words before the fields; the mailbox is full."""
    words = MIMEMultipart("related")
    both = MIMEMultipart("alternative")
    both.attach(MIMEText("** Message not delivered **\n\nThe recipient's inbox is out of storage space."))
    both.attach(MIMEText("<b>Message not delivered</b>", "html"))
    words.attach(both)
    diagnostic = (
        "552-5.2.2 The recipient's inbox is out of storage space and inactive. Please\n 552 5.2.2 direct"
    )
    return _report(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
        "Delivery Status Notification (Failure)",
        words,
        _status("failed", "5.2.2", diagnostic, mail.to),
        MIMEMessage(original(mail)),
    )


def qmail(mail: OutgoingMail) -> bytes:
    """Words, and the mail below a line; no subject of ours, no header that says what it is."""
    return _plain(
        "MAILER-DAEMON@yahoo.example.jp",
        "failure notice",
        "Hi. This is the qmail-send program at yahoo.example.jp.\nI'm afraid I wasn't able to deliver your message "
        "to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{mail.to}>:\nThis user doesn't have a yahoo.example.jp account ({mail.to}) [0]\n\n"
        f"--- Below this line is a copy of the message.\n\nReturn-Path: <x>\n{_headers(mail)}\nmailbox is full\n",
    )


def exim(mail: OutgoingMail) -> bytes:
    return _plain(
        "Mail Delivery System <Mailer-Daemon@rental.example.jp>",
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its recipients.\n\n"
        f"  {mail.to}\n    host mx.example.jp [203.0.113.5]\n    SMTP error from remote mail server after end of data:\n"
        "    554 5.7.1 Message rejected as spam\n\n"
        "------ This is a copy of your message, including all the headers. ------\n\n" + _headers(mail),
        X_Failed_Recipients=mail.to,
        Auto_Submitted="auto-replied",
    )


def exim_late(mail: OutgoingMail) -> bytes:
    return _plain(
        "Mail Delivery System <Mailer-Daemon@rental.example.jp>",
        "Warning: message 1xyz delayed 24 hours",
        "A message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours."
        f"\n\n  {mail.to}\n\nNo action is required on your part. Delivery attempts will continue for some time, and "
        "this warning may be repeated.\n" + _headers(mail),
        Auto_Submitted="auto-replied",
    )


def docomo(mail: OutgoingMail) -> bytes:
    """Our own server's report of a carrier's refusal: the status says nothing, the words do."""
    words = f"550 Unknown user {mail.to}"
    return _report(
        "Mail Delivery Subsystem <MAILER-DAEMON@smtp.example.jp>",
        "Returned mail: see transcript for details",
        MIMEText("   ----- The following addresses had permanent fatal errors -----"),
        _status("failed", "5.0.0", words, mail.to),
        MIMEText(_headers(mail), "rfc822-headers"),
    )


def au(mail: OutgoingMail) -> bytes:
    """The carrier's own words; our header below them, and no part that says so."""
    return _plain(
        "Postmaster@au.example.jp",
        "Mail System Error - Returned Mail",
        "The following addresses were unknown:\n\n"
        f"    {mail.to}\n\nThe user(s) account is disabled.\n\n----- Original message -----\n{_headers(mail)}",
    )


def rental_server(mail: OutgoingMail) -> bytes:
    """In Japanese, in ISO-2022-JP, with the mail as a file."""
    report = MIMEMultipart("mixed")
    report["Return-Path"], report["From"] = "<>", "MAILER-DAEMON@hosting.example.jp"
    report["Subject"] = Header("配信不能のお知らせ", "iso-2022-jp").encode()
    report["To"] = "reply@localhost.localdomain"
    words = "次の宛先へメールを配信できませんでした。\n受信者のメールボックスの容量が上限を超えています。\n"
    report.attach(MIMEText(words, _charset="iso-2022-jp"))
    report.attach(MIMEMessage(original(mail)))
    return report.as_bytes()


def internationalised(mail: OutgoingMail) -> bytes:
    """RFC 6533: the fields in UTF-8, the mail as message/global-headers."""
    header = message_from_string(f"Content-Type: message/global-headers\n\n{_headers(mail)}\n")
    return _report(
        "MAILER-DAEMON@mx.example.jp",
        "Delivery failure",
        MIMEText("..."),
        _status("failed", "5.4.4", "Host not found", mail.to, "global-delivery-status"),
        header,
    )


# ── What looks like one and is none ──────────────────────────────────────────────────────────────────────────────


def arrived(mail: OutgoingMail) -> bytes:
    return _report(
        "MAILER-DAEMON@mx.example.jp",
        "Successful Mail Delivery Report",
        MIMEText("Your message was successfully delivered."),
        _status("delivered", "2.0.0", "250 ok", mail.to),
        MIMEMessage(original(mail)),
    )


def receipt(mail: OutgoingMail) -> bytes:
    """The person's client says that it was opened."""
    part = message_from_string(
        "Content-Type: message/disposition-notification\n\n"
        f"Original-Message-ID: {mail.message_id}\nDisposition: manual-action; displayed\n"
    )
    kind = "disposition-notification"
    return _report(mail.to, "開封済み", MIMEText("Read."), part, MIMEMessage(original(mail)), kind=kind)


def complaint(mail: OutgoingMail) -> bytes:
    """Pressed as spam: it did arrive."""
    part = message_from_string(
        "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\n"
    )
    return _report(
        "postmaster@isp.example",
        "abuse report",
        MIMEText("..."),
        part,
        MIMEMessage(original(mail)),
        kind="feedback-report",
    )


def out_of_office(mail: OutgoingMail) -> bytes:
    """Answering machines write to the address of the envelope, as they should."""
    to = envelope.return_address(mail)
    return _plain(
        mail.to,
        "Automatic reply: x",
        "I am away.",
        to=to,
        Auto_Submitted="auto-replied",
        In_Reply_To=mail.message_id,
    )


def passed_on(mail: OutgoingMail) -> bytes:
    """A person sends us somebody's report, with words of their own."""
    letter = MIMEMultipart("mixed")
    letter["From"], letter["To"], letter["Subject"] = (
        mail.to,
        "reply@localhost.localdomain",
        "Fwd: Undelivered Mail",
    )
    letter["Return-Path"] = f"<{mail.to}>"
    letter.attach(MIMEText("こんなメールが来ました。", _charset="utf-8"))
    inside = EmailMessage()
    inside.set_content("x")
    letter.attach(_status("failed", "5.1.1", "550 5.1.1 User unknown", mail.to))
    letter.attach(MIMEMessage(original(mail)))
    return letter.as_bytes()
