"""A mail's bytes read into what we need of it. Nothing here looks into the database."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message

from django.utils.translation import gettext as _

from consultations.rules.inbound import automatic, parts, quotes
from consultations.rules.inbound.headers import addresses, header, parse
from consultations.rules.inbound.parts import Part

LONGEST_TEXT = 100_000
"""Characters of a mail's text that are kept beside its bytes; more than any letter has."""
# Where servers write for whom a mail really was, whatever its To says.
# The first of them is what `with_envelope` adds.
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
SENT_BY = ("From", "Sender", "Return-Path")
"""The first that names an address."""
_ANSWERS = re.compile(r"^(?:(?:re|aw|sv|antw|回复|返信)(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE)
_FORWARDS = re.compile(r"^(?:(?:fwd?|wg|tr|転送)\s*[:：]|\[fwd:)", re.IGNORECASE)
# Outlook's reaction is an ordinary mail with a picture in it; in words that it writes itself.
_REACTED = re.compile(
    r"^.{1,80}(?:reacted to your message|さんがあなたのメッセージにリアクションしました|さんがリアクションしました)\s*[:：]?\s*(?P<emoji>\S{0,12})"
)


@dataclass(frozen=True)
class Letter:
    """A mail, read."""

    sender: str
    recipients: tuple[str, ...]
    """Addresses in the order in which we believe them."""
    subject: str
    text: str
    parts: tuple[Part, ...]
    nature: str
    """An InboundMail.Why where no person wrote it, else empty."""
    is_doubtful: bool = False
    """May be a machine's: it depends on whether we know the sender."""
    sounds_automatic: bool = False
    reaction: str = ""

    @property
    def message(self) -> str:
        """What the person wrote themselves, as far as the mail alone tells."""
        return self.own_words()

    def own_words(self, *, known: Iterable[str] | None = None) -> str:
        """What the person wrote themselves. `known` is what was said before, which they may quote."""
        if self.reaction:
            return _("リアクション：%(emoji)s") % {"emoji": self.reaction}
        is_forward = bool(_FORWARDS.match(self.subject))
        return quotes.own_words(self.text, known=known, is_forward=is_forward)

    def own_subject(self, *, known: Iterable[str] = ()) -> str:
        """What only the subject says: nothing where it is that of a mail of ours, answered."""
        bare = _ANSWERS.sub("", self.subject).strip()
        for subject in sorted((" ".join(one.split()) for one in known), key=len, reverse=True):
            if subject and subject in bare:
                return bare.replace(subject, "").strip(" 　:：-/／、。")
        # An answer to a mail of ours that is no longer here: all our subjects begin so.
        is_ours = bare != self.subject and bare.startswith("【")
        return "" if is_ours else bare


def key_of(content: bytes) -> str:
    """Tells a mail given to us twice: its Message-ID with what is in it. Some scanners send one ID for ever.

    A mail to two of our addresses comes twice, and is meant twice.
    """
    digest = hashlib.sha256()
    try:
        mail = parse(content)
        digest.update(header(mail, ADDRESSED[0]).lower().encode())
        for data in parts.contents(mail):
            digest.update(data)
        name = header(mail, "Message-ID").strip("<>")
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is kept
        digest.update(content)
        name = ""
    return f"{name[:240]} {digest.hexdigest()[:40]}".strip()


def with_envelope(content: bytes, *, sender: str | None, recipient: str | None) -> bytes:
    """The mail as a server would store it: with whom it came from and for whom it was on top."""
    top = b""
    if sender is not None:
        top += b"Return-Path: <" + _one_line(sender) + b">\n"
    if recipient:
        top += b"Delivered-To: " + _one_line(recipient) + b"\n"
    return top + content


def _one_line(value: str) -> bytes:
    return "".join(sign for sign in value if sign.isprintable()).strip("<> ").encode()


def read(content: bytes) -> Letter:
    mail = parse(content)
    body = parts.body_of(mail)
    text = "\n".join(body.texts).strip()[:LONGEST_TEXT]
    sender = next((address for name in SENT_BY for address in addresses(mail, name)), "")
    reaction = body.reaction or _reaction_in(text)
    return Letter(
        sender=sender,
        recipients=_recipients(mail),
        subject=" ".join(header(mail, "Subject").split())[:300],
        text=text,
        # The picture of an emoji is no file that anybody sent.
        parts=tuple(part for part in body.files if not (reaction and part.is_inline)),
        nature=automatic.nature_of(mail, sender=sender),
        is_doubtful=automatic.is_doubtful(mail, sender=sender),
        sounds_automatic=automatic.sounds_automatic(mail),
        reaction=reaction,
    )


def recipients_of(content: bytes) -> tuple[str, ...]:
    """For whom a mail is, where the rest of it can't be read."""
    return _recipients(parse(content))


def _recipients(mail: "Message[str, str]") -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for name in ADDRESSED for one in addresses(mail, name)))


def _reaction_in(text: str) -> str:
    lines = [line for line in text.split("\n") if line.strip()]
    reacted = _REACTED.match(lines[0]) if lines else None
    if reacted is None:
        return ""
    beside = [reacted["emoji"], *lines[1:2]]
    return next(
        (one.strip() for one in beside if one.strip() and not any(sign.isalnum() for sign in one)),
        _("絵文字"),
    )
