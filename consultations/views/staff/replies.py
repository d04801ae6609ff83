"""The reply: typed, shown as the mail it will be, sent. Nothing leaves before somebody has seen it whole."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from consultations.actions import drafts, readings
from consultations.forms.staff.steps import CloseForm
from consultations.models import ReplyDraft
from consultations.queries.opening import Opened
from consultations.views import replying
from consultations.views.replying import Writing
from consultations.views.staff.inbox import address_of_next
from consultations.views.staff.stepping import CONFLICT, STALE, UNPROCESSABLE, open_to_work, to_page
from consultations.views.versions import posted_version
from kyodo import staff_pages

TIMELINE = "timeline"


@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the form, with what was begun. POST: send what the preview showed."""
    user, opened = open_to_work(request, pk)
    if request.method != "POST":
        return _show_form(request, user, opened, replying.begin(user, opened))
    draft = replying.draft_of(opened.consultation, user)
    return _send(request, user, opened, draft) if draft else _to_form(pk)


@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: keep what was typed and look at the mail, or add a canned text to it. GET: the mail that would leave now."""
    user, opened = open_to_work(request, pk)
    if request.method != "POST":
        draft = replying.draft_of(opened.consultation, user)
        return _show_preview(request, user, opened, draft) if draft else _to_form(pk)
    refused = replying.keep(request, user, opened)
    if refused:
        return _show_form(request, user, opened, refused)
    return (
        _to_form(pk)
        if "insert" in request.POST
        else redirect("admin:consultations_consultation_reply_preview", pk)
    )


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    draft = replying.draft_of(opened.consultation, user)
    if draft:
        drafts.discard_draft(draft=draft, by=user)
        messages.success(request, _("書きかけの返信を消しました。"))
    return to_page(pk)


@require_POST
def remove_file(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    replying.remove_file(pk=file, user=user, consultation=opened.consultation)
    return _to_form(pk)


def _send(request: HttpRequest, user: User, opened: Opened, draft: ReplyDraft) -> HttpResponse:
    ending = replying.ending_of(request)
    if ending and not ending.is_valid():
        return _show_preview(request, user, opened, draft, status=UNPROCESSABLE, ending=ending)
    onward = address_of_next(request, user, opened.consultation) if ending else ""
    try:
        entry = replying.send(request, user, draft, ending)
    except ValidationError as refusal:
        if getattr(refusal, "code", "") == STALE:
            since = posted_version(request)
            return _show_preview(request, user, opened, draft, since=since, status=CONFLICT, ending=ending)
        staff_pages.tell(request, refusal)
        if getattr(refusal, "code", "") == "gone":
            return to_page(opened.consultation.pk)
        return _show_preview(request, user, opened, draft, status=UNPROCESSABLE, ending=ending)
    if onward:
        messages.success(request, replying.said(entry, is_closed=True))
        return redirect(onward)
    messages.success(request, replying.said(entry, is_closed=False), extra_tags=TIMELINE)
    return to_page(opened.consultation.pk, TIMELINE)


def _to_form(pk: int) -> HttpResponse:
    return redirect("admin:consultations_consultation_reply", pk)


def _show_form(request: HttpRequest, user: User, opened: Opened, writing: Writing) -> HttpResponse:
    readings.record_reading(consultation=opened.consultation, what=readings.What.PAGE, by=user)
    return staff_pages.page(
        request,
        "consultations/staff/consultation/reply.html",
        _("相談者へ返信"),
        status=staff_pages.refused_status(writing.form),
        opened=opened,
        consultation=opened.consultation,
        **vars(writing),
    )


def _show_preview(
    request: HttpRequest,
    user: User,
    opened: Opened,
    draft: ReplyDraft,
    *,
    since: int | None = None,
    status: int = 200,
    ending: CloseForm | None = None,
) -> HttpResponse:
    readings.record_reading(consultation=opened.consultation, what=readings.What.PAGE, by=user)
    return staff_pages.page(
        request,
        "consultations/staff/consultation/reply_preview.html",
        _("このメールを送ります"),
        status=status,
        opened=opened,
        consultation=opened.consultation,
        **vars(replying.letter(user, opened, draft, since, ending)),
    )
