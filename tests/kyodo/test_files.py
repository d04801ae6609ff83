import io
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse, Http404
from PIL import Image

from accounts.models import Document
from kyodo import files


def photo(form: str = "JPEG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **options)
    return out.getvalue()


def photo_with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[2] = (35.0, 26.0, 0.0)
    return photo(exif=exif)


def word(*more: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml", *more):
            archive.writestr(name, "<x/>")
    return out.getvalue()


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
GOOD = {
    files.PDF: b"%PDF-1.7\n%...",
    files.DOCX: word(),
    files.DOC: OLE + "WordDocument".encode("utf-16-le"),
    files.JPEG: photo(),
    files.PNG: photo("PNG"),
    files.WEBP: photo("WEBP"),
}
BAD = {
    "a page": b"<html><script>alert(1)</script></html>",
    "a drawing with script": b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
    "a program": b"MZ\x90\x00" + bytes(100),
    "a table": OLE,
    "a zip": word()[:40],
    "a document with macros": word("word/vbaProject.bin"),
    "the beginning of a photo": b"\xff\xd8\xff\xe0",
    "another picture": photo("GIF"),
    "nothing": b"",
}


@pytest.mark.parametrize("content_type", GOOD)
def test_a_file_is_known_by_its_content_whatever_it_is_called(content_type: str) -> None:
    accepted = files.accept(SimpleUploadedFile("../../規約.exe", GOOD[content_type], "text/html"))

    assert accepted.content_type == content_type
    assert accepted.name == "規約" + files.ENDINGS[content_type]
    assert "規約" not in accepted.stored_name


@pytest.mark.parametrize("what", BAD)
def test_what_is_something_else_is_refused_whatever_it_is_called(what: str) -> None:
    upload = SimpleUploadedFile("規約.pdf", BAD[what], "application/pdf")
    upload.size = len(BAD[what])

    with pytest.raises(ValidationError) as refusal:
        files.accept(upload)

    assert refusal.value.code == "file_type"


def test_only_the_asked_types_are_taken() -> None:
    with pytest.raises(ValidationError) as refusal:
        files.accept(SimpleUploadedFile("a.pdf", GOOD[files.PDF]), types=files.PICTURES)

    assert refusal.value.code == "file_type"


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValidationError) as refusal:
        files.accept(SimpleUploadedFile("a.pdf", b"%PDF-" + bytes(2000)), max_bytes=1000)

    assert refusal.value.code == "file_size"


def test_a_photo_that_breaks_off_is_refused() -> None:
    with pytest.raises(ValidationError) as refusal:
        files.accept(SimpleUploadedFile("a.jpg", photo(size=(900, 900))[:-400]))

    assert refusal.value.code == "file_broken"


def test_a_photo_keeps_neither_place_nor_camera_and_stands_upright() -> None:
    accepted = files.accept(SimpleUploadedFile("a.jpg", photo_with_place()))

    kept = Image.open(io.BytesIO(accepted.content.read()))
    assert not kept.getexif()
    assert kept.size == (40, 60)


@pytest.mark.parametrize("kind", files.PICTURES)
def test_a_picture_with_more_points_than_may_be_unfolded_is_refused(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setitem(files.MAX_PIXELS, files.FORMATS[kind], 100)

    with pytest.raises(ValidationError):
        files.accept(SimpleUploadedFile("a", GOOD[kind]))


def test_few_bytes_do_not_unfold_into_a_gigabyte() -> None:
    """WebP takes some twenty bytes a point, and this file has a hundredth of a byte for each."""
    bomb = io.BytesIO()
    Image.new("L", (4100, 4100)).save(bomb, "WEBP", lossless=True)
    assert len(bomb.getvalue()) < 100_000

    with pytest.raises(ValidationError) as refusal:
        files.accept(SimpleUploadedFile("a.webp", bomb.getvalue()))

    assert refusal.value.code == "file_type"


@pytest.mark.django_db  # the end of an answer looks after connections
def test_a_picture_is_given_out_small_and_never_larger_than_asked(tmp_path: Path) -> None:
    document = stored(tmp_path, photo(size=(2000, 1000)))

    for _ in range(2):
        response = files.picture(document.file, width=640)
        small = Image.open(io.BytesIO(content_of(response)))
        assert small.size == (640, 320)

    assert len(list(tmp_path.iterdir())) == 2


def test_a_width_nobody_offers_is_not_drawn(tmp_path: Path) -> None:
    with pytest.raises(Http404):
        files.picture(stored(tmp_path, photo()).file, width=641)


@pytest.mark.django_db  # the end of an answer looks after connections
def test_a_download_is_never_opened_inside_the_site(tmp_path: Path) -> None:
    document = stored(tmp_path, b"%PDF-1.7")

    response = files.download(document.file, name="規約.pdf", content_type=files.PDF)

    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert content_of(response) == b"%PDF-1.7"


def test_a_file_that_is_gone_is_not_found(tmp_path: Path) -> None:
    document = stored(tmp_path, b"%PDF-1.7")
    document.file.storage.delete(document.file.name)

    with pytest.raises(Http404):
        files.download(document.file, name="a.pdf", content_type=files.PDF)


def stored(folder: Path, content: bytes) -> Document:
    document = Document()
    document.file.storage = FileSystemStorage(folder)
    document.file.name = document.file.storage.save("stored", ContentFile(content))
    return document


def content_of(response: FileResponse) -> bytes:
    try:
        return b"".join(response.streaming_content)  # type: ignore[arg-type]
    finally:
        response.close()
