"""Mails that no person wrote to us: answering machines, news of mails that did not arrive, our own come back.

None of them may count as an answer: it would reopen what is closed, and set the clock going. What only may be a machine's
is told apart (`is_doubtful`): companies' mail servers and groups' lists write the same headers around what people say,
so nothing is put aside for them.
"""

import re
from email.message import Message
from email.utils import parseaddr

from django.conf import settings

from consultations.models import InboundMail
from consultations.rules.inbound.headers import header

Why = InboundMail.Why

ANSWERING = ("auto_reply", "auto-reply", "auto")
BULK = ("bulk", "junk", "list")
SERVERS = ("mailer-daemon@", "postmaster@")
MACHINES = ("no-reply@", "noreply@", "do-not-reply@", "donotreply@")
# Only answering machines set these.
ANSWERS = (
    "X-Autoreply",
    "X-Autoreply-From",
    "X-Auto-Reply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Autoresponder-Id",
    "X-Autoresponse",
    "X-Auto-Response",
    "X-Autorespond-Mode",
    "X-Mail-Autoreply",
    "X-Vacation",
)
LISTS = ("List-Id", "List-Unsubscribe", "Feedback-ID")
_SUBJECT = re.compile(
    r"^\W*(?:自動(?:返信|応答|送信)|不在(?:通知|のお知らせ|返信)|開封(?:済み|確認)|auto(?:matic)?[ -]?(?:reply|response)|out of office"
    r"|read:)",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"^\W*(?:undeliver|delivery (?:status|failure)|mail delivery failed|returned mail|failure notice|配信(?:不能|失敗)|配達不能)",
    re.IGNORECASE,
)


def nature_of(mail: "Message[str, str]", *, sender: str) -> str:
    """An InboundMail.Why, or nothing where a person seems to have written it."""
    if _is_ours(sender.lower()):
        return Why.LOOP
    if _is_bounce(mail, sender.lower()):
        return Why.BOUNCE
    return Why.AUTOMATIC if _is_automatic(mail, sender.lower()) else ""


def _is_ours(sender: str) -> bool:
    local, _at, domain = sender.rpartition("@")
    base, _own, own_domain = settings.INBOUND_ADDRESS.lower().partition("@")
    is_reply_address = bool(base) and domain == own_domain and local.partition("+")[0] == base
    return is_reply_address or sender == parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()


def _is_bounce(mail: "Message[str, str]", sender: str) -> bool:
    if mail.get_content_type() == "multipart/report":
        return str(mail.get_param("report-type", "")).lower() != "disposition-notification"
    if sender.startswith(SERVERS):
        return True
    return _has_no_return(mail) and bool(_FAILED.match(header(mail, "Subject")))


def _is_automatic(mail: "Message[str, str]", sender: str) -> bool:
    submitted = header(mail, "Auto-Submitted").lower().partition(";")[0].strip()
    return (
        submitted not in ("", "no")
        or header(mail, "Precedence").lower() in ANSWERING
        or mail.get_content_type() == "multipart/report"
        or any(name in mail for name in ANSWERS)
        or _has_no_return(mail)
    )


def is_doubtful(mail: "Message[str, str]", *, sender: str) -> bool:
    """A list, a bulk sender, an address that takes no answer: a machine's, if we don't know who sent it."""
    return (
        header(mail, "Precedence").lower() in BULK
        or any(name in mail for name in LISTS)
        or sender.lower().startswith(MACHINES)
    )


def sounds_automatic(mail: "Message[str, str]") -> bool:
    """Its subject begins as those of answering machines do. Some of them set no header; people write such words as well."""
    return bool(_SUBJECT.match(header(mail, "Subject")))


def _has_no_return(mail: "Message[str, str]") -> bool:
    """Sent so that nobody can answer it, as the standards ask of machines."""
    return "Return-Path" in mail and header(mail, "Return-Path").strip("<> ") == ""
