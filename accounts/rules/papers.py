"""Which files are taken as papers (書類)."""

from django.core.files.uploadedfile import UploadedFile

from kyodo import files

TYPES = (files.PDF, files.DOC, files.DOCX, files.JPEG, files.PNG)
DOCX = files.DOCX
ACCEPT = ",".join((*(files.ENDINGS[one] for one in TYPES), ".jpeg"))


def accept_paper(file: "UploadedFile[bytes]") -> files.Accepted:
    """A paper that may be kept; refuses the others with a reason."""
    return files.accept(file, types=TYPES)
