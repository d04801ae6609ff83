"""Files that people hand in: judged by what is in them, pictures drawn anew, kept private, given out as downloads.

Nothing is served from the folder of files itself. A view finds the row that the person may see and answers with
`download` or `picture`.
"""

import io
import secrets
import threading
import zipfile
from dataclasses import dataclass
from typing import IO, Any

import puremagic
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from kyodo import scanning
from kyodo.scanning import Verdict

MEGABYTE = 1024 * 1024
MAX_BYTES = 10 * MEGABYTE
# The most that any form takes for one file; the scanner must take it too.
LARGEST = 20 * MEGABYTE
NAME_LENGTH = 120

PDF = "application/pdf"
DOC = "application/msword"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JPEG = "image/jpeg"
PNG = "image/png"
WEBP = "image/webp"
ENDINGS = {PDF: ".pdf", DOC: ".doc", DOCX: ".docx", JPEG: ".jpg", PNG: ".png", WEBP: ".webp"}
PICTURES = (JPEG, PNG, WEBP)
FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
# What a camera makes is JPEG, and a page scanned at 600 dpi has 35 million. The others are unfolded as a whole, WebP
# several times over: a file of 60 KB would take a gigabyte.
MAX_PIXELS = {"JPEG": 50_000_000, "PNG": 36_000_000, "WEBP": 16_000_000}
DOCUMENTS = (PDF, DOC, DOCX, JPEG, PNG, WEBP)

# Widths that pages ask for; a picture is never drawn larger than it is.
WIDTHS = (320, 640, 1280)
LONGEST_SIDE = 2400
QUALITY = 85

INFECTED, UNCHECKED = Verdict.INFECTED.value, Verdict.UNCHECKED.value
"""Codes of refusals."""

_OLE_WORD_STREAM = "WordDocument".encode("utf-16-le")
_UNREADABLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    ValueError,
    SyntaxError,
)
# A few kilobytes may unfold into half a gigabyte; all threads of a process doing so at once would end it.
_ONE_AT_A_TIME = threading.Lock()
Upload = UploadedFile


@dataclass(frozen=True)
class Accepted:
    """A file that may be kept: its content, its type, the name for downloads and a name for the store."""

    content: "File[bytes]"
    content_type: str
    name: str

    @property
    def stored_name(self) -> str:
        """Random: what a person called the file never reaches the disk, and no address can be guessed."""
        return secrets.token_hex(16) + ENDINGS[self.content_type]


def accept(
    file: "Upload[bytes]", *, types: tuple[str, ...] = DOCUMENTS, max_bytes: int = MAX_BYTES
) -> Accepted:
    """Take a file in, or refuse it: `file_size`, `file_type`, `infected`, `unchecked`, `file_broken`.

    Looks into all of it and may ask a scanner: not to be called while a row that others wait for is locked.
    """
    content_type = _check(file, types=types, max_bytes=max_bytes)
    _look_for_harm(file)
    name = clean_name(file.name or "", ENDINGS[content_type])
    if content_type in PICTURES:
        return Accepted(redraw(file, content_type, name=name), content_type, name)
    file.seek(0)
    return Accepted(File(file), content_type, name)


def _check(file: "Upload[bytes]", *, types: tuple[str, ...], max_bytes: int) -> str:
    """The type of a file by its content; refuses what is too large or of another type."""
    name = clean_name(file.name or "")
    if (file.size or 0) > max_bytes:
        raise ValidationError(
            _("「%(name)s」は大きすぎます。1つ%(limit)sMBまでです。"),
            code="file_size",
            params={"name": name, "limit": max_bytes // MEGABYTE},
        )
    content_type = judge(file)
    if content_type not in types:
        raise ValidationError(
            _("「%(name)s」は受け取れない形のファイルです。%(types)sで送ってください。"),
            code="file_type",
            params={"name": name, "types": _in_words(types)},
        )
    return content_type


def _look_for_harm(file: "Upload[bytes]") -> None:
    """The scanner sees the file as it came, before Pillow opens it. What it can't look at is not taken in."""
    verdict = scanning.look(file)
    params = {"name": clean_name(file.name or "")}
    if verdict == Verdict.INFECTED:
        raise ValidationError(
            _(
                "「%(name)s」からウイルスが見つかったので、受け取れません。このファイルを外して送ってください。"
            ),
            code=INFECTED,
            params=params,
        )
    if verdict == Verdict.UNCHECKED:
        raise ValidationError(
            _(
                "いまは「%(name)s」にウイルスがないか確かめられません。ファイルを付けずに送るか、"
                "しばらくしてからもう一度どうぞ。"
            ),
            code=UNCHECKED,
            params=params,
        )


def judge(file: "IO[bytes] | File[bytes]") -> str | None:
    """What is in a file, whatever its name and the browser say; None for what we never take."""
    file.seek(0)
    data = file.read()
    file.seek(0)
    try:
        likely = {match.mime_type for match in puremagic.magic_string(data[:4096])}
    except (puremagic.PureError, ValueError):
        return None
    if data.startswith(b"%PDF-"):
        return PDF
    if DOC in likely:
        return DOC if _OLE_WORD_STREAM in data else None
    if data.startswith(b"PK\x03\x04"):
        return DOCX if _is_word(data) else None
    return _picture_type(data) if likely & {*PICTURES, "image/jpg"} else None


def _is_word(data: bytes) -> bool:
    """A Word document; one with macros is none."""
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    has_macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return {"[Content_Types].xml", "word/document.xml"} <= names and not has_macros


def _picture_type(data: bytes) -> str | None:
    try:
        with Image.open(io.BytesIO(data), formats=list(FORMATS.values())) as picture:
            if picture.width * picture.height > MAX_PIXELS[str(picture.format)]:
                return None
            return Image.MIME[str(picture.format)]
    except _UNREADABLE:
        return None


def redraw(
    file: "IO[bytes] | File[bytes]", content_type: str, *, name: str = "", longest_side: int = LONGEST_SIDE
) -> "ContentFile[bytes]":
    """The picture drawn anew, upright and without place, camera and whatever else hid in the file."""
    file.seek(0)
    out = io.BytesIO()
    try:
        with _ONE_AT_A_TIME, Image.open(file, formats=list(FORMATS.values())) as picture:
            # Small before anything is copied; a JPEG is even read at a fraction of its size.
            picture.thumbnail((longest_side, longest_side))
            upright = ImageOps.exif_transpose(picture)
            if content_type == JPEG:
                upright = upright.convert("RGB")
            elif upright.mode not in ("RGB", "RGBA", "L", "LA"):
                upright = upright.convert("RGBA")
            _forget(upright)
            upright.save(out, FORMATS[content_type], quality=QUALITY)
    except _UNREADABLE as error:
        raise ValidationError(
            _("「%(name)s」を開けませんでした。もう一度撮るか、別の形で送ってください。"),
            code="file_broken",
            params={"name": name},
        ) from error
    return ContentFile(out.getvalue())


def _forget(picture: Image.Image) -> None:
    """Pillow would copy some of these over on its own."""
    for key in ("exif", "xmp", "XML:com.adobe.xmp", "comment", "icc_profile", "photoshop"):
        picture.info.pop(key, None)


def clean_name(name: str, ending: str = "") -> str:
    """The name a person gave the file, without folders and signs that do harm; with the ending its content has."""
    base = name.replace("\\", "/").rpartition("/")[2]
    base = "".join(sign for sign in base if sign.isprintable() and sign not in '<>:"|?*').strip(" .")
    stem = base.rpartition(".")[0] or base
    return (stem[:NAME_LENGTH] or _("書類")) + ending if ending else base[:NAME_LENGTH]


def _in_words(types: tuple[str, ...]) -> str:
    words = []
    if PDF in types:
        words.append("PDF")
    if DOCX in types:
        words.append("Word")
    if JPEG in types:
        words.append(_("写真（JPEG・PNG・WebP）"))
    return "・".join(words)


class PictureField(forms.ImageField):
    """An uploaded photo, drawn anew before anything is kept."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not isinstance(file, UploadedFile):
            return file
        accepted = accept(file, types=PICTURES)
        accepted.content.name = accepted.stored_name
        return accepted.content


def download(file: FieldFile, *, name: str, content_type: str) -> FileResponse:
    """Always as a download: nothing that somebody handed in is opened inside this site."""
    response = FileResponse(_open(file), as_attachment=True, filename=name, content_type=content_type)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def look(file: FieldFile) -> Verdict:
    """What the scanner says today of a file that was kept without asking it."""
    with _open(file) as content:
        return scanning.look(content)


def picture(file: FieldFile, *, width: int | None = None, seconds: int = 24 * 3600) -> FileResponse:
    """A picture for a page, in one of WIDTHS; each size is drawn once and kept beside the original."""
    content = _sized(file, width) if width else _open(file)
    content_type = WEBP if width else judge(content)
    if content_type not in PICTURES:
        content.close()
        raise Http404
    response = FileResponse(content, content_type=content_type)
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _sized(file: FieldFile, width: int) -> "File[bytes]":
    if width not in WIDTHS:
        raise Http404
    name = f"{file.name}.{width}.webp"
    if not file.storage.exists(name):
        with _open(file) as original:
            small = redraw(original, WEBP, longest_side=width)
        file.storage.save(name, small)
    return file.storage.open(name)


def _open(file: FieldFile) -> "File[bytes]":
    try:
        return file.storage.open(str(file.name))
    except FileNotFoundError as error:
        raise Http404 from error
