"""/answer/<token>/: a specialist or an organisation without an account reads what was frozen for them, and answers.

Opening it changes nothing but the read log: mail scanners follow every link. One page for whatever no longer opens,
so that it says nothing about what was behind it. The address is a key: no title, log or referrer carries it.
"""

from collections.abc import Callable
from functools import wraps

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from consultations.actions import partner, readings
from consultations.forms.answers import AcceptForm, AcceptWithTimesForm, DeclineForm, FinishForm
from consultations.models import AnswerLink
from consultations.queries import answers as queries
from consultations.queries.answers import AnswerPage
from kyodo import ratelimit

View = Callable[..., HttpResponse]
READS = 60
ANSWERS = 20
HOUR = 3600


def kept_to_itself(view: View) -> View:
    """No cache, no index, and no referrer that holds the token. (strict-origin: a browser told to say nothing at all
    would not say where a form comes from either, and its POST would be refused.)"""

    @wraps(view)
    def wrapped(request: HttpRequest, **parts: str) -> HttpResponse:
        response = view(request, **parts)
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return wrapped


@login_not_required
@kept_to_itself
@require_GET
def thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "consultations/answered.html")


@login_not_required
@kept_to_itself
@require_http_methods(["GET", "POST"])
@ratelimit.limit("partner-answer", times=ANSWERS, seconds=HOUR)
@ratelimit.limit("partner-page", times=READS, seconds=HOUR, methods=("GET",))
def answer(request: HttpRequest, token: str) -> HttpResponse:
    link = queries.link_in_force(token)
    if link is None:
        return _closed(request)
    page = queries.answer_page(link)
    step = request.POST.get("step", "")
    bound = request.POST if request.method == "POST" else None
    forms_of = {
        "accept": _accept_form(page, bound if step == "accept" else None),
        "decline": DeclineForm(bound if step == "decline" else None),
        "finish": FinishForm(bound if step == "finish" else None),
    }
    form = forms_of.get(step) if bound else None
    if form is not None and form.is_valid():
        try:
            return _take(step, link, form, token)
        except ValidationError as refusal:
            if any(error.code in ("link", "status") for error in refusal.error_list):
                return _closed(request)
            form.add_error(None, refusal)
    readings.record_reading(
        consultation=link.referral.consultation, what=readings.What.PAGE, reader=readings.Reader.PARTNER
    )
    context = {"page": page, "form": form, **{f"{name}_form": one for name, one in forms_of.items()}}
    return render(request, "consultations/answer.html", context, status=422 if form else 200)


def _take(step: str, link: AnswerLink, form: forms.Form, token: str) -> HttpResponse:
    data = form.cleaned_data
    if isinstance(form, AcceptWithTimesForm):
        partner.accept(link=link, message=data["message"], times=form.times, wish=data["wish"])
    elif step == "accept":
        partner.accept(link=link, message=data["message"])
    elif step == "decline":
        partner.decline(link=link, reason=data["reason"])
    else:
        partner.finish(link=link, outcome=data["outcome"], outcome_text=data["outcome_text"])
    if step == "accept":
        return redirect("consultation_answer", token=token)
    return redirect("consultation_answered")


def _accept_form(page: AnswerPage, bound: QueryDict | None) -> forms.Form:
    if page.is_specialist:
        return AcceptWithTimesForm(bound, slots=page.slots, proposed=page.proposed)
    return AcceptForm(bound)


def _closed(request: HttpRequest) -> HttpResponse:
    return render(request, "consultations/answer_closed.html", status=404)
