"""The reply: typed, shown as the mail it will be, sent. Nothing leaves before somebody has seen it whole."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from consultations.actions import drafts, files, readings
from consultations.emails import people as emails
from consultations.forms.staff.writing import ReplyForm
from consultations.models import CannedReply, Consultation, DraftFile, Entry, ReplyDraft
from consultations.queries import changes
from consultations.queries.consultation_page import canned_for, canned_texts
from consultations.queries.opening import Opened
from consultations.rules import replies
from consultations.views.staff.stepping import (
    CONFLICT,
    STALE,
    UNPROCESSABLE,
    open_to_work,
    posted_version,
    show_refusal,
    to_page,
)
from kyodo import staff_pages


@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the form, with what was begun. POST: send what the preview showed."""
    user, opened = open_to_work(request, pk)
    draft = _draft_of(opened.consultation, user)
    if request.method == "POST":
        return _send(request, user, opened, draft) if draft else _to_form(pk)
    initial: dict[str, Any] = {}
    version = opened.consultation.version
    if draft:
        initial = {"message": draft.message, "waits_for_answer": draft.waits_for_answer}
        version = draft.version
    form = ReplyForm(initial=initial, canned=canned_for(opened.consultation))
    return _show_form(request, user, opened, form, draft, version)


@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: keep what was typed and look at the mail, or add a canned text to it. GET: the mail that would leave now."""
    user, opened = open_to_work(request, pk)
    consultation = opened.consultation
    draft = _draft_of(consultation, user)
    if request.method != "POST":
        return _show_preview(request, user, opened, draft) if draft else _to_form(pk)
    form = ReplyForm(request.POST, request.FILES, canned=canned_for(consultation))
    inserts = "insert" in request.POST
    if form.is_valid() and not inserts:
        _check(form, consultation)
    if not form.errors and _kept(request, form, user, consultation, inserts=inserts):
        return _to_form(pk) if inserts else redirect("admin:consultations_consultation_reply_preview", pk)
    return _show_form(request, user, opened, form, draft, posted_version(request))


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    draft = _draft_of(opened.consultation, user)
    if draft:
        drafts.discard_draft(draft=draft, by=user)
        messages.success(request, _("書きかけの返信を消しました。"))
    return to_page(pk)


@require_POST
def remove_file(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    own = DraftFile.objects.filter(draft__by=user, draft__consultation=opened.consultation)
    drafts.remove_file(file=get_object_or_404(own.select_related("draft"), pk=file), by=user)
    return _to_form(pk)


def _send(request: HttpRequest, user: User, opened: Opened, draft: ReplyDraft) -> HttpResponse:
    try:
        entry = drafts.send_draft(
            draft=draft, version=posted_version(request), seal=request.POST.get("seal", ""), by=user
        )
    except ValidationError as refusal:
        if getattr(refusal, "code", "") == STALE:
            return _show_preview(request, user, opened, draft, since=posted_version(request), status=CONFLICT)
        staff_pages.tell(request, refusal)
        if getattr(refusal, "code", "") == "gone":
            return to_page(opened.consultation.pk, "timeline")
        return _show_preview(request, user, opened, draft, status=UNPROCESSABLE)
    to = entry.consultation.contact.email
    messages.success(request, _("%(to)s へ返信を送りました。") % {"to": to})
    return to_page(opened.consultation.pk, "timeline")


def _check(form: ReplyForm, consultation: Consultation) -> None:
    if not consultation.contact.can_be_mailed:
        sentence = _("この人にはメールを送れません。連絡先を確かめてください。")
        form.add_error(None, ValidationError(sentence, code="no_mail"))


def _kept(
    request: HttpRequest, form: ReplyForm, user: User, consultation: Consultation, *, inserts: bool
) -> bool:
    message = form.cleaned_data["message"]
    chosen: CannedReply | None = form.cleaned_data["canned"]
    if inserts and chosen:
        message = replies.appended(message, replies.filled(chosen.body, consultation, user))
    try:
        if len(message) > Entry.LONGEST:
            raise ValidationError(
                _("長すぎます。%(limit)s文字までで書いてください。"),
                code="too_long",
                params={"limit": Entry.LONGEST},
            )
        drafts.save_draft(
            consultation=consultation,
            version=posted_version(request),
            message=message,
            waits_for_answer=form.cleaned_data["waits_for_answer"],
            by=user,
            accepted=files.accept_all(form.cleaned_data["files"]),
        )
    except ValidationError as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _draft_of(consultation: Consultation, user: User) -> ReplyDraft | None:
    return consultation.reply_drafts.filter(by=user).prefetch_related("files").first()


def _to_form(pk: int) -> HttpResponse:
    return redirect("admin:consultations_consultation_reply", pk)


def _show_form(
    request: HttpRequest, user: User, opened: Opened, form: ReplyForm, draft: ReplyDraft | None, version: int
) -> HttpResponse:
    """With the person's last words beside it."""
    consultation = opened.consultation
    readings.record_reading(consultation=consultation, what=readings.What.PAGE, by=user)
    messages_of = Entry.objects.visible_to(user).filter(consultation=consultation, kind__in=Entry.PUBLIC)
    return staff_pages.page(
        request,
        "consultations/staff/consultation/reply.html",
        _("相談者へ返信"),
        status=staff_pages.refused_status(form),
        form=form,
        draft=draft,
        version=version,
        canned=canned_texts(opened, user),
        opened=opened,
        consultation=consultation,
        said=messages_of.select_related("by").defer("search").order_by("-happened_at", "-pk")[:3],
        lost_files=[file.name for file in request.FILES.getlist("files")] if form.errors else [],
    )


def _show_preview(
    request: HttpRequest,
    user: User,
    opened: Opened,
    draft: ReplyDraft,
    *,
    since: int | None = None,
    status: int = 200,
) -> HttpResponse:
    """The mail as it would leave now; and what changed since the reply was begun."""
    consultation = opened.consultation
    readings.record_reading(consultation=consultation, what=readings.What.PAGE, by=user)
    begun = draft.version if since is None else since
    shown = emails.preview_of_reply(consultation, draft.message, drafts.names_of(draft))
    meanwhile = changes.since_version(consultation, begun, user) if begun != consultation.version else None
    return staff_pages.page(
        request,
        "consultations/staff/consultation/reply_preview.html",
        _("このメールを送ります"),
        status=status,
        preview=shown,
        draft=draft,
        meanwhile=meanwhile,
        opened=opened,
        consultation=consultation,
    )
