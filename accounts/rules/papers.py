"""Which files are taken as papers (書類): judged by what is in them, never by their name or what a browser says."""

import zipfile

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
NAME_LENGTH = 120

PDF = "application/pdf"
DOC = "application/msword"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JPEG = "image/jpeg"
PNG = "image/png"
ENDINGS = {PDF: ".pdf", DOC: ".doc", DOCX: ".docx", JPEG: ".jpg", PNG: ".png"}
PICTURES = (JPEG, PNG)
ACCEPT = ",".join((*ENDINGS.values(), ".jpeg"))

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_WORD_STREAM = "WordDocument".encode("utf-16-le")
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_FORMATS = {"JPEG": JPEG, "PNG": PNG}


def check_paper(file: "UploadedFile[bytes]") -> str:
    """The content type of a file that may be kept; refuses the others with a reason."""
    _check_size(file)
    kind = _kind_of(file)
    file.seek(0)
    if kind is None:
        raise ValidationError(
            _("「%(name)s」は受け取れない形のファイルです。PDF・Word・写真（JPEG・PNG）で送ってください。"),
            code="file_type",
            params={"name": clean_name(file.name or "")},
        )
    return kind


def clean_name(name: str, ending: str = "") -> str:
    """The name a person gave the file, without folders and signs that do harm; with the ending its content has."""
    base = name.replace("\\", "/").rpartition("/")[2]
    base = "".join(sign for sign in base if sign.isprintable() and sign not in '<>:"|?*').strip(" .")
    stem = base.rpartition(".")[0] or base
    return (stem[:NAME_LENGTH] or _("書類")) + ending if ending else base[:NAME_LENGTH]


def _check_size(file: "UploadedFile[bytes]") -> None:
    size = file.size or 0
    if size > MAX_BYTES:
        raise ValidationError(
            _("「%(name)s」は大きすぎます。1つ%(limit)sMBまでです。"),
            code="file_size",
            params={"name": clean_name(file.name or ""), "limit": MAX_BYTES // 1024 // 1024},
        )


def _kind_of(file: "UploadedFile[bytes]") -> str | None:
    file.seek(0)
    head = file.read(8)
    if head.startswith(b"%PDF-"):
        return PDF
    if head == _OLE:
        file.seek(0)
        return DOC if _WORD_STREAM in file.read() else None
    if head.startswith(b"PK\x03\x04"):
        return DOCX if _is_word(file) else None
    return _picture(file)


def _is_word(file: "UploadedFile[bytes]") -> bool:
    """A Word document; one with macros is none."""
    try:
        names = set(zipfile.ZipFile(file).namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    return {"[Content_Types].xml", "word/document.xml"} <= names and not any(
        name.endswith("vbaProject.bin") for name in names
    )


def _picture(file: "UploadedFile[bytes]") -> str | None:
    file.seek(0)
    try:
        with Image.open(file, formats=list(_FORMATS)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return None
            return _FORMATS[str(picture.format)]
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, *_BOMBS):
        return None
