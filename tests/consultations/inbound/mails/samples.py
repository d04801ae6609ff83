"""Files that mails carry, made by code."""

import io
import struct
import zipfile

from PIL import Image


def picture(form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(out, form)
    return out.getvalue()


def photo_of_a_phone() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(
        out, "MPO", save_all=True, append_images=[Image.new("RGB", (20, 20), "red")]
    )
    return out.getvalue()


def excel() -> bytes:
    """Its main part has another name than most."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook2.xml"'
            ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        )
        archive.writestr("xl/workbook2.xml", "<x/>")
    return out.getvalue()


def winmail(text: str, *files: tuple[str, bytes]) -> bytes:
    """A mail of Outlook, packed for other Outlooks, as Windows in Japan writes it."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += _attribute(1, 0x9006, 8, struct.pack("<I", 0x10000))
    out += _attribute(1, 0x9007, 6, struct.pack("<II", 932, 0))
    out += _attribute(1, 0x800C, 2, text.encode("cp932") + b"\0")
    for name, content in files:
        out += _attribute(2, 0x9002, 6, bytes(14))
        out += _attribute(2, 0x8010, 1, name.encode("cp932") + b"\0")
        out += _attribute(2, 0x800F, 6, content)
    return out


def _attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
    head = struct.pack("<BHHI", level, name, kind, len(data))
    return head + data + struct.pack("<H", sum(data) & 0xFFFF)
