"""Files that people hand in: judged by what is in them, pictures drawn anew, kept private, given out as downloads.

Nothing is served from the folder of files itself. A view finds the row that the person may see and answers with
`download` or `picture`.
"""

import io
import logging
import re
import secrets
import threading
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import IO, Any
from xml.etree import ElementTree

import puremagic
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageCms, ImageOps

from kyodo import scanning
from kyodo.scanning import Verdict

MEGABYTE = 1024 * 1024
MAX_BYTES = 10 * MEGABYTE
# The most that any form takes for one file; the scanner must take it too.
LARGEST = 20 * MEGABYTE
NAME_LENGTH = 120

logger = logging.getLogger(__name__)

PDF = "application/pdf"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = _OFFICE + "wordprocessingml.document"
XLSX = _OFFICE + "spreadsheetml.sheet"
PPTX = _OFFICE + "presentationml.presentation"
TEXT = "text/plain"
CSV = "text/csv"
JPEG = "image/jpeg"
PNG = "image/png"
WEBP = "image/webp"
ENDINGS = {
    PDF: ".pdf",
    DOC: ".doc",
    DOCX: ".docx",
    XLS: ".xls",
    XLSX: ".xlsx",
    PPT: ".ppt",
    PPTX: ".pptx",
    TEXT: ".txt",
    CSV: ".csv",
    JPEG: ".jpg",
    PNG: ".png",
    WEBP: ".webp",
}
PICTURES = (JPEG, PNG, WEBP)
FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
# MPO is a JPEG with further pictures behind the first: a small one for lists, or the light of an HDR photograph.
_TYPES_OF_FORMATS = {"JPEG": JPEG, "MPO": JPEG, "PNG": PNG, "WEBP": WEBP}
# What a camera makes is JPEG: phones make 108 million points of it, of which a part is read. Written in several passes
# it is unfolded as a whole, as the others are, WebP several times over: a file of 60 KB would take a gigabyte.
MAX_PIXELS = {"JPEG": 120_000_000, "PNG": 36_000_000, "WEBP": 16_000_000}
MAX_PIXELS_OF_PASSES = 50_000_000
# Pillow warns and refuses by one limit of its own for all; ours are the table above.
Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values())
DOCUMENTS = tuple(ENDINGS)
DOCUMENTS_IN_WORDS = gettext_lazy("PDF・Word・Excel・PowerPoint・テキスト・CSV・写真")
"""What forms say they take; as `DOCUMENTS`."""

# Widths that pages ask for; a picture is never drawn larger than it is.
WIDTHS = (320, 640, 1280)
LONGEST_SIDE = 2400
QUALITY = 85

INFECTED, UNCHECKED = Verdict.INFECTED.value, Verdict.UNCHECKED.value
"""Codes of refusals."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The streams that tell what an older document of Office is.
_OLE_STREAMS = {DOC: ("WordDocument",), PPT: ("PowerPoint Document",), XLS: ("Workbook", "Book\0")}
_OLE_LOCKED, _OLE_MACROS = "EncryptedPackage", "_VBA_PROJECT"
_MAIN_PARTS = {f"{content_type}.main+xml": content_type for content_type in (DOCX, XLSX, PPTX)}
# Where they mostly are, for a document whose list can't be read.
_USUAL_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
_LARGEST_CONTENTS = 2 * MEGABYTE
"""Of the list of what is in a document; it says what its main part is, whatever that is called."""
# Readers find a PDF behind white space, a byte order mark and the words to a printer that scanners put before it.
_PDF = re.compile(rb"(?:\xef\xbb\xbf|[\s\x00]|\x1b%-12345X|@PJL[^\n]{0,200}\n){0,50}%PDF-")
_TEXT_ENDINGS = {".txt": TEXT, ".text": TEXT, ".csv": CSV}
_TEXT_CHARSETS = ("utf-8", "cp932", "euc_jp", "iso2022_jp")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_ENDING = re.compile(r"\.(?=[a-z0-9]*[a-z])[a-z0-9]{1,5}$", re.IGNORECASE)
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
    """Take a file in, or refuse it: `file_size`, `file_type`, `file_macros`, `file_locked`, `file_pixels`, `infected`,
    `unchecked`, `file_broken`. Nothing else ever comes out of a file: what nobody foresaw in it refuses that file alone.

    Looks into all of it and may ask a scanner: not to be called while a row that others wait for is locked.
    """
    try:
        return _accept(file, types=types, max_bytes=max_bytes)
    except ValidationError:
        raise
    except Exception as error:
        logger.exception("A file could not be looked into.")
        raise _broken(clean_name(file.name or "")) from error


def _accept(file: "Upload[bytes]", *, types: tuple[str, ...], max_bytes: int) -> Accepted:
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
    """What is in a file, whatever its name and the browser say; None for what we never take. Of plain text the name
    says whether it is a table.

    Refuses what it knows but can't take: with macros, under a password, of too many points.
    """
    file.seek(0)
    data = file.read()
    file.seek(0)
    name = clean_name(str(getattr(file, "name", None) or ""))
    if data.startswith(_OLE):
        return _type_of_ole(data, name)
    if data.startswith(b"PK\x03\x04"):
        return _type_of_office(data, name)
    if _PDF.match(data):
        return PDF
    return _type_of_picture(data, name) or _type_of_text(data, name)


def _type_of_ole(data: bytes, name: str) -> str | None:
    """Documents of Word, Excel and PowerPoint until 2007, and later ones under a password."""
    if _OLE_LOCKED.encode("utf-16-le") in data:
        raise ValidationError(
            _("「%(name)s」にはパスワードがかかっています。パスワードを外して送ってください。"),
            code="file_locked",
            params={"name": name},
        )
    for content_type, streams in _OLE_STREAMS.items():
        if any(stream.encode("utf-16-le") in data for stream in streams):
            if _OLE_MACROS.encode("utf-16-le") in data:
                raise _macros(name)
            return content_type
    return None


def _type_of_office(data: bytes, name: str) -> str | None:
    """By the list of contents that the format prescribes: only it says which part is the main one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {part.replace("\\", "/").lstrip("/").lower() for part in archive.namelist()}
            with archive.open("[Content_Types].xml") as listed:
                contents = listed.read(_LARGEST_CONTENTS)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, NotImplementedError, RuntimeError):
        # RuntimeError: a ZIP under a password.
        return None
    declared = _declared_parts(contents)
    if any(part.endswith("vbaproject.bin") for part in names) or any(
        "macroEnabled" in one for one in declared
    ):
        raise _macros(name)
    for main, content_type in _MAIN_PARTS.items():
        if declared.get(main, "").lstrip("/").lower() in names:
            return content_type
    return next((_USUAL_PARTS[part] for part in _USUAL_PARTS if part in names), None)


def _declared_parts(contents: bytes) -> dict[str, str]:
    """Each part's name by its type."""
    try:
        # Expat, which reads it, expands nothing without measure.
        overrides = ElementTree.fromstring(contents).findall("{*}Override")  # noqa: S314
        return {one.get("ContentType", ""): one.get("PartName", "") for one in overrides}
    except (SyntaxError, ValueError):
        return {}


def _macros(name: str) -> ValidationError:
    return ValidationError(
        _("「%(name)s」にはマクロが入っているので、受け取れません。マクロのない形で保存して送ってください。"),
        code="file_macros",
        params={"name": name},
    )


def _type_of_picture(data: bytes, name: str) -> str | None:
    try:
        likely = {match.mime_type for match in puremagic.magic_string(data[:4096])}
    except (puremagic.PureError, ValueError):
        return None
    if not likely & {*PICTURES, "image/jpg"}:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=list(FORMATS.values())) as picture:
            content_type = _TYPES_OF_FORMATS[str(picture.format)]
            points, has_passes = picture.width * picture.height, "progressive" in picture.info
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_points(name) from error
    except Exception:  # noqa: BLE001 - Pillow raises whatever it meets in a file that only begins like a picture
        return None
    if points > MAX_PIXELS[FORMATS[content_type]] or (has_passes and points > MAX_PIXELS_OF_PASSES):
        raise _too_many_points(name)
    return content_type


def _too_many_points(name: str) -> ValidationError:
    return ValidationError(
        _("「%(name)s」は画素が多すぎます。小さくした写真を送ってください。"),
        code="file_pixels",
        params={"name": name},
    )


def _type_of_text(data: bytes, name: str) -> str | None:
    """Plain text that says it is so: a page, a drawing and a program are text as well."""
    content_type = _TEXT_ENDINGS.get("." + name.rpartition(".")[2].lower())
    if content_type is None or not data.strip():
        return None
    charsets = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else _TEXT_CHARSETS
    for charset in charsets:
        try:
            return None if _CONTROLS.search(data.decode(charset)) else content_type
        except UnicodeDecodeError:
            continue
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
            upright = _in_usual_colours(ImageOps.exif_transpose(picture))
            if content_type == JPEG:
                upright = upright.convert("RGB")
            elif upright.mode not in ("RGB", "RGBA", "L", "LA"):
                upright = upright.convert("RGBA")
            _forget(upright)
            upright.save(out, FORMATS[content_type], quality=QUALITY)
    except Exception as error:
        # Pillow raises a dozen kinds for what is wrong in a file, and another with each version.
        logger.info("A picture could not be drawn: %r", error)
        raise _broken(name) from error
    return ContentFile(out.getvalue())


def _broken(name: str) -> ValidationError:
    return ValidationError(
        _("「%(name)s」を開けませんでした。もう一度撮るか、別の形で送ってください。"),
        code="file_broken",
        params={"name": name},
    )


def _in_usual_colours(picture: Image.Image) -> Image.Image:
    """As it looked where it was made: the profile that says what its numbers mean is not kept, and Pillow cuts off what
    is above 255 of a scan with 65,536 greys."""
    if picture.mode.startswith("I"):
        return picture.point(lambda grey: grey * (1 / 256)).convert("L")
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return picture
    try:
        return (
            ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGBA" if picture.mode == "RGBA" else "RGB",
            )
            or picture
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # The profile of another picture, or half of one.
        return picture


def _forget(picture: Image.Image) -> None:
    """Pillow would copy some of these over on its own."""
    for key in ("exif", "xmp", "XML:com.adobe.xmp", "comment", "icc_profile", "photoshop", "mpoffset", "mp"):
        picture.info.pop(key, None)


def clean_name(name: str, ending: str = "") -> str:
    """The name a person gave the file, without folders and signs that do harm; with the ending its content has.

    Together never longer than the column. Of a name that is too long the ending stays, since it says what opens it.
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    base = "".join(sign for sign in base if sign.isprintable() and sign not in '<>:"|?*').strip(" .")
    own_ending = _ENDING.search(base)
    stem = base[: own_ending.start()] if own_ending else base
    if not ending:
        ending = own_ending[0] if own_ending else ""
        return stem[: NAME_LENGTH - len(ending)] + ending
    return (stem or _("書類"))[: NAME_LENGTH - len(ending)] + ending


def _in_words(types: tuple[str, ...]) -> str:
    if set(types) >= set(DOCUMENTS):
        return str(DOCUMENTS_IN_WORDS)
    words = []
    if PDF in types:
        words.append("PDF")
    if DOCX in types:
        words.append("Word")
    if JPEG in types:
        words.append(_("写真（JPEG・PNG・WebP）") if WEBP in types else _("写真（JPEG・PNG）"))
    return "・".join(words)


# ── Files and their rows ─────────────────────────────────────────────────────────────────────────────────────────

_stored: "ContextVar[list[tuple[Storage, str]] | None]" = ContextVar("files stored with rows", default=None)


@contextmanager
def kept_with_rows() -> Iterator[None]:
    """Around a transaction: what was stored in it is removed where it fails. The disk knows no transactions.

    Inside another one the files are that one's as well, since it may still fail.
    """
    outer, own = _stored.get(), list[tuple[Storage, str]]()
    token = _stored.set(own)
    try:
        yield
    except BaseException:
        for storage, stored_name in own:
            storage.delete(stored_name)
        raise
    finally:
        _stored.reset(token)
    if outer is not None:
        outer += own


def store(file: FieldFile, name: str, content: "File[bytes]") -> None:
    """Put the content into the store, for a row that is written next. Called inside `kept_with_rows`."""
    file.save(name, content, save=False)
    stored = _stored.get()
    if stored is not None:
        stored.append((file.storage, str(file.name)))


# ── Fields and answers ───────────────────────────────────────────────────────────────────────────────────────────


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
