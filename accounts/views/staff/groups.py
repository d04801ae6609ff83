"""Steps of a registration's life: buttons on the group's page in the admin."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import exports as files
from accounts.actions import groups as actions
from accounts.actions import members
from accounts.forms.groups import SuspensionForm
from accounts.models import Group, MemberChange
from accounts.requests import person
from accounts.views.staff import steps
from kyodo import clock, exports

PAGE = "admin:accounts_group_change"


@require_POST
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    group = _visible(request, pk)
    form = SuspensionForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return steps.take(
        request,
        lambda: actions.suspend_group(group=group, reason=reason, by=person(request)),
        _("利用を止めました。代表者にメールで知らせます。"),
        back=PAGE,
        pk=pk,
    )


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    group = _visible(request, pk)
    return steps.take(
        request,
        lambda: actions.resume_group(group=group, by=person(request)),
        _("利用を再開しました。代表者にメールで知らせます。"),
        back=PAGE,
        pk=pk,
    )


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    group = _visible(request, pk)
    return steps.take(
        request,
        lambda: actions.close_group(group=group, by=person(request)),
        _("登録を終わりにしました。代表者にメールで知らせます。"),
        back=PAGE,
        pk=pk,
    )


@require_POST
def undo_change(request: HttpRequest, pk: int, change: int) -> HttpResponse:
    user = person(request)
    row = get_object_or_404(MemberChange.objects.visible_to(user), group=_visible(request, pk), pk=change)
    return steps.take(
        request,
        lambda: members.undo_change(change=row, by=user),
        _("元に戻しました。本人と代表者にメールで知らせます。"),
        back=PAGE,
        pk=pk,
    )


@require_GET
def as_csv(request: HttpRequest) -> HttpResponse:
    """All registered groups as a file."""
    user = person(request)
    if not user.has_perm("accounts.view_group"):
        raise PermissionDenied
    listed = Group.objects.visible_to(user).defer("search").prefetch_related("fields", "wards")
    sheet = files.groups(listed)
    name = f"kyodo-groups-{clock.today():%Y%m%d}.csv"
    return exports.response(exports.rows_as_csv(sheet.headings, sheet.rows), exports.CSV, name)


def _visible(request: HttpRequest, pk: int) -> Group:
    return get_object_or_404(Group.objects.visible_to(person(request)), pk=pk)
