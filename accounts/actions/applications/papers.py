"""The papers (書類) of an application: added, once a form has looked into them, and removed while it is a draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.actions.applications.writing import lock_application, save_next_version, write_wishes
from accounts.emails import staff
from accounts.models import Application, Document, User
from accounts.rules import applications as rules
from accounts.rules import steps
from kyodo import clock, files
from kyodo.files import Accepted


@dataclass(frozen=True)
class Paper:
    """A file that may be kept (accounts.rules.papers), and which paper it is said to be."""

    kind: str
    accepted: Accepted


def add_documents(
    *, application: Application, papers: Sequence[Paper], version: int, by: User
) -> Application:
    """Add papers: by the applicant while the application can be edited, by staff for one on paper."""
    with files.kept_with_rows(), transaction.atomic():
        application = lock_application(application, version)
        _check_may_change(application, by)
        add_locked(application, papers, by)
        save_next_version(application)
    return application


def add_to_sent(
    *,
    application: Application,
    papers: Sequence[Paper],
    wishes: Sequence[datetime],
    version: int,
    by: User,
) -> Application:
    """After it was sent: another paper, other times for the hearing. What stands there stays; wishes take the place of
    those before. Whoever decides is told."""
    with transaction.atomic():
        application = lock_application(application, version)
        if not rules.can_add_to(by, application):
            raise PermissionDenied
        if not papers and not wishes:
            raise ValidationError(_("足す書類か、ほかの希望日時を選んでください。"), code="nothing")
        add_locked(application, papers, by)
        if wishes:
            write_wishes(application, wishes)
        save_next_version(application)
        staff.application_grew(application, by)
    return application


def add_locked(application: Application, papers: Sequence[Paper], by: User) -> None:
    """After a return a new paper takes the place of the handed-in one of its kind, which is kept beside it."""
    if application.status == Application.Status.RETURNED:
        kinds = {paper.kind for paper in papers}
        _handed_in(application).filter(kind__in=kinds).update(replaced_at=clock.now())
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
        if _handed_in(application).filter(pk=document.pk).update(replaced_at=clock.now()):
            # Staff have read it: it no longer counts, but stays.
            save_next_version(application)
            return application
        storage, stored = document.file.storage, str(document.file.name)
        document.delete()
        save_next_version(application)
        transaction.on_commit(lambda: storage.delete(stored))
    return application


def _handed_in(application: Application) -> QuerySet[Document]:
    """Those that count and that the centre has seen already."""
    sent_at = application.submitted_at
    if sent_at is None:
        return Document.objects.none()
    return application.documents.current().filter(uploaded_at__lte=sent_at)


def _keep(application: Application, paper: Paper, by: User) -> None:
    accepted = paper.accepted
    document = Document(
        application=application,
        kind=paper.kind,
        filename=accepted.name,
        content_type=accepted.content_type,
        size=accepted.content.size,
        uploaded_by=by,
    )
    files.store(document.file, accepted.stored_name, accepted.content)
    document.save()


def _check_may_change(application: Application, by: User) -> None:
    if rules.can_edit(by, application):
        return
    if application.is_paper and application.is_open and rules.can_enter_paper(by):
        return
    raise PermissionDenied


def _check_room(application: Application, papers: Sequence[Paper]) -> None:
    if application.documents.current().count() + len(papers) > steps.PAPERS_MAX:
        raise ValidationError(
            _("書類は全部で%(count)s個までです。使わないものを外してください。"),
            code="too_many_files",
            params={"count": steps.PAPERS_MAX},
        )
