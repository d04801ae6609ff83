"""How a mail becomes part of a consultation: its words as a message, its files where we take them. Under its lock."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.actions import entries
from consultations.actions.files import MOST_BYTES, MOST_FILES
from consultations.emails.about import KIND
from consultations.models import Consultation, Entry, InboundFile, InboundMail
from consultations.rules.inbound import parsing, quotes
from consultations.rules.inbound.parsing import Letter
from consultations.rules.inbound.parts import Part
from kyodo import files
from kyodo.files import Accepted
from kyodo.mail.models import OutgoingMail

MOST_KEPT = 30
"""Files kept of one mail that waits; the others are still in the original."""

# Why a file is refused, as the first half of a sentence.
_REASONS = {
    "file_size": gettext_lazy("大きすぎるので"),
    "file_macros": gettext_lazy("マクロが入っているので"),
    "file_locked": gettext_lazy("パスワードがかかっているので"),
    "file_pixels": gettext_lazy("画素が多すぎるので"),
    "file_broken": gettext_lazy("壊れていて開けないので"),
    "too_many_files": gettext_lazy("一度に入れられる数を超えたので"),
    files.INFECTED: gettext_lazy("ウイルスが見つかったので"),
    files.UNCHECKED: gettext_lazy("ウイルスがないか確かめられなかったので"),
    "": gettext_lazy("受け取れる形ではないので"),
}
# And what there is to do about it.
_LEFT_WITH_THE_MAIL = {
    files.INFECTED: gettext_lazy(
        "次のファイルは、%(reason)s、ここには入れず「届いたメール %(number)s」に残しました。"
        "送った人に電話などで知らせてください：%(names)s"
    ),
    files.UNCHECKED: gettext_lazy(
        "次のファイルは、%(reason)s、ここには入れず「届いたメール %(number)s」に残しました。"
        "保存するときに、もう一度確かめます：%(names)s"
    ),
    "": gettext_lazy(
        "次のファイルは、%(reason)s、ここには入れず「届いたメール %(number)s」に残しました：%(names)s"
    ),
}
_NOT_TAKEN = {
    files.INFECTED: gettext_lazy(
        "次のファイルは、%(reason)s、受け取りませんでした。送った人に電話などで知らせてください：%(names)s"
    ),
    files.UNCHECKED: gettext_lazy(
        "次のファイルは、%(reason)s、受け取りませんでした。もう一度送ってもらってください：%(names)s"
    ),
    "": gettext_lazy(
        "次のファイルは、%(reason)s、受け取りませんでした。PDFや写真で送り直してもらってください：%(names)s"
    ),
}


class Refused(NamedTuple):
    """A file that is not taken in, and the code of the refusal."""

    part: Part
    code: str


class ScannerIsAway(Exception):
    """A file can't be looked at now; the mail had better be read a little later."""


def lock(inbound: InboundMail) -> InboundMail:
    """The mail's row is locked before the consultation's, always."""
    return InboundMail.objects.select_for_update(of=("self",), no_key=True).get(pk=inbound.pk)


def read(inbound: InboundMail) -> Letter:
    return parsing.read(bytes(inbound.original.content))


def goes_on(consultation: Consultation) -> Consultation:
    return consultation.duplicate_of or consultation


def put(
    inbound: InboundMail, consultation: Consultation, letter: Letter, *, waits_for_scanner: bool = False
) -> Entry:
    """Write the mail into the consultation, or the one it is a duplicate of, and note what staff should know of it."""
    accepted, refused = judge(letter.parts)
    if waits_for_scanner and any(one.code == files.UNCHECKED for one in refused):
        raise ScannerIsAway
    message = message_of(inbound, letter, consultation)
    is_too_long = len(message) > Entry.LONGEST
    inbound.leaves_out = is_too_long or quotes.leaves_out_words(letter.text, message)
    entry = entries.receive_message(
        consultation=consultation,
        message=(message or _("（本文のないメール）"))[: Entry.LONGEST],
        channel=Consultation.Channel.MAIL,
        accepted=accepted,
        happened_at=inbound.received_at,
    )
    drop_files(inbound)
    keep_files(inbound, (one.part for one in refused))
    mark_placed(inbound, entry.consultation, entry)
    known_from = (consultation, entry.consultation)
    note(entry.consultation, remarks(inbound, letter, message, refused, known_from=known_from))
    return entry


def message_of(inbound: InboundMail, letter: Letter, consultation: Consultation) -> str:
    """The person's own words; what only the subject says stands above them."""
    sent = OutgoingMail.objects.about(KIND, [consultation.pk, goes_on(consultation).pk])
    own = letter.own_words(known=_said_in(consultation, sent))
    subject = letter.own_subject(known=sent.values_list("subject", flat=True))
    if not subject or letter.reaction or subject in own:
        return own
    line = _("件名：%(subject)s") % {"subject": subject}
    return f"{line}\n\n{own}".strip()


def _said_in(consultation: Consultation, sent: "QuerySet[OutgoingMail]") -> Iterator[str]:
    """All that a mail may quote: our mails and answers, and what the person wrote before."""
    for one in {consultation, goes_on(consultation)}:
        yield one.text
        yield from one.entries.public().values_list("text", flat=True)
        yield from one.inbound_mails.filter(state=InboundMail.State.MATCHED).values_list("text", flat=True)
    yield from sent.values_list("body", flat=True)


def mark_placed(inbound: InboundMail, consultation: Consultation, entry: Entry | None) -> None:
    inbound.state, inbound.why_queued, inbound.reason = InboundMail.State.MATCHED, "", ""
    inbound.about, inbound.entry = consultation, entry
    inbound.save()


def judge(parts: Sequence[Part]) -> tuple[list[Accepted], list[Refused]]:
    """What goes into the consultation, and what stays with the mail: other types, too large, too many, or harmful. What
    was attached comes before pictures that mailers show among the words.

    A scanner that is silent about one file is not waited for again.
    """
    accepted: list[Accepted] = []
    refused: list[Refused] = []
    is_silent = False
    for part in sorted(parts, key=lambda part: part.is_inline):
        upload = SimpleUploadedFile(files.clean_name(part.name) or _("添付"), part.content, part.content_type)
        try:
            if part.is_broken:
                raise ValidationError("", code="file_broken")
            if len(accepted) == MOST_FILES:
                raise ValidationError("", code="too_many_files")
            if is_silent:
                raise ValidationError("", code=files.UNCHECKED)
            accepted.append(files.accept(upload, max_bytes=MOST_BYTES))
        except ValidationError as refusal:
            code = str(getattr(refusal, "code", ""))
            refused.append(Refused(part, code))
            is_silent = is_silent or code == files.UNCHECKED
    return accepted, refused


def keep_files(inbound: InboundMail, parts: Iterable[Part]) -> None:
    with files.kept_with_rows():
        for part in islice(parts, MOST_KEPT):
            kept = InboundFile(
                inbound=inbound,
                name=files.clean_name(part.name) or _("添付"),
                content_type=part.content_type[:100],
                size=len(part.content),
            )
            # Neither name nor ending of a stranger's file reaches the disk.
            files.store(kept.file, f"{inbound.pk}.bin", ContentFile(part.content))
            kept.save()


def drop_files(inbound: InboundMail) -> None:
    for one in inbound.files.all():
        transaction.on_commit(partial(one.file.storage.delete, str(one.file.name)))
        one.delete()


def remarks(
    inbound: InboundMail,
    letter: Letter,
    message: str,
    refused: Sequence[Refused],
    *,
    known_from: Sequence[Consultation],
) -> list[str]:
    """What whoever reads the message should know, one line each."""
    lines = []
    if not any(is_known(letter.sender, consultation) for consultation in known_from):
        lines.append(
            _("登録と別のアドレスから届いたメールです（%(sender)s）。本人からか、確かめてください。")
            % {"sender": letter.sender}
        )
    # Files that nobody has looked at are for the centre's staff: a ward centre asks for them once more.
    is_here = known_from[-1].ward_centre_id is None
    lines += _about_files(inbound, refused, is_here=is_here)
    if len(message) > Entry.LONGEST:
        lines.append(
            _("長いメールなので、はじめの部分だけを入れました。全文は「届いたメール %(number)s」にあります。")
            % {"number": inbound.pk}
        )
    return lines


def _about_files(inbound: InboundMail, refused: Sequence[Refused], *, is_here: bool) -> list[str]:
    sentences = _LEFT_WITH_THE_MAIL if is_here else _NOT_TAKEN
    names: dict[str, list[str]] = {}
    for part, code in refused:
        why = code if code in _REASONS else ""
        names.setdefault(why, []).append(files.clean_name(part.name) or _("名前のないファイル"))
    return [
        sentences.get(why, sentences[""])
        % {"number": inbound.pk, "names": "、".join(named), "reason": _REASONS[why]}
        for why, named in names.items()
    ]


def is_known(sender: str, consultation: Consultation) -> bool:
    """Sent from the address we write to, or from that of their account. It proves nothing: anybody may write any sender."""
    known = [consultation.contact.email] if hasattr(consultation, "contact") else []
    if consultation.person is not None:
        known.append(consultation.person.email)
    return sender.lower() in (address.lower() for address in known if address)


def note(consultation: Consultation, lines: Sequence[str]) -> None:
    """The site's own note, for staff alone."""
    if lines:
        entries.write(consultation, Entry.Kind.NOTE, "\n".join(lines)[: Entry.LONGEST], by=None)
