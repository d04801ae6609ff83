"""A group's page for its people and the centre's staff, and what its representative keeps up to date."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions import groups as actions
from accounts.forms.groups import ContactForm, DirectoryEntryForm
from accounts.models import Group, User
from accounts.queries.directory import listed_groups, public_profile
from accounts.queries.groups import group_of, group_page
from accounts.requests import person
from accounts.rules import groups as rules


@login_not_required
@require_GET
def group(request: HttpRequest, number: str) -> HttpResponse:
    """One address for all: its people see the group, others its entry in the directory if it has one."""
    if isinstance(request.user, User) and (found := group_of(request.user, number)):
        return render(request, "accounts/group.html", {"page": group_page(found, request.user)})
    listed = get_object_or_404(listed_groups(), number=number)
    return render(request, "accounts/group_public.html", {"profile": public_profile(listed)})


@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, number: str) -> HttpResponse:
    user, group = person(request), _editable(request, number)
    initial = {name: getattr(group, name) for name in ContactForm.base_fields}
    form = ContactForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.update_contact(group=group, by=user, **form.cleaned_data)
        messages.success(request, _("保存しました。"))
        return redirect(group)
    return render(request, "accounts/group_contact.html", {"form": form, "group": group})


@require_http_methods(["GET", "POST"])
def directory_entry(request: HttpRequest, number: str) -> HttpResponse:
    """The button 公開前に見る shows the choice as others would see it and saves nothing."""
    user, group = person(request), _editable(request, number)
    initial = {"is_listed": group.is_listed, "public_fields": group.public_fields}
    form = DirectoryEntryForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if "preview" not in request.POST:
            actions.update_directory(group=group, by=user, **form.cleaned_data)
            messages.success(request, _("保存しました。"))
            return redirect(group)
        group.is_listed = form.cleaned_data["is_listed"]
        group.public_fields = form.cleaned_data["public_fields"]
    context = {
        "form": form,
        "group": group,
        "profile": public_profile(group) if group.is_listed else None,
        "is_preview": "preview" in request.POST,
    }
    return render(request, "accounts/directory_entry.html", context)


def _editable(request: HttpRequest, number: str) -> Group:
    user = person(request)
    group = get_object_or_404(Group.objects.visible_to(user), number=number)
    if not rules.can_edit_profile(user, group):
        raise PermissionDenied
    return group
