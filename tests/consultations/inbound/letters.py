"""Mails as people's programmes write them: real bytes."""

from email.message import EmailMessage
from email.utils import make_msgid

from consultations.models import Consultation
from consultations.rules.addresses import reply_address

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
ANSWER = """ありがとうございます。来週の水曜にうかがいます。

2026年11月20日(金) 10:00 横浜市市民協働推進センター <no-reply@example.jp>:

> 相談 花子 様
>
> 水曜はいかがでしょうか。
"""
ANSWERED = "ありがとうございます。来週の水曜にうかがいます。"


def letter(
    text: str = ANSWER,
    *,
    to: str = "reply@localhost.localdomain",
    sender: str = "相談 花子 <hanako@example.jp>",
    subject: str = "Re: 【ご相談へのお返事】",
    files: tuple[tuple[str, bytes, str], ...] = (),
    html: str = "",
    **headers: str,
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = headers.pop("message_id", make_msgid(domain="example.jp"))
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    if text:
        mail.set_content(text)
    if html:
        (mail.add_alternative if text else mail.set_content)(html, subtype="html")
    for name, content, kind in files:
        main, _slash, sub = kind.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail


def answer_to(consultation: Consultation, text: str = ANSWER, **options: object) -> bytes:
    """As the person's programme answers the centre's mail."""
    options.setdefault("sender", f"相談 花子 <{consultation.contact.email}>")
    return letter(text, to=reply_address(consultation), **options).as_bytes()  # type: ignore[arg-type]
