import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from accounts.queries import bylaws
from tests.factories.centre import CentreFactory, usual_week

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def centre(db: None) -> None:
    """The centre with its usual hours, as every page expects it."""
    CentreFactory()
    usual_week()


@pytest.fixture
def applicant(client: Client, citizen: User) -> User:
    """A citizen, signed in."""
    client.force_login(citizen)
    return citizen


def pdf(name: str = "会則.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


def word(name: str = "計画.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, bylaws.as_word(), "application/octet-stream")


def photo(name: str = "会則.jpg") -> SimpleUploadedFile:
    """A picture that knows where and with what it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")
