"""Reports of mail servers that a mail of ours is late or came back (配信の報告), read. Nothing here looks into the database.

Three things are asked of a report: which mail, is it lost or late, and why. A report in the standard form (RFC 3464) says
so in fields; others in words, with the mail inside or its first lines below.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from typing import TypeAlias

from django.conf import settings

from kyodo.mail import envelope
from kyodo.mail.models import OutgoingMail

Delivery, Reason = OutgoingMail.Delivery, OutgoingMail.Reason
Mail: TypeAlias = "Message[str, str]"

MOST_PARTS = 60
LONGEST_TEXT = 60_000
LONGEST_WORDS = 600
# Where servers write for whom a mail really was.
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
SERVERS = ("mailer-daemon@", "postmaster@", "microsoftexchange", "mail-daemon@", "mailerdaemon@")
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|failure|has failed|delayed)|delivery report|mail delivery (?:failed|system)"
    r"|^warning: (?:message|could not send)|returned mail|failure notice|mail system error|could not be delivered|delivery incomplete"
    r"|配信(?:不能|失敗|エラー|できません)|配達(?:不能|できません)|送信(?:失敗|エラー|できません)|メールが届きません",
    re.IGNORECASE,
)
# A report in words alone that says the server goes on trying.
_LATE = re.compile(
    r"warning (?:message )?only|attempts will continue|not yet been delivered|do not need to resend|will (?:retry|keep trying|continue to)|has been delayed"
    r"|delivery status notification \(delay\)|delivery delayed|still being retried"
    r"|再送を(?:試み|続け)|引き続き(?:送信|配信)|遅延",
    re.IGNORECASE,
)
_MESSAGE_ID = re.compile(r"^[>\s]*Message-I[Dd]:\s*(<[^<>\s]{3,190}>)", re.MULTILINE)
_ENHANCED = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")

# Where the mail that came back begins.
_COPY = re.compile(
    r"^.*(?:below this line is a copy|this is a copy of|original message|returned message|元のメッセージ|メールのコピー).*$",
    re.IGNORECASE | re.MULTILINE,
)
STATUS = ("delivery-status", "global-delivery-status")

# By the code first (RFC 3463, and what Exchange adds to it), then by words; of each the first that fits.
_BY_CODE: tuple[tuple[str, str], ...] = (
    (r"\.1\.(?:0|1|3|6|10|351)", Reason.NO_ADDRESS),
    (r"\.1\.2|\.4\.(?:4|310)", Reason.NO_DOMAIN),
    (r"\.1\.8|\.7\.\d+", Reason.REFUSED),
    (r"\.2\.1", Reason.NOT_IN_USE),
    (r"\.2\.2", Reason.FULL),
    (r"\.2\.3|\.3\.4", Reason.TOO_LARGE),
    (r"\.4\.[1-7]", Reason.NOT_REACHED),
)
_BY_WORDS: tuple[tuple[str, str], ...] = (
    (
        r"mailbox (?:is )?full|over ?quota|quota exceeded|insufficient (?:system )?storage|容量|いっぱい",
        Reason.FULL,
    ),
    (r"too large|too big|message size|size limit|サイズ(?:が|の制限)", Reason.TOO_LARGE),
    (
        r"(?:host|domain)(?: name)? (?:or domain name )?not found|unrouteable|nxdomain|no such domain|unknown host"
        r"|couldn't find any host|ドメイン.{0,12}(?:見つかり|存在し)",
        Reason.NO_DOMAIN,
    ),
    (
        r"user unknown|unknown user|no such (?:user|address|recipient|person)|does(?:n't| not) (?:exist|have an?)"
        r"|invalid recipient|recipient unknown|mailbox unavailable|recipientnotfound|not (?:a )?valid|were unknown"
        r"|宛先.{0,20}(?:見つかり|存在し|不明)|アドレスが(?:見つかり|存在し)",
        Reason.NO_ADDRESS,
    ),
    (
        r"account (?:is )?(?:disabled|inactive|suspended)|temporarily limited|使われていません",
        Reason.NOT_IN_USE,
    ),
    (
        r"spam|block(?:ed|list)|blacklist|denied|rejected|refused by policy|policy|not authori[sz]ed|blocked"
        r"|迷惑メール|受信(?:を)?拒否",
        Reason.REFUSED,
    ),
    (
        r"timed? ?out|connection refused|unreachable|deferred|retry time|try again|接続でき",
        Reason.NOT_REACHED,
    ),
)


@dataclass(frozen=True)
class Report:
    """What a server says became of one mail."""

    delivery: str
    """An OutgoingMail.Delivery."""
    reason: str
    """An OutgoingMail.Reason."""
    words: str
    """The server's own."""
    mail_key: int | None
    """The mail that the signed address names."""
    message_ids: tuple[str, ...]
    """Those of the mails inside; one of them may be ours."""


def read(content: bytes) -> Report | None:
    """None for what is no report of a mail that is late or lost: an answer, a receipt, a complaint, or the news that all
    went well."""
    mail = message_from_bytes(content)
    parts = list(_parts(mail))
    fields = _standard_fields(parts)
    if _is_of_another_kind(mail) or not (fields or _is_report_in_words(mail)):
        return None
    # Not what our own mail says of full boxes and rejected requests.
    text = _texts(_parts(mail, goes_inside=False))
    said = _said_in_fields(fields) if fields else _said_in_words(mail, text)
    if said is None:
        return None
    delivery, words = said
    return Report(
        delivery=delivery,
        reason=reason_of(words if words.strip() else text),
        words=" ".join(words.split())[:LONGEST_WORDS],
        mail_key=mail_named_by(addresses_of(mail)),
        message_ids=_message_ids(mail, parts),
    )


def addresses_of(mail: Mail) -> list[str]:
    lines = [str(line) for name in ADDRESSED for line in mail.get_all(name, [])]
    return [address for _name, address in getaddresses(lines)]


def mail_named_by(addresses: list[str]) -> int | None:
    named = (envelope.mail_named_by(address) for address in addresses)
    return next((key for key in named if key is not None), None)


def reason_of(words: str) -> str:
    """Why, from a server's answer: by its code, else by its words."""
    by_code = [
        reason
        for _class, subject, detail in _ENHANCED.findall(words)
        for pattern, reason in _BY_CODE
        if re.fullmatch(pattern, f".{subject}.{detail}")
    ]
    in_words = next(
        (reason for pattern, reason in _BY_WORDS if re.search(pattern, words, re.IGNORECASE)), None
    )
    # "Rejected by policy" is what some say of an address that is not there: their words are plainer than their code.
    if by_code and not (by_code[0] == Reason.REFUSED and in_words in (Reason.NO_ADDRESS, Reason.FULL)):
        return by_code[0]
    return in_words or Reason.UNKNOWN


def _parts(mail: Mail, *, goes_inside: bool = True) -> Iterator[Mail]:
    """Every part; of a mail inside its parts too, where asked for."""
    waiting = [mail]
    for _count in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        inner = part.get_payload()
        if isinstance(inner, list) and (goes_inside or part.get_content_maintype() == "multipart"):
            waiting = [*(one for one in inner if isinstance(one, Message)), *waiting]


def _texts(parts: Iterable[Mail]) -> str:
    return "\n".join(_text(part) for part in parts if part.get_content_maintype() == "text")[:LONGEST_TEXT]


def _is_of_another_kind(mail: Mail) -> bool:
    """A receipt that it was read, a complaint about spam."""
    if mail.get_content_type() != "multipart/report":
        return False
    return str(mail.get_param("report-type", "")).lower() not in ("", "delivery-status")


def _standard_fields(parts: list[Mail]) -> list[dict[str, str]]:
    """The fields for each recipient. Only of a report itself: who passes one on to us sends a letter with a mail inside."""
    if parts[0].get_content_type() != "multipart/report" and not _comes_from_server(parts[0]):
        return []
    status = next((part for part in parts if part.get_content_subtype() in STATUS), None)
    # Blocks parted by empty lines. Python's parser knows them in the older of the two kinds alone.
    blocks = status.as_string().split("\n\n")[1:] if status else []
    fields = [message_from_string(block) for block in blocks]
    return [
        {name.lower(): " ".join(str(value).split()) for name, value in block.items()}
        for block in fields
        if "Action" in block
    ]


def _said_in_fields(fields: list[dict[str, str]]) -> tuple[str, str] | None:
    """Lost where it is lost for one recipient: each mail of ours has one."""
    said = {field.get("action", "").lower().partition(" ")[0]: field for field in reversed(fields)}
    for action, delivery in (("failed", Delivery.UNDELIVERED), ("delayed", Delivery.LATE)):
        if action in said:
            field = said[action]
            return delivery, f"{field.get('status', '')} {field.get('diagnostic-code', '')}".strip()
    return None


def _said_in_words(mail: Mail, text: str) -> tuple[str, str]:
    head = _COPY.split(text, maxsplit=1)[0]
    is_late = _LATE.search(f"{_header(mail, 'Subject')}\n{head}")
    return (Delivery.LATE if is_late else Delivery.UNDELIVERED), head


def _is_report_in_words(mail: Mail) -> bool:
    if "X-Failed-Recipients" in mail:
        return True
    if _header(mail, "Auto-Submitted").lower().startswith("auto-replied") and not _comes_from_server(mail):
        return False
    return (_comes_from_server(mail) or _has_no_return(mail)) and bool(
        _SUBJECT.search(_header(mail, "Subject"))
    )


def _comes_from_server(mail: Mail) -> bool:
    senders = [address.lower() for _name, address in getaddresses([str(mail.get("From", ""))])]
    return any(sender.startswith(SERVERS) for sender in senders)


def _has_no_return(mail: Mail) -> bool:
    return "Return-Path" in mail and str(mail["Return-Path"]).strip("<> ") == ""


def _message_ids(mail: Mail, parts: list[Mail]) -> tuple[str, ...]:
    """Of the mail inside as a part or as text, of what the report answers, and whatever else has the form of ours."""
    text = _texts(parts)
    inside = [str(part["Message-ID"]).strip() for part in parts[1:] if "Message-ID" in part]
    answered = " ".join(str(mail.get(name, "")) for name in ("In-Reply-To", "References")).split()
    ours = re.findall(rf"[0-9a-f]{{32}}@{re.escape(settings.MESSAGE_ID_DOMAIN)}", text)
    named = [*inside, *answered, *_MESSAGE_ID.findall(text), *(f"<{name}>" for name in ours)]
    return tuple(dict.fromkeys(named))[:MOST_PARTS]


def _header(mail: Mail, name: str) -> str:
    return _decoded(str(mail.get(name, "")))


def _decoded(line: str) -> str:
    try:
        pieces = decode_header(line)
    except (HeaderParseError, ValueError):
        return line
    return "".join(_words(piece, charset) if isinstance(piece, bytes) else piece for piece, charset in pieces)


def _text(part: Mail) -> str:
    content = part.get_payload(decode=True)
    charset = part.get_param("charset")
    return (
        _words(content, charset if isinstance(charset, str) else None) if isinstance(content, bytes) else ""
    )


def _words(content: bytes, charset: str | None) -> str:
    try:
        return content.decode(charset or "utf-8", errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")
