"""The parts of a mail: which of them are its words, and which are files. Every part that is no form of the words is kept."""

import base64
import binascii
import json
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from django.utils.translation import gettext as _

from consultations.rules.inbound import charsets, markup, tnef
from consultations.rules.inbound.headers import header, parameter

LONGEST_MARKUP = 500_000
MOST_PARTS = 500
DEEPEST = 50
WORDS = ("text/plain", "text/html")
OTHER_FORMS = ("text/enriched", "text/richtext", "text/x-amp-html", "text/watch-html")
"""Of one text, in an alternative."""
INSIDE = "message/rfc822"
# They prove who wrote a mail to programmes that know how; the original holds them.
SIGNATURES = (
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "application/pgp-keys",
)
SIGNATURE_NAMES = ("smime.p7s", "signature.asc")
REACTION = "text/vnd.google.email-reaction+json"
_LINK = re.compile(r"<?https?://[^\s>]+>?")


@dataclass(frozen=True)
class Part:
    """A file of a mail, not yet judged."""

    name: str
    content_type: str
    content: bytes
    is_inline: bool = False
    """Shown by mailers among the words, often a logo."""
    is_broken: bool = False
    """It could not even be taken out of the mail; the original holds it."""


@dataclass
class Body:
    texts: list[str] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)
    reaction: str = ""
    """The emoji, where somebody pressed one instead of writing."""


def body_of(mail: "Message[str, str]") -> Body:
    body = Body()
    leaves = list(_leaves(mail))
    for leaf, is_text in _with_named_text(leaves):
        if is_text:
            text, pictures = _words(leaf)
            body.texts.append(text)
            body.files += pictures
        elif leaf.get_content_type() == REACTION:
            body.reaction = _emoji(leaf)
        elif not _is_signature(leaf):
            _open_file(leaf, body)
    if not any(text.strip() for text in body.texts):
        body.texts += [_words_inside(leaf) for leaf, _is in leaves if leaf.get_content_type() == INSIDE]
    return body


def contents(mail: "Message[str, str]") -> Iterator[bytes]:
    """What is in each part, for telling mails apart."""
    for part in mail.walk():
        if not part.is_multipart():
            yield bytes_of(part)


# ── The tree ─────────────────────────────────────────────────────────────────────────────────────────────────────


Leaf = tuple["Message[str, str]", bool]
"""A part that holds something, and whether it is read as words."""


def _leaves(mail: "Message[str, str]", depth: int = 0) -> list[Leaf]:
    """A mail inside a mail is one file."""
    inner = _inside(mail)
    if not inner or mail.get_content_maintype() != "multipart" or depth == DEEPEST:
        return [(mail, _is_words(mail))]
    if mail.get_content_type() == "multipart/alternative":
        return _best_of([_leaves_of_form(part, depth + 1) for part in inner])[:MOST_PARTS]
    leaves: list[Leaf] = []
    for part in inner:
        leaves += _leaves(part, depth + 1)
        if len(leaves) >= MOST_PARTS:
            break
    return leaves[:MOST_PARTS]


def _leaves_of_form(part: "Message[str, str]", depth: int) -> list[Leaf]:
    """A form of the text is one even with a name; some mailers name each part."""
    if part.get_content_type() in WORDS and part.get_content_disposition() != "attachment":
        return [(part, True)]
    return _leaves(part, depth)


def _best_of(forms: list[list[Leaf]]) -> list[Leaf]:
    """Of the forms of one text the plain one, unless another says more. What is no form of the text comes along: Apple's
    mailer puts the attached files beside the HTML."""
    texts = ["\n".join(_words(leaf)[0] for leaf, is_text in form if is_text) for form in forms]
    chosen = 0
    for number, text in enumerate(texts):
        if _says_more(text, texts[chosen]):
            chosen = number
    return [
        (leaf, is_text)
        for number, form in enumerate(forms)
        for leaf, is_text in form
        if number == chosen or not (is_text or leaf.get_content_type() in OTHER_FORMS)
    ]


def _says_more(text: str, other: str) -> bool:
    """Much more, that is: the plain form of some mailers says that there is another, or breaks off."""
    return _letters(text) > 2 * _letters(other)


def _letters(text: str) -> int:
    return sum(sign.isalnum() or sign > "\uffff" for sign in _LINK.sub("", text))


def _inside(part: "Message[str, str]") -> "list[Message[str, str]]":
    held = part.get_payload()
    return [one for one in held if isinstance(one, Message)] if isinstance(held, list) else []


def _is_words(part: "Message[str, str]") -> bool:
    if part.get_content_maintype() == "multipart":
        # It says that it has parts, and has none: what it holds is the text.
        return not part.is_multipart()
    is_file = part.get_content_disposition() == "attachment" or bool(_name_of(part))
    return part.get_content_type() in WORDS and not is_file


def _with_named_text(leaves: list[Leaf]) -> list[Leaf]:
    """A text that has a name is a file, unless it is all that the mail says."""
    if any(is_text and bytes_of(leaf).strip() for leaf, is_text in leaves):
        return leaves
    is_alone = len(leaves) == 1
    named = [
        leaf
        for leaf, is_text in leaves
        if not is_text
        and leaf.get_content_type() in WORDS
        and (is_alone or leaf.get_content_disposition() != "attachment")
    ]
    return [(leaf, is_text or [leaf] == named) for leaf, is_text in leaves]


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _words(part: "Message[str, str]") -> tuple[str, list[Part]]:
    """The text of a part, and the pictures that its HTML has in itself."""
    data = bytes_of(part)
    charset = parameter(part, "charset", "content-type")
    if part.get_content_type() != "text/html":
        return charsets.decode(data, charset), []
    html = charsets.decode(data, charset or markup.charset_in(data))
    html, pictures = markup.split_pictures(html)
    return markup.text_of(html[:LONGEST_MARKUP]), [
        Part(_name_for(content_type), content_type, _from_base64(content), is_inline=True)
        for content_type, content in pictures
    ]


def _words_inside(part: "Message[str, str]") -> str:
    """A mail that was passed on without a word: what it says."""
    mail = next(iter(_inside(part)), None)
    if mail is None:
        return ""
    text = "\n".join(_words(leaf)[0] for leaf, is_text in _leaves(mail, 1) if is_text).strip()
    lines = [
        _("転送されたメール"),
        header(mail, "From"),
        header(mail, "Date"),
        header(mail, "Subject"),
        "",
        text,
    ]
    return "\n".join(lines) if text else ""


def _emoji(part: "Message[str, str]") -> str:
    """Gmail's reaction, as it describes it: JSON with a version and one emoji."""
    try:
        return charsets.clean(str(json.loads(bytes_of(part))["emoji"]))[:40]
    except (ValueError, KeyError, TypeError):
        return ""


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _open_file(part: "Message[str, str]", body: Body) -> None:
    file = _file(part)
    is_package = file.content_type in tnef.TYPES or file.name.lower() in tnef.NAMES
    if is_package and file.content:
        try:
            package = tnef.open_package(file.content)
        except tnef.Unopened:
            body.files.append(file)
            return
        if not any(text.strip() for text in body.texts):
            body.texts.append(package.text or markup.text_of(package.html[:LONGEST_MARKUP]))
        body.files += [
            Part(name or _name_for(""), _type_by(name), content) for name, content in package.files
        ]
        if package.is_whole:
            return
    body.files.append(file)


def _file(part: "Message[str, str]") -> Part:
    content_type = _content_type(part)
    is_inline = part.get_content_disposition() == "inline" or "Content-ID" in part
    try:
        return Part(_name_of(part) or _name_for(content_type, part), content_type, bytes_of(part), is_inline)
    except Exception:  # noqa: BLE001 - one part that nobody foresaw takes no other with it
        return Part(_name_for(content_type), content_type, b"", is_broken=True)


def _content_type(part: "Message[str, str]") -> str:
    named = part.get_content_type()
    return named if named.isascii() and named.isprintable() else "application/octet-stream"


def _name_of(part: "Message[str, str]") -> str:
    return parameter(part, "filename", "content-disposition") or parameter(part, "name", "content-type")


def _name_for(content_type: str, part: "Message[str, str] | None" = None) -> str:
    if content_type == INSIDE and part is not None:
        inner = next(iter(_inside(part)), None)
        subject = header(inner, "Subject") if inner is not None else ""
        return (subject or _("転送されたメール")) + ".eml"
    return _("添付") + (mimetypes.guess_extension(content_type) or "")


def _type_by(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _is_signature(part: "Message[str, str]") -> bool:
    return part.get_content_type() in SIGNATURES or _name_of(part).lower() in SIGNATURE_NAMES


def bytes_of(part: "Message[str, str]") -> bytes:
    if inner := _inside(part):
        return b"".join(_whole(one) for one in inner)
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _whole(mail: "Message[str, str]") -> bytes:
    try:
        return mail.as_bytes()
    except (ValueError, LookupError, TypeError):
        # Python can't write some mails that it has read.
        return mail.as_string().encode("utf-8", "surrogateescape")


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return text.encode()
