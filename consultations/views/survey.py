"""The page of the survey: for whoever has the address. Opening it changes nothing; mail scanners follow links."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.signing import SignatureExpired
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from consultations.actions import surveys
from consultations.forms.survey import SurveyForm
from consultations.models import Survey
from consultations.rules import surveys as rules
from kyodo import ratelimit

GONE = 410


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@ratelimit.limit("survey", times=20, seconds=3600)
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """Three questions. Answered already, or too late, it says so kindly and shows where to turn."""
    try:
        which = rules.survey_in(token)
    except SignatureExpired:
        return _closed(request, "expired")
    if which is None:
        raise Http404
    asked = get_object_or_404(Survey, which)
    if asked.anonymised_at is not None:
        return _closed(request, "expired")
    if asked.answered_at is not None:
        return _closed(request, "answered")
    form = SurveyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            given = surveys.answer(survey=asked, **form.answer)
        except ValidationError:
            # Somebody, or a second press, was faster.
            return _closed(request, "answered")
        return redirect("consultation_survey_thanks", "again" if given.solved == Survey.Solved.NO else "done")
    status = 422 if form.is_bound else 200
    return render(request, "consultations/survey.html", {"form": form}, status=status)


@login_not_required
@require_GET
def thanks(request: HttpRequest, how: str) -> HttpResponse:
    """At an address that is no key, so that the back button and a shared screen show nothing."""
    if how not in ("done", "again"):
        raise Http404
    return render(request, "consultations/survey_thanks.html", {"is_looked_at_again": how == "again"})


def _closed(request: HttpRequest, why: str) -> HttpResponse:
    return render(request, "consultations/survey_closed.html", {"why": why}, status=GONE)
