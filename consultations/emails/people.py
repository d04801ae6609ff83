"""Mails to the person who asked. Their own words and the staff's reply are in them; never a note."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from consultations import models
from consultations.emails.about import KIND, about
from consultations.models import Consultation, Entry, InboundMail, PageCode
from consultations.rules import addresses, replies
from kyodo.centre.queries import current_centre
from kyodo.mail import rendering
from kyodo.mail.actions import Attachment, queue_template
from kyodo.mail.models import OutgoingMail

RECEIVED = "consultations/received"
REPLY, COPY = "consultations/reply", "consultations/reply_copy"
LONGEST_THREAD = 10
"""Letters that a reply names; clients need the last few."""


def page(consultation: Consultation) -> str:
    return settings.BASE_URL + reverse("consultation", args=[consultation.reference])


def received(consultation: Consultation) -> OutgoingMail:
    """The acknowledgement: reference, what happens next, and where to look. Without the text itself."""
    return queue_template(
        to=consultation.contact.email,
        kind=RECEIVED,
        context={
            "consultation": consultation,
            "name": consultation.contact.name,
            "url": page(consultation),
            "office": consultation.ward_centre,
        },
        reply_to=addresses.reply_address(consultation),
        **about(consultation),
    )


def for_centre(consultation: Consultation) -> None:
    """To the centre's own address, where there is one: that something waits, and until when. Nothing of the case."""
    address = current_centre().email
    if not address:
        return
    path = reverse("admin:consultations_consultation_change", args=[consultation.pk])
    queue_template(
        to=address,
        kind="consultations/for_centre",
        context={"consultation": consultation, "admin_url": settings.BASE_URL + path},
        **about(consultation, path),
    )


def page_code(consultation: Consultation, code: str) -> OutgoingMail:
    """The key of the page for a quarter of an hour: staff do not see its text, and it is emptied once it is sent."""
    return queue_template(
        to=consultation.contact.email,
        kind="consultations/page_code",
        context={"consultation": consultation, "code": code, "minutes": PageCode.MINUTES},
        **about(consultation),
        is_private=True,
    )


@dataclass(frozen=True)
class Preview:
    """A reply as it would leave now."""

    to: str
    sender: str
    reply_to: str
    subject: str
    body: str
    files: Sequence[tuple[str, int]]
    copies_to: Sequence[str] = ()

    @property
    def seal(self) -> str:
        """Comes back with the press of the button: another mail than the one that was shown never leaves."""
        shown = json.dumps(
            [
                self.to,
                self.sender,
                self.reply_to,
                self.subject,
                self.body,
                list(self.files),
                list(self.copies_to),
            ]
        )
        return salted_hmac("consultations.reply-preview", shown, algorithm="sha256").hexdigest()


def preview_of_reply(
    consultation: Consultation,
    message: str,
    files: Sequence[tuple[str, int]],
    copies_to: Sequence[str] = (),
) -> Preview:
    """What `reply` will write, without writing it. Files by name and size."""
    subject, body = rendering.render(REPLY, reply_context(consultation, message.strip(), copies_to))
    return Preview(
        to=consultation.contact.email,
        sender=settings.DEFAULT_FROM_EMAIL,
        reply_to=addresses.reply_address(consultation),
        subject=subject,
        body=body,
        files=files,
        copies_to=copies_to,
    )


def reply(entry: Entry, copies_to: Sequence[str] = ()) -> OutgoingMail:
    """Exactly what the page showed before it was sent. A copy is a mail of its own, with a fate of its own; that it leaves
    stands in the text, so that nobody reads along unknown to the person."""
    consultation = entry.consultation
    files = [_attached(file) for file in entry.attachments.all()]

    def send(to: str, kind: str, headers: dict[str, str]) -> OutgoingMail:
        return queue_template(
            to=to,
            kind=kind,
            template=REPLY,
            context=reply_context(consultation, entry.text, copies_to),
            reply_to=addresses.reply_address(consultation),
            is_automatic=False,
            headers=headers,
            attachments=files,
            **about(consultation),
        )

    mail = send(consultation.contact.email, REPLY, thread_of(consultation))
    for address in copies_to:
        send(address, COPY, {})
    return mail


def _attached(file: models.Attachment) -> Attachment:
    with file.file.open("rb") as content:
        return Attachment(file.name, content.read(), file.content_type)


def reply_context(
    consultation: Consultation, message: str, copies_to: Sequence[str] = ()
) -> dict[str, object]:
    return {
        "consultation": consultation,
        "name": "" if replies.greets(message, consultation.contact.name) else consultation.contact.name,
        "message": message,
        "copies_to": copies_to,
        "url": page(consultation),
        "office": consultation.ward_centre,
        "can_answer": bool(addresses.reply_address(consultation)),
        "is_automatic": False,
    }


def thread_of(consultation: Consultation) -> dict[str, str]:
    """The headers that put a reply below the letters before it, in the person's mail client. They name only letters that
    the person has: theirs, and ours to their address."""
    ours = (
        OutgoingMail.objects.about(KIND, [consultation.pk])
        .filter(to__iexact=consultation.contact.email, is_private=False)
        .order_by("-created_at", "-pk")
    )
    theirs = InboundMail.objects.filter(about=consultation, entry__kind=Entry.Kind.MESSAGE, entry__via=None)
    letters = [
        *ours.values_list("created_at", "message_id")[:LONGEST_THREAD],
        *((one.received_at, one.header_id) for one in theirs.order_by("-received_at")[:LONGEST_THREAD]),
    ]
    named = [name for _at, name in sorted(letters) if name][-LONGEST_THREAD:]
    return {"In-Reply-To": named[-1], "References": " ".join(named)} if named else {}
