"""The papers (書類) of an application: taken in after a look at their content, and removed while it is a draft."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from accounts.actions.applications.writing import lock_application, save_next_version
from accounts.models import Application, Document, User
from accounts.rules import applications as rules
from accounts.rules import papers as paper_rules
from accounts.rules import steps
from kyodo import references

FORMATS = {paper_rules.JPEG: "JPEG", paper_rules.PNG: "PNG"}


@dataclass(frozen=True)
class Paper:
    """A file as handed over, and which paper it is said to be."""

    kind: str
    file: "UploadedFile[bytes]"


def add_documents(
    *, application: Application, papers: Sequence[Paper], version: int, by: User
) -> Application:
    """Add papers: by the applicant while the application can be edited, by staff for one on paper."""
    with transaction.atomic():
        application = lock_application(application, version)
        _check_may_change(application, by)
        add_locked(application, papers, by)
        save_next_version(application)
    return application


def add_locked(application: Application, papers: Sequence[Paper], by: User) -> None:
    _check_room(application, papers)
    for paper in papers:
        _keep(application, paper, by)


def remove_document(*, document: Document, application: Application, version: int, by: User) -> Application:
    """Take a paper out again. One that the registration holds already stays with it."""
    with transaction.atomic():
        application = lock_application(application, version)
        _check_may_change(application, by)
        if document.application_id != application.pk or document.group_id is not None:
            raise PermissionDenied
        storage, stored = document.file.storage, str(document.file.name)
        document.delete()
        save_next_version(application)
        transaction.on_commit(lambda: storage.delete(stored))
    return application


def _keep(application: Application, paper: Paper, by: User) -> None:
    content_type = paper_rules.check_paper(paper.file)
    ending = paper_rules.ENDINGS[content_type]
    content = _content(paper.file, content_type)
    document = Document(
        application=application,
        kind=paper.kind,
        filename=paper_rules.clean_name(paper.file.name or "", ending),
        content_type=content_type,
        size=content.size,
        uploaded_by=by,
    )
    # The stored name is ours: what a person called the file never reaches the disk.
    document.file.save(f"{application.reference}-{references.new()}{ending}", content, save=False)
    document.save()


def _content(file: "UploadedFile[bytes]", content_type: str) -> "File[bytes]":
    """Pictures are drawn anew: place and camera go, and whatever hid behind them."""
    file.seek(0)
    if content_type not in paper_rules.PICTURES:
        return File(file)
    out = io.BytesIO()
    try:
        with Image.open(file) as picture:
            upright = ImageOps.exif_transpose(picture)
            if content_type == paper_rules.JPEG:
                upright = upright.convert("RGB")
            upright.save(out, FORMATS[content_type], quality=88)
    except (OSError, ValueError, SyntaxError) as error:
        raise ValidationError(
            _("「%(name)s」を開けませんでした。もう一度撮るか、別の形で送ってください。"),
            code="file_broken",
            params={"name": paper_rules.clean_name(file.name or "")},
        ) from error
    return ContentFile(out.getvalue())


def _check_may_change(application: Application, by: User) -> None:
    if rules.can_edit(by, application):
        return
    if application.is_paper and application.is_open and rules.can_enter_paper(by):
        return
    raise PermissionDenied


def _check_room(application: Application, papers: Sequence[Paper]) -> None:
    if application.documents.count() + len(papers) > steps.PAPERS_MAX:
        raise ValidationError(
            _("書類は全部で%(count)s個までです。使わないものを外してください。"),
            code="too_many_files",
            params={"count": steps.PAPERS_MAX},
        )
