"""Asking on the web: who and what about, then a form that changes with it, a look at everything, and the receipt."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Group, User
from consultations.actions import intake
from consultations.forms.ask import AskForm, ReferenceForm, SendForm, StartForm
from consultations.models import Consultation
from consultations.queries.near_help import near_help
from consultations.queries.own import is_acknowledged
from consultations.rules import deadlines
from kyodo import clock, drawing, ratelimit, references
from kyodo.body_size import takes_files_from_anybody
from kyodo.centre import hours
from kyodo.centre.queries import all_wards, everyday_fields

STAMP = "consultations.form-began"
RECEIPT = "consultations.receipt"
# Nobody reads, writes and looks through a form in so short a time; a machine does.
QUICKEST_SECONDS = 4
RECEIPT_SECONDS = 3600
AN_HOUR = 3600
QUESTIONS_AN_HOUR = 20
"""Of one visitor: a whole ward office may share one address."""
UNPROCESSABLE, TOO_MANY = 422, 429


@login_not_required
@never_cache
@takes_files_from_anybody
@require_http_methods(["GET", "HEAD", "POST"])
def consult(request: HttpRequest) -> HttpResponse:
    """One address for all steps. What was typed travels with the form; nothing is kept before it is sent."""
    user = request.user if isinstance(request.user, User) else None
    asked = request.POST if request.method == "POST" else request.GET
    if not ({"who", "what", "next"} & asked.keys()):
        return _start(request, StartForm(groups=_groups(user)))
    start = StartForm(asked, groups=_groups(user))
    if not start.is_valid():
        return _start(request, start, status=UNPROCESSABLE)
    audience, kind, group = start.cleaned_data["who"], start.cleaned_data["what"], start.chosen_group
    if request.method != "POST":
        known = AskForm.known_of(user, group)
        return _form(
            request, start, AskForm(audience=audience, kind=kind, group=group, initial=known), _stamp()
        )
    form = AskForm(request.POST, audience=audience, kind=kind, group=group)
    is_right = form.is_valid()
    if not is_right or "edit" in request.POST:
        began = request.POST.get("began", "")
        return _form(request, start, form, began, status=200 if is_right else UNPROCESSABLE)
    if "send" in request.POST:
        return _send(request, start, form, user)
    sending = SendForm(initial={"began": request.POST.get("began") or _stamp(), "form_key": uuid.uuid4()})
    return _review(request, start, form, sending)


@login_not_required
@never_cache
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The number in large type. The address holds for an hour; it says nothing of what was asked, nor how many ask."""
    try:
        reference = signing.loads(token, salt=RECEIPT, max_age=RECEIPT_SECONDS)
    except signing.SignatureExpired:
        return redirect("consult")
    except signing.BadSignature as error:
        raise Http404 from error
    asked = Consultation.objects.select_related("contact").defer("search", "text")
    found = get_object_or_404(asked, reference=reference)
    context = {
        "consultation": found,
        "first_answer": deadlines.due_after(found.received_at, deadlines.FIRST_ANSWER_DAYS),
        "may_mail": found.contact.can_be_mailed,
        "is_mailed": is_acknowledged(found),
        "is_own": request.user.is_authenticated and found.person_id == request.user.pk,
    }
    return _hidden(render(request, "consultations/receipt.html", context))


@login_not_required
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """From the number to the page: the same way for every number, whether there is such a consultation or not."""
    form = ReferenceForm(request.GET if "reference" in request.GET else None)
    if form.is_valid():
        reference = references.normalise(form.cleaned_data["reference"])
        if len(reference) == references.LENGTH:
            return redirect("consultation", reference)
        form.add_error("reference", ValidationError(_("受付番号は、英字と数字の8文字です。"), code="shape"))
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "consultations/find.html", {"form": form}, status=status)


# ── Steps ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _start(request: HttpRequest, start: StartForm, status: int = 200) -> HttpResponse:
    return render(request, "consultations/start.html", {"form": start}, status=status)


def _form(
    request: HttpRequest, start: StartForm, form: AskForm, began: str, status: int = 200
) -> HttpResponse:
    context = {
        "start": start.cleaned_data,
        "form": form,
        "fields": _blank_fields(request, form),
        "began": began,
        "choices": _choices(form),
    }
    return render(request, "consultations/form.html", context, status=status)


def _blank_fields(request: HttpRequest, form: AskForm) -> str:
    """Nothing typed and nothing known: the same for everybody who asks this. Drawing it is most of the page's time."""
    if form.is_bound or form.initial:
        return ""
    rows = [(row.pk, str(row)) for row in (*everyday_fields(), *all_wards())]
    week = [(line.days, line.text) for line in hours.usual_week()]
    key = ("consult", form.audience, form.kind, clock.today(), *rows, *week)
    return drawing.once(
        key, lambda: render_to_string("consultations/_form_fields.html", {"form": form}, request)
    )


def _review(
    request: HttpRequest, start: StartForm, form: AskForm, sending: SendForm, status: int = 200
) -> HttpResponse:
    question = form.question()
    context = {
        "start": start.cleaned_data,
        "question": question,
        "contact": form.contact(),
        "typed": _typed(request, form),
        "form": sending,
        "choices": _choices(form),
        "wish": Consultation.Wish(question.wish).label,
        "is_meeting": question.wish in Consultation.MEETINGS,
        "help": near_help(
            kind=question.kind,
            audience=question.audience,
            ward=question.ward,
            fields=question.fields,
            group=question.group,
        ),
        "first_answer": deadlines.due_after(clock.now(), deadlines.FIRST_ANSWER_DAYS),
        "contact_days": settings.CONSULTATION_CONTACT_DAYS,
        "text_days": settings.CONSULTATION_TEXT_DAYS,
    }
    return render(request, "consultations/review.html", context, status=status)


def _send(request: HttpRequest, start: StartForm, form: AskForm, user: User | None) -> HttpResponse:
    sending = SendForm(request.POST, request.FILES)
    sending.is_valid()
    if not _took_time(request.POST.get("began", "")):
        sending.add_error(
            None,
            ValidationError(_("とても早く届きました。もう一度「送る」を押してください。"), code="too_fast"),
        )
        if not _is_stamp(request.POST.get("began", "")):
            typed = request.POST.copy()
            typed["began"] = _stamp()
            sending.data = typed
    if not sending.is_valid():
        return _review(request, start, form, sending, status=UNPROCESSABLE)
    if not ratelimit.allow_request(request, "consult", times=QUESTIONS_AN_HOUR, seconds=AN_HOUR):
        sending.add_error(
            None,
            ValidationError(
                _("短い間に何度も送られたため、1時間ほどお待ちください。お急ぎのときはお電話ください。"),
                code="too_many",
            ),
        )
        response = _review(request, start, form, sending, status=TOO_MANY)
        response["Retry-After"] = str(AN_HOUR)
        return response
    consultation = intake.ask(
        question=form.question(sending.accepted),
        contact=form.contact(),
        by=user,
        consents_to_use=sending.cleaned_data["consent_use"],
        consents_to_referral=sending.cleaned_data["consent_referral"],
        form_key=sending.cleaned_data["form_key"],
    )
    return redirect("consult_receipt", signing.dumps(consultation.reference, salt=RECEIPT))


# ── What travels along ───────────────────────────────────────────────────────────────────────────────────────────


def _groups(user: User | None) -> list[Group]:
    """Those they may speak for: their own that are not closed."""
    if user is None:
        return []
    own = Group.objects.filter(memberships__user_id=user.pk).exclude(status=Group.Status.CLOSED)
    return list(own.defer("search").order_by("name_kana", "pk"))


def _choices(form: AskForm) -> dict[str, Any]:
    """The two answers of the start, in words."""
    return {
        "audience": Consultation.Audience(form.audience).label,
        "kind": Consultation.Kind(form.kind).label,
        "group": form.group,
    }


def _typed(request: HttpRequest, form: AskForm) -> list[tuple[str, str]]:
    """Everything typed so far, for hidden inputs; names as the form's own fields have them."""
    names = {"who", "what", "group"}
    for name, field in form.fields.items():
        parts = getattr(field.widget, "widgets_names", None)
        names |= {name + part for part in parts} if parts else {name}
    return [(name, value) for name, values in request.POST.lists() if name in names for value in values]


def _stamp() -> str:
    """When the form was given out; signed, so that nobody writes an earlier one."""
    return signing.TimestampSigner(salt=STAMP).sign("")


def _is_stamp(stamp: str) -> bool:
    try:
        signing.TimestampSigner(salt=STAMP).unsign(stamp)
    except signing.BadSignature:
        return False
    return True


def _took_time(stamp: str) -> bool:
    """False also for a form without a stamp of ours: it gets one, and the next press goes through."""
    try:
        signing.TimestampSigner(salt=STAMP).unsign(stamp, max_age=QUICKEST_SECONDS)
    except signing.SignatureExpired:
        return True
    except signing.BadSignature:
        return False
    return False


def _hidden(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    return response
