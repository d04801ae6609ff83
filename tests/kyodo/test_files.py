import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse, Http404
from PIL import Image, ImageCms

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


def office(main: str, content_type: str, *more: str, closing: str = "</Types>") -> bytes:
    """A document of Office, whose list of contents says which part is the main one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/{main}" ContentType="{content_type}.main+xml"/>{closing}',
        )
        for name in (main, *more):
            archive.writestr(name, "<x/>")
    return out.getvalue()


def word(*more: str) -> bytes:
    return office("word/document.xml", files.DOCX, *more)


def ole(*streams: str) -> bytes:
    return OLE + "\0".join((*streams, "")).encode("utf-16-le")


def photo_of_a_phone() -> bytes:
    """Phones put a second picture behind the first: a small one, or the light of an HDR photograph."""
    out = io.BytesIO()
    second = Image.new("RGB", (20, 20), "red")
    Image.new("RGB", (60, 40), "teal").save(out, "MPO", save_all=True, append_images=[second])
    return out.getvalue()


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
GOOD = {
    files.PDF: b"%PDF-1.7\n%...",
    files.DOCX: word(),
    files.XLSX: office("xl/workbook.xml", files.XLSX),
    files.PPTX: office("ppt/presentation.xml", files.PPTX),
    files.DOC: ole("WordDocument"),
    files.XLS: ole("Workbook"),
    files.PPT: ole("PowerPoint Document"),
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
    "the beginning of a photo": b"\xff\xd8\xff\xe0",
    "another picture": photo("GIF"),
    "nothing": b"",
    "words that don't say they are a text": "規約".encode(),
}
VARIANTS = {
    "a photo with a second picture": (photo_of_a_phone(), files.JPEG),
    "a main part of another name": (office("word/document2.xml", files.DOCX), files.DOCX),
    "a table with a main part of another name": (office("xl/workbook22.xml", files.XLSX), files.XLSX),
    "a list of contents that can't be read": (
        office("word/document.xml", files.DOCX, closing="</T"),
        files.DOCX,
    ),
    "a table of 1995": (ole("Book"), files.XLS),
    "a PDF behind a byte order mark": (b"\xef\xbb\xbf%PDF-1.7\n", files.PDF),
    "a PDF behind an empty line": (b"\r\n%PDF-1.7\n", files.PDF),
    "a PDF behind words to a printer": (b"\x1b%-12345X@PJL SET COPIES=1\n%PDF-1.4\n", files.PDF),
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


@pytest.mark.parametrize("what", VARIANTS)
def test_what_programmes_and_phones_write_a_little_differently_is_taken(what: str) -> None:
    data, content_type = VARIANTS[what]

    assert files.accept(SimpleUploadedFile("file", data)).content_type == content_type


@pytest.mark.parametrize(
    ("name", "data", "content_type"),
    [
        ("名簿.CSV", "名前,電話\r\n相談 花子,045".encode("cp932"), files.CSV),
        ("名簿.csv", b"\xef\xbb\xbf" + "名前,電話".encode(), files.CSV),
        ("メモ.txt", "①髙橋".encode("cp932"), files.TEXT),
        ("メモ.txt", "メモ".encode("euc_jp"), files.TEXT),
        ("メモ.txt", "メモ".encode("iso2022_jp"), files.TEXT),
        ("メモ.txt", "メモ".encode("utf-16"), files.TEXT),
    ],
)
def test_plain_text_is_taken_in_any_japanese_charset_as_it_is(
    name: str, data: bytes, content_type: str
) -> None:
    accepted = files.accept(SimpleUploadedFile(name, data))

    assert (accepted.content_type, accepted.content.read()) == (content_type, data)


def test_a_program_is_no_text_whatever_it_is_called() -> None:
    with pytest.raises(ValidationError) as refusal:
        files.accept(SimpleUploadedFile("メモ.txt", b"MZ\x90\x00\x03\x00" + bytes(100)))

    assert refusal.value.code == "file_type"


REASONS = {
    "macros": (word("word/vbaProject.bin"), "file_macros"),
    "macros of an older document": (ole("WordDocument", "_VBA_PROJECT"), "file_macros"),
    "a document under a password": (ole("EncryptionInfo", "EncryptedPackage"), "file_locked"),
}


@pytest.mark.parametrize("what", REASONS)
def test_a_refusal_says_what_is_in_the_way(what: str) -> None:
    data, code = REASONS[what]

    with pytest.raises(ValidationError) as refusal:
        files.accept(SimpleUploadedFile("規約", data))

    assert refusal.value.code == code


def test_what_nobody_foresaw_in_a_file_refuses_that_file_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_arguments: object, **_options: object) -> None:
        raise KeyError("MPO")

    monkeypatch.setattr(files.puremagic, "magic_string", breaks)

    with pytest.raises(ValidationError) as refusal:
        files.accept(SimpleUploadedFile("a.jpg", photo()))

    assert refusal.value.code == "file_broken"


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


def test_a_scan_of_many_greys_keeps_its_tones() -> None:
    scan = Image.new("I;16", (64, 1))
    for column in range(64):
        scan.putpixel((column, 0), column * 1024)
    out = io.BytesIO()
    scan.save(out, "PNG")

    kept = Image.open(files.accept(SimpleUploadedFile("a.png", out.getvalue())).content)

    assert [kept.getpixel((column, 0)) for column in (0, 16, 32, 63)] == [0, 64, 128, 252]


def test_a_photo_keeps_the_colours_that_its_profile_tells() -> None:
    """Without the profile the same numbers are other colours: red becomes green here."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (255, 0, 0)).save(out, "PNG", icc_profile=bytes(profile))

    kept = Image.open(files.accept(SimpleUploadedFile("a.png", out.getvalue())).content)

    red, green, blue = kept.getpixel((4, 4))  # type: ignore[misc]
    assert green > 240 > 20 > max(red, blue)
    assert "icc_profile" not in kept.info


def test_a_photo_of_108_million_points_is_taken() -> None:
    """As phones make it: the file is read at a quarter of its size."""
    out = io.BytesIO()
    Image.new("L", (12_000, 9_000), "white").save(out, "JPEG", quality=30)

    kept = Image.open(files.accept(SimpleUploadedFile("a.jpg", out.getvalue())).content)

    assert kept.size == (2400, 1800)


@pytest.mark.parametrize("kind", files.PICTURES)
def test_a_picture_with_more_points_than_may_be_unfolded_is_refused(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setitem(files.MAX_PIXELS, files.FORMATS[kind], 100)

    with pytest.raises(ValidationError) as refusal:
        files.accept(SimpleUploadedFile("a", GOOD[kind]))

    assert refusal.value.code == "file_pixels"


def test_few_bytes_do_not_unfold_into_a_gigabyte() -> None:
    """WebP takes some twenty bytes a point, and this file has a hundredth of a byte for each."""
    bomb = io.BytesIO()
    Image.new("L", (4100, 4100)).save(bomb, "WEBP", lossless=True)
    assert len(bomb.getvalue()) < 100_000

    with pytest.raises(ValidationError) as refusal:
        files.accept(SimpleUploadedFile("a.webp", bomb.getvalue()))

    assert refusal.value.code == "file_pixels"


@pytest.mark.parametrize(
    ("typed", "ending", "name"),
    [
        ("あ" * 117 + ".docx", ".docx", "あ" * 115 + ".docx"),
        ("あ" * 300, ".docx", "あ" * 115 + ".docx"),
        ("あ" * 300 + ".xlsx", "", "あ" * 115 + ".xlsx"),
        ("あ" * 300, "", "あ" * 120),
        ("第3回.議事録", ".pdf", "第3回.議事録.pdf"),
        ("ver1.2", ".pdf", "ver1.2.pdf"),
        (".pdf", ".pdf", "pdf.pdf"),
        ("か\u3099っこう.pdf", ".pdf", "がっこう.pdf"),
    ],
)
def test_a_name_fits_its_column_with_its_ending(typed: str, ending: str, name: str) -> None:
    assert files.clean_name(typed, ending) == name


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


# ── Files and their rows ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_goes_where_its_row_fails(tmp_path: Path) -> None:
    document = Document()
    document.file.storage = FileSystemStorage(tmp_path)

    def fails_after_storing() -> None:
        with files.kept_with_rows():
            with files.kept_with_rows():
                files.store(document.file, "first", ContentFile(b"x"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails_after_storing()

    assert list(tmp_path.rglob("*.*")) == []


def test_what_an_inner_failure_takes_back_leaves_the_others(tmp_path: Path) -> None:
    kept, failed = Document(), Document()
    storage = FileSystemStorage(tmp_path)
    kept.file.storage = failed.file.storage = storage

    with files.kept_with_rows():
        files.store(kept.file, "first", ContentFile(b"x"))
        with suppress(RuntimeError), files.kept_with_rows():
            files.store(failed.file, "second", ContentFile(b"x"))
            raise RuntimeError

    assert storage.exists(kept.file.name)
    assert not storage.exists(failed.file.name)
