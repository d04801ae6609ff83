"""Files of a consultation: judged and redrawn by kyodo.files, kept private, at most so many at a time."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from consultations.models import Attachment, Consultation, Entry
from kyodo import files
from kyodo.files import Accepted, Upload

MOST_FILES = 5
MOST_BYTES = files.LARGEST


def accept_all(uploads: Sequence["Upload[bytes]"]) -> list[Accepted]:
    """Take files in, or refuse them, each with its reason: `too_many_files` and those of kyodo.files."""
    if len(uploads) > MOST_FILES:
        raise ValidationError(
            _("ファイルは一度に%(limit)sつまでです。"), code="too_many_files", params={"limit": MOST_FILES}
        )
    accepted: list[Accepted] = []
    refusals: list[ValidationError] = []
    for upload in uploads:
        try:
            accepted.append(files.accept(upload, max_bytes=MOST_BYTES))
        except ValidationError as refusal:
            refusals.append(refusal)
            if refusal.code == files.UNCHECKED:
                # Nor will the next: each would wait for a scanner that does not answer.
                break
    if refusals:
        raise refusals[0] if len(refusals) == 1 else ValidationError(refusals)
    return accepted


def attach(consultation: Consultation, accepted: Sequence[Accepted], *, entry: Entry | None = None) -> None:
    """Called inside `files.kept_with_rows`, since what follows in the transaction may fail as well."""
    with files.kept_with_rows():
        for one in accepted:
            attachment = Attachment(
                consultation=consultation,
                entry=entry,
                name=one.name,
                content_type=one.content_type,
                size=one.content.size,
            )
            files.store(attachment.file, one.stored_name, one.content)
            attachment.save()
