"""A reply to the person: written, looked at as the mail it becomes, then sent."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from consultations.actions import entries, readings
from consultations.emails import people
from consultations.forms.ward import ReplyForm
from consultations.queries import changes
from consultations.queries.opening import Opened, open_for
from consultations.rules import addresses
from consultations.views.ward.opening import open_to_work, posted_version, version_on
from kyodo.mail import rendering


@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, reference: str) -> HttpResponse:
    user, opened = open_to_work(request, reference)
    consultation = opened.consultation
    if request.method != "POST":
        return _show(request, user, opened, ReplyForm(initial={"waits_for_answer": False}))
    form = ReplyForm(request.POST)
    if not form.is_valid() or "edit" in request.POST:
        return _show(request, user, opened, form, status=422 if form.errors else 200)
    if "send" not in request.POST:
        return _show(request, user, opened, form, preview=_preview(opened, form.cleaned_data["message"]))
    try:
        entries.reply(
            consultation=consultation,
            version=posted_version(request),
            message=form.cleaned_data["message"],
            waits_for_answer=form.cleaned_data["waits_for_answer"],
            by=user,
        )
    except ValidationError as refusal:
        if getattr(refusal, "code", "") == "stale":
            return _show_stale(request, user, opened, form)
        form.add_error(None, refusal)
        return _show(request, user, opened, form, status=422)
    messages.success(request, _("返信を送りました。"))
    return redirect("ward_consultation", reference=consultation.reference)


def _preview(opened: Opened, message: str) -> dict[str, str]:
    """Subject, text and all addresses, as they will leave."""
    consultation = opened.consultation
    subject, body = rendering.render("consultations/reply", people.reply_context(consultation, message))
    return {
        "to": consultation.contact.email,
        "sender": settings.DEFAULT_FROM_EMAIL,
        "reply_to": addresses.reply_address(consultation),
        "subject": subject,
        "body": body,
    }


def _show_stale(request: HttpRequest, user: User, opened: Opened, form: ReplyForm) -> HttpResponse:
    """Somebody wrote meanwhile: what they wrote beside what stands here, and the mail to be looked at once more."""
    opened = open_for(user, opened.consultation.pk)
    meanwhile = changes.since_version(opened.consultation, posted_version(request), user)
    preview = _preview(opened, form.cleaned_data["message"])
    return _show(
        request,
        user,
        opened,
        form,
        status=409,
        meanwhile=meanwhile,
        preview=preview,
        version=opened.consultation.version,
    )


def _show(
    request: HttpRequest, user: User, opened: Opened, form: ReplyForm, status: int = 200, **context: Any
) -> HttpResponse:
    readings.record_reading(consultation=opened.consultation, what=readings.What.PAGE, by=user)
    return render(
        request,
        "consultations/ward/reply.html",
        {
            "form": form,
            "consultation": opened.consultation,
            "version": version_on(request, opened),
            **context,
        },
        status=status,
    )
