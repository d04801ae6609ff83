"""Inviting people to a group, and the page behind the link in the mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import members as actions
from accounts.forms.groups import InvitationForm
from accounts.models import Group, Invitation, User
from accounts.queries.groups import invitation_page
from accounts.requests import person
from accounts.rules import groups as rules
from kyodo import ratelimit


# Sent and taken back in turns, invitations would mail strangers without end.
@require_http_methods(["GET", "POST"])
@ratelimit.limit("invitation", times=60, seconds=3600)
def invite(request: HttpRequest, number: str) -> HttpResponse:
    user, group = person(request), _manageable(request, number)
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.invite_member(group=group, by=user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request,
                _("%(email)s に招待を送りました。期限は%(days)s日です。")
                % {"email": form.cleaned_data["email"], "days": actions.INVITATION_DAYS},
            )
            return redirect(group)
    context = {"form": form, "group": group, "days": actions.INVITATION_DAYS}
    return render(request, "accounts/invite.html", context)


@require_POST
def revoke(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    user, group = person(request), _manageable(request, number)
    found = get_object_or_404(Invitation, group=group, pk=pk)
    try:
        actions.revoke_invitation(invitation=found, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("招待を取り消しました。"))
    return redirect(group)


@login_not_required
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link sees which group it is for; joining takes an account and a press of the button."""
    found = get_object_or_404(
        Invitation.objects.select_related("group"), token_hash=actions.token_hash(token)
    )
    user = request.user if isinstance(request.user, User) else None
    if request.method == "POST":
        if user is None:
            return redirect_to_login(request.path)
        try:
            actions.accept_invitation(invitation=found, by=user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(request.path)
        messages.success(request, _("%(group)sに参加しました。") % {"group": found.group})
        return redirect(found.group)
    return render(request, "accounts/invitation.html", {"page": invitation_page(found, user)})


def _manageable(request: HttpRequest, number: str) -> Group:
    user = person(request)
    group = get_object_or_404(Group.objects.visible_to(user), number=number)
    if not rules.can_manage_members(user, group):
        raise PermissionDenied
    return group
