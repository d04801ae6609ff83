"""What managers do with an account: buttons on the person's page in the admin."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actions import people as actions
from accounts.forms.people import RoleForm
from accounts.models import User
from accounts.requests import person, prove_again
from accounts.rules import people as rules
from accounts.views.staff import steps

PAGE = "admin:accounts_user_change"


@require_POST
def set_role(request: HttpRequest, pk: int) -> HttpResponse:
    if not rules.can_manage_people(person(request)):
        raise PermissionDenied
    prove_again(request)
    user = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("役割を選んでください。"))
        return redirect(PAGE, pk)
    return steps.take(
        request,
        lambda: actions.set_role(user=user, by=person(request), **form.cleaned_data),
        _("役割を変えました。"),
        back=PAGE,
        pk=pk,
    )


@require_POST
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    return _take(request, pk, actions.deactivate_person, _("アカウントを停止し、ログアウトさせました。"))


@require_POST
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    return _take(request, pk, actions.reactivate_person, _("アカウントをまた使えるようにしました。"))


@require_POST
def send_password_reset(request: HttpRequest, pk: int) -> HttpResponse:
    return _take(request, pk, actions.send_password_reset, _("パスワードを決め直すメールを送りました。"))


@require_POST
def reset_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    if not rules.can_manage_people(person(request)):
        raise PermissionDenied
    prove_again(request)
    return _take(
        request, pk, actions.reset_second_factor, _("二段階認証の設定を取り消し、メールで知らせました。")
    )


def _take(request: HttpRequest, pk: int, action: Callable[..., object], done: str) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    return steps.take(request, lambda: action(user=user, by=person(request)), done, back=PAGE, pk=pk)
