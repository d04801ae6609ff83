"""A reply to the person: written, looked at as the mail it becomes, then sent."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from consultations.actions import drafts, readings
from consultations.forms.staff.steps import CloseForm
from consultations.models import ReplyDraft
from consultations.queries.consultation_page import present_in
from consultations.queries.opening import Opened, open_for
from consultations.views import replying
from consultations.views.replying import Writing
from consultations.views.versions import posted_version
from consultations.views.ward.consultations import address_of_next
from consultations.views.ward.opening import open_to_work
from kyodo import numbers

STALE = "stale"
CONFLICT = 409
UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, reference: str) -> HttpResponse:
    """GET: the form, with what was begun. POST: keep what was typed, and go on to the mail or on writing."""
    user, opened = open_to_work(request, reference)
    if request.method != "POST":
        return _show_form(request, user, opened, replying.begin(user, opened))
    refused = replying.keep(request, user, opened)
    if refused:
        return _show_form(request, user, opened, refused)
    if "remove" in request.POST:
        pk = numbers.typed(request.POST["remove"]) or 0
        replying.remove_file(pk=pk, user=user, consultation=opened.consultation)
    goes_on = "insert" in request.POST or "remove" in request.POST
    return redirect("ward_reply" if goes_on else "ward_reply_mail", opened.consultation.reference)


@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest, reference: str) -> HttpResponse:
    """GET: the mail that would leave now. POST: send exactly that."""
    user, opened = open_to_work(request, reference)
    draft = replying.draft_of(opened.consultation, user)
    if draft is None:
        return redirect("ward_reply", opened.consultation.reference)
    if request.method != "POST":
        return _show_letter(request, user, opened, draft)
    ending = replying.ending_of(request)
    if ending and not ending.is_valid():
        return _show_letter(request, user, opened, draft, status=UNPROCESSABLE, ending=ending)
    onward = address_of_next(request, user, opened.consultation) if ending else ""
    try:
        entry = replying.send(request, user, draft, ending)
    except ValidationError as refusal:
        return _refused(request, user, opened, draft, refusal, ending)
    messages.success(request, replying.said(entry, is_closed=bool(ending)))
    if onward:
        return redirect(onward)
    return redirect("ward_consultation", reference=opened.consultation.reference)


@require_POST
def discard(request: HttpRequest, reference: str) -> HttpResponse:
    user, opened = open_to_work(request, reference)
    draft = replying.draft_of(opened.consultation, user)
    if draft:
        drafts.discard_draft(draft=draft, by=user)
        messages.success(request, _("書きかけの返信を消しました。"))
    return redirect("ward_consultation", reference=opened.consultation.reference)


def _refused(
    request: HttpRequest,
    user: User,
    opened: Opened,
    draft: ReplyDraft,
    refusal: ValidationError,
    ending: CloseForm | None,
) -> HttpResponse:
    """Somebody wrote meanwhile: what they wrote beside the mail, to be looked at once more."""
    if refusal.code == STALE:
        opened = open_for(user, opened.consultation.pk)
        since = posted_version(request)
        return _show_letter(request, user, opened, draft, since=since, status=CONFLICT, ending=ending)
    for sentence in refusal.messages:
        messages.error(request, sentence)
    if refusal.code == "gone":
        return redirect("ward_consultation", reference=opened.consultation.reference)
    return _show_letter(request, user, opened, draft, status=UNPROCESSABLE, ending=ending)


def _show_form(request: HttpRequest, user: User, opened: Opened, writing: Writing) -> HttpResponse:
    readings.record_reading(consultation=opened.consultation, what=readings.What.PAGE, by=user)
    present = present_in(opened.consultation, user)
    context = {"consultation": opened.consultation, "present": present, **vars(writing)}
    status = UNPROCESSABLE if writing.form.errors else 200
    return render(request, "consultations/ward/reply.html", context, status=status)


def _show_letter(
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
    shown = replying.letter(user, opened, draft, since, ending)
    context = {"consultation": opened.consultation, **vars(shown)}
    return render(request, "consultations/ward/reply_mail.html", context, status=status)
