"""Members of a group: their roles, the representative's hand-over, leaving."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions import members as actions
from accounts.forms.groups import ContactPersonForm, MemberRoleForm
from accounts.models import Group, Membership
from accounts.queries.groups import contact_after_hand_over
from accounts.requests import person
from accounts.rules import groups as rules


@require_GET
def member(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Everything that can be done with one member, each with its own button."""
    membership = _manageable(request, number, pk)
    form = MemberRoleForm(initial={"role": membership.role})
    return render(request, "accounts/member.html", {"membership": membership, "form": form})


@require_POST
def change_role(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    membership = _manageable(request, number, pk)
    form = MemberRoleForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/member.html", {"membership": membership, "form": form})
    role = form.cleaned_data["role"]
    return _try(
        request,
        membership.group,
        lambda: actions.change_role(membership=membership, role=role, by=person(request)),
        _("役割を変えました。"),
    )


@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Says what follows, and asks whom the centre reaches from now on."""
    membership = _manageable(request, number, pk)
    initial = contact_after_hand_over(membership)
    form = ContactPersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        return _try(
            request,
            membership.group,
            lambda: actions.hand_over(to=membership, contact=form.contact, by=person(request)),
            _("%(name)sさんに代表者を引き継ぎました。") % {"name": membership.user},
        )
    context = {"membership": membership, "form": form}
    return render(request, "accounts/hand_over.html", context)


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Says what follows, then does it."""
    membership = _manageable(request, number, pk)
    if request.method == "GET":
        return render(request, "accounts/remove_member.html", {"membership": membership})
    return _try(
        request,
        membership.group,
        lambda: actions.remove_member(membership=membership, by=person(request)),
        _("メンバーから外しました。"),
    )


@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, number: str) -> HttpResponse:
    user = person(request)
    membership = get_object_or_404(
        Membership.objects.select_related("group"), group__number=number, user=user
    )
    if request.method == "GET":
        return render(request, "accounts/leave_group.html", {"membership": membership})
    try:
        actions.leave_group(group=membership.group, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(membership.group)
    messages.success(request, _("%(group)sから抜けました。") % {"group": membership.group})
    return redirect("my")


def _manageable(request: HttpRequest, number: str, pk: int) -> Membership:
    user = person(request)
    group = get_object_or_404(Group.objects.visible_to(user), number=number)
    membership = get_object_or_404(
        Membership.objects.visible_to(user).select_related("user"), group=group, pk=pk
    )
    membership.group = group
    if not rules.can_manage_members(user, group):
        raise PermissionDenied
    return membership


def _try(request: HttpRequest, group: Group, act: Callable[[], object], done: str) -> HttpResponse:
    """Act and return to the group, with what came of it as a message."""
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect(group)
