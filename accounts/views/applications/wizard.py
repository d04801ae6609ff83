"""The registration wizard: one page a step, kept on the server, left and resumed as people like."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import applications as actions
from accounts.forms.applications.steps import FORMS, KindForm, PapersForm, StepForm
from accounts.models import Application, Document, User
from accounts.queries.application_pages import own_applications, review_of, wizard_of
from accounts.requests import person
from accounts.rules import applications as rules
from accounts.rules import steps
from accounts.rules.steps import Step
from kyodo import numbers, ratelimit
from kyodo.access import sign_in_because


@login_not_required
@require_http_methods(["GET", "POST"])
@sign_in_because(gettext_lazy("団体を登録するには、ログインしてください。"))
def register(request: HttpRequest) -> HttpResponse:
    """What it takes to register, for everybody, and the way in; a draft begun earlier is offered again."""
    user = request.user if isinstance(request.user, User) else None
    if user is None:
        if request.method == "POST":
            return redirect_to_login(request.path)
        return render(request, "accounts/applications/register.html")
    if request.method == "POST":
        try:
            application = actions.start_application(by=user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("account_email")
        return redirect("application_step", application.reference, next_step(application))
    context = {"own": own_applications(user), "is_verified": rules.has_verified_address(user)}
    return render(request, "accounts/applications/register.html", context)


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    user = person(request)
    application = own_or_404(user, reference)
    current = _known(step)
    if not rules.can_edit(user, application):
        messages.info(request, _("この申請は、いま書き直せません。"))
        return redirect(application)
    if application.type != Application.Type.NEW:
        return redirect("application_edit", reference)
    if current is Step.REVIEW:
        return _review(request, application)
    if request.method == "POST":
        return _take(request, application, current, user)
    form_class = FORMS[current]
    form = form_class(initial=form_class.initial_from(application), **_extra(form_class, application))
    return _page(request, application, form)


def _take(request: HttpRequest, application: Application, current: Step, user: User) -> HttpResponse:
    """Keep the step and go on; or, left half way, keep what was right and go home."""
    version = posted_version(request)
    form = FORMS[current](request.POST, request.FILES, **_extra(FORMS[current], application))
    if "add_party" in request.POST and isinstance(form, KindForm):
        return _page(request, application, form.grown(), version)
    is_right = form.is_valid()
    is_leaving = "later" in request.POST
    # A browser can't keep chosen files: those that were right are taken even if another was not.
    if not (is_right or is_leaving or isinstance(form, PapersForm)):
        return _page(request, application, form, version)
    try:
        application = actions.save_step(
            application=application,
            step=current,
            answers=form.answers(),
            papers=form.papers() if isinstance(form, PapersForm) else (),
            version=version,
            by=user,
            is_complete=is_right,
        )
    except ValidationError as error:
        form.add_error(None, error)
        application = own_or_404(user, application.reference)
        return _page(request, application, form)
    if is_leaving:
        messages.success(request, _("ここまでを保存しました。続きは、いつでもこのページから始められます。"))
        return redirect("register_group")
    if not is_right:
        return _page(request, application, form)
    following = Step.REVIEW if _comes_from_review(request) else steps.after(current)
    return redirect("application_step", application.reference, following)


def _review(request: HttpRequest, application: Application) -> HttpResponse:
    if request.method == "POST":
        raise Http404
    context = {
        "review": review_of(application),
        "wizard": wizard_of(application, Step.REVIEW),
        "application": application,
    }
    return render(request, "accounts/applications/review.html", context)


# Each one mails the contact that was typed, who may be anybody.
@require_POST
@ratelimit.limit("application", times=20, seconds=3600)
def submit(request: HttpRequest, reference: str) -> HttpResponse:
    user = person(request)
    application = own_or_404(user, reference)
    try:
        actions.submit_application(application=application, version=posted_version(request), by=user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("application_step", reference, Step.REVIEW)
    return redirect("application_receipt", reference)


@require_POST
def remove_document(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    user = person(request)
    application = own_or_404(user, reference)
    document = get_object_or_404(Document.objects.visible_to(user), pk=pk, application=application)
    try:
        actions.remove_document(
            document=document, application=application, version=posted_version(request), by=user
        )
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("「%(name)s」を外しました。") % {"name": document.filename})
    if application.type == Application.Type.NEW:
        return redirect("application_step", reference, Step.PAPERS)
    return redirect("application_edit", reference)


# ── Shared with the other pages of an application ────────────────────────────────────────────────────────────────


def own_or_404(user: User, reference: str) -> Application:
    """One's own application: other people's don't exist, and staff look at them in the admin."""
    queryset = Application.objects.visible_to(user).select_related("group", "applicant", "hearing_with")
    application = get_object_or_404(queryset, reference=reference)
    if not rules.is_own(user, application):
        raise PermissionDenied
    return application


def posted_version(request: HttpRequest) -> int:
    return numbers.typed(request.POST.get("version", "")) or 0


def _comes_from_review(request: HttpRequest) -> bool:
    """Opened by 直す: once it is mended, the review goes on."""
    return request.GET.get("from") == Step.REVIEW


def next_step(application: Application) -> Step:
    """Where to go on: the first step not ticked off."""
    done = set(application.completed_steps)
    return next((one for one in steps.FILLED_IN if one.value not in done), Step.REVIEW)


def _known(step: str) -> Step:
    try:
        return Step(step)
    except ValueError as error:
        raise Http404 from error


def _extra(form_class: type[StepForm], application: Application) -> dict[str, Any]:
    if not issubclass(form_class, PapersForm):
        return {}
    has_bylaws = application.documents.current().filter(kind=Document.Kind.BYLAWS).exists()
    return {"needs_bylaws": steps.needs_bylaws(application) and not has_bylaws}


def _page(
    request: HttpRequest, application: Application, form: StepForm, version: int | None = None
) -> HttpResponse:
    """`version`: what the person was looking at, when the page is shown again because of what was typed."""
    context = {
        "application": application,
        "wizard": wizard_of(application, form.step),
        "comes_from_review": _comes_from_review(request),
        "form": form,
        "version": application.version if version is None else version,
        "documents": application.documents.current() if form.step is Step.PAPERS else (),
    }
    return render(request, f"accounts/applications/step_{form.step.value}.html", context)
