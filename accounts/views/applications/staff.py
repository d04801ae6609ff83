"""Applications in the admin: one page with everything to decide by, its buttons, and the form for paper."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import applications as actions
from accounts.forms.applications.staff import ApproveForm, CriteriaForm, FixHearingForm, ReasonForm
from accounts.forms.applications.whole import PaperApplicationForm
from accounts.models import Application, User
from accounts.queries import recipients
from accounts.queries.application_pages import staff_page
from accounts.rules import applications as rules
from accounts.views.applications.wizard import posted_version
from kyodo import access, clock

UNPROCESSABLE = 422


@require_http_methods(["GET"])
def application_page(request: HttpRequest, pk: int) -> HttpResponse:
    user = _staff(request)
    return _show(request, user, _application(user, pk))


@require_POST
def check_criteria(request: HttpRequest, pk: int) -> HttpResponse:
    """Refused, for a colleague was quicker perhaps, the form comes back with every word that was typed."""
    user = _decider(request)
    application = _application(user, pk)
    form = CriteriaForm(request.POST, checks={})
    if form.is_valid():
        try:
            actions.check_criteria(
                application=application,
                findings=form.findings(),
                version=posted_version(request),
                by=user,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("要件の確認を保存しました。"))
            return _to_page(pk, "criteria")
    return _show(request, user, _application(user, pk), criteria=form)


@require_POST
def confirm_criteria(request: HttpRequest, pk: int) -> HttpResponse:
    """A second button of the same form: what was typed beside the criteria is saved too."""
    user = _decider(request)
    form = CriteriaForm(request.POST, checks={})
    if form.is_valid():
        try:
            actions.confirm_criteria(
                application=_application(user, pk),
                notes={criterion: finding.note for criterion, finding in form.findings().items()},
                version=posted_version(request),
                by=user,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("4つの要件を引き継ぎました。"))
            return _to_page(pk, "criteria")
    return _show(request, user, _application(user, pk), criteria=form)


@require_POST
def fix_hearing(request: HttpRequest, pk: int) -> HttpResponse:
    user = _decider(request)
    application = _application(user, pk)
    form = FixHearingForm(request.POST, application=application, by=user)
    if form.is_valid():
        try:
            actions.fix_hearing(
                application=application,
                begins_at=form.begins_at,
                way=form.cleaned_data["way"],
                place=form.cleaned_data["place"],
                staff=form.cleaned_data["staff"],
                version=posted_version(request),
                by=user,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("ヒアリングの日時を決めました。") + _told(application))
            return _to_page(pk)
    return _show(request, user, _application(user, pk), hearing=form)


@require_POST
def return_application(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_reason(request, pk, actions.return_application, "returning", _("確認のお願いを送りました。"))


@require_POST
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_reason(request, pk, actions.reject_application, "rejecting", _("見送りを記録しました。"))


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    user = _decider(request)
    application = _application(user, pk)
    form = ApproveForm(request.POST, is_before_hearing=rules.is_before_hearing(application, clock.now()))
    if not form.is_valid():
        return _show(request, user, application, approving=form)
    return _step(
        request,
        pk,
        lambda application, version, user: actions.approve_application(
            application=application, version=version, by=user
        ),
        _("登録しました。"),
    )


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(
        request,
        pk,
        lambda application, version, user: actions.withdraw_application(
            application=application, version=version, by=user
        ),
        _("取り下げました。"),
    )


# ── Paper ────────────────────────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "POST"])
def enter_paper(request: HttpRequest) -> HttpResponse:
    user = _staff(request)
    if not rules.can_enter_paper(user):
        raise PermissionDenied
    if request.method != "POST":
        return _paper(request, PaperApplicationForm())
    form = PaperApplicationForm(request.POST, request.FILES)
    if "add_party" in request.POST:
        return _paper(request, form.grown())
    if form.is_valid():
        try:
            application = actions.enter_paper_application(
                answers=form.answers(), papers=form.papers(), by=user
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            text = _("紙の申請を受け付けました。受付番号は %(reference)s です。")
            messages.success(request, text % {"reference": application.reference})
            return _to_page(application.pk)
    return _paper(request, form)


@require_http_methods(["GET", "POST"])
def correct_paper(request: HttpRequest, pk: int) -> HttpResponse:
    user = _staff(request)
    application = _application(user, pk)
    if not application.is_paper or not rules.can_enter_paper(user):
        raise PermissionDenied
    if request.method != "POST":
        initial = PaperApplicationForm.initial_from(application)
        return _paper(request, PaperApplicationForm(initial=initial), application, application.version)
    version = posted_version(request)
    form = PaperApplicationForm(request.POST, request.FILES)
    if "add_party" in request.POST:
        return _paper(request, form.grown(), application, version)
    if form.is_valid():
        try:
            actions.correct_paper_application(
                application=application,
                answers=form.answers(),
                papers=form.papers(),
                version=version,
                by=user,
            )
        except ValidationError as error:
            form.add_error(None, error)
            version = _application(user, pk).version
        else:
            messages.success(request, _("申請の内容を直しました。"))
            return _to_page(pk)
    return _paper(request, form, application, version)


def _paper(
    request: HttpRequest, form: forms.Form, application: Application | None = None, version: int = 0
) -> HttpResponse:
    title = _("紙の申請を直す") if application else _("紙の申請を入力する")
    context = {"title": title, "form": form, "application": application, "version": version}
    return _render(request, "admin/accounts/application/paper.html", context, _status(form))


# ── Shared ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _staff(request: HttpRequest) -> User:
    user = request.user
    if not access.may_enter_admin(request) or not isinstance(user, User):
        raise PermissionDenied
    return user


def _decider(request: HttpRequest) -> User:
    """Refused before anything typed is looked at; the actions ask again."""
    user = _staff(request)
    if not rules.can_decide(user):
        raise PermissionDenied
    return user


def _application(user: User, pk: int) -> Application:
    queryset = Application.objects.visible_to(user).select_related(
        "applicant", "group", "hearing_with", "decided_by", "entered_by"
    )
    return get_object_or_404(queryset, pk=pk)


def _step(
    request: HttpRequest,
    pk: int,
    run: Callable[[Application, int, User], Application],
    done: str,
    anchor: str = "",
) -> HttpResponse:
    """One press of a button: the action, or its refusal in words."""
    user = _staff(request)
    try:
        run(_application(user, pk), posted_version(request), user)
    except ValidationError as error:
        return _refused(request, pk, error.messages[0])
    messages.success(request, done)
    return _to_page(pk, anchor)


def _with_reason(
    request: HttpRequest, pk: int, action: Callable[..., Application], name: str, done: str
) -> HttpResponse:
    user = _decider(request)
    application = _application(user, pk)
    form = ReasonForm(request.POST, prefix=name)
    if form.is_valid():
        try:
            action(
                application=application,
                reason=form.cleaned_data["reason"],
                version=posted_version(request),
                by=user,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, done + _told(application))
            return _to_page(pk)
    return _show(request, user, _application(user, pk), **{name: form})


def _told(application: Application) -> str:
    """Whether a mail went out, or somebody must pick up the phone."""
    has_address = bool(recipients.of_application(application))
    return (
        _("メールでお知らせします。")
        if has_address
        else _("メールアドレスがないので、電話で伝えてください。")
    )


def _refused(request: HttpRequest, pk: int, text: str) -> HttpResponse:
    messages.error(request, text)
    return _to_page(pk)


def _to_page(pk: int, anchor: str = "") -> HttpResponse:
    return redirect(
        reverse("admin:accounts_application_change", args=[pk]) + (f"#{anchor}" if anchor else "")
    )


def _show(request: HttpRequest, user: User, application: Application, **bound: forms.Form) -> HttpResponse:
    """The page; a form that was refused is shown again as it was typed."""
    page = staff_page(application, user)
    context: dict[str, Any] = {
        "title": f"{application.name}（{application.reference}）",
        "page": page,
        "application": application,
    }
    if page.may_decide and page.is_waiting:
        context |= {
            "criteria": CriteriaForm(
                checks={one.criterion.value: (one.is_met, one.note) for one in page.checks}
            ),
            "approving": ApproveForm(is_before_hearing=page.is_before_hearing),
            "hearing": FixHearingForm(application=application, by=user),
            "returning": ReasonForm(prefix="returning"),
            "rejecting": ReasonForm(prefix="rejecting"),
        }
    status = max((_status(form) for form in bound.values()), default=200)
    return _render(request, "admin/accounts/application/page.html", context | bound, status)


def _status(form: forms.Form) -> int:
    return UNPROCESSABLE if form.is_bound and form.errors else 200


def _render(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    frame = admin.site.each_context(request)
    return TemplateResponse(request, template, {**frame, "opts": Application._meta, **context}, status=status)
