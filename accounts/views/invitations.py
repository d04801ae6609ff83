"""Inviting people to a group, and the page behind the link in the mail."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import joining
from accounts.actions import members as actions
from accounts.forms.groups import InvitationForm
from accounts.models import Group, Invitation, User
from accounts.queries.groups import invitation_page, invitations_for
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
    """Whoever holds the link sees which group it is for; joining takes an account and a press of the button.

    Pressed without an account, they join once they have signed up or in (accounts.adapter). The link came by mail, so
    whoever holds it has shown that the address is theirs: signing up with it takes no second mail.
    """
    found = get_object_or_404(
        Invitation.objects.select_related("group", "invited_by"), token_hash=actions.token_hash(token)
    )
    user = request.user if isinstance(request.user, User) else None
    if request.method == "POST" and user is None:
        return _come_back_to_join(request, found)
    return _answer(request, found, user)


@require_http_methods(["GET", "POST"])
def own_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """The same from /my/, for whoever has the address it went to."""
    user = person(request)
    waiting = invitations_for(user).select_related("group", "invited_by")
    return _answer(request, get_object_or_404(waiting, pk=pk), user)


def _answer(request: HttpRequest, found: Invitation, user: User | None) -> HttpResponse:
    if request.method != "POST" or user is None:
        return render(request, "accounts/invitation.html", {"page": invitation_page(found, user)})
    try:
        actions.accept_invitation(invitation=found, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(request.path)
    messages.success(request, _("%(group)sに参加しました。") % {"group": found.group})
    return redirect(found.group)


def _come_back_to_join(request: HttpRequest, found: Invitation) -> HttpResponse:
    if "sign_up" not in request.POST:
        joining.remember(request)
        return redirect_to_login(request.path)
    joining.remember(request, address=found.email if found.is_open else "")
    query = urlencode({"next": request.path})
    return redirect(f"{reverse('account_signup')}?{query}")


def _manageable(request: HttpRequest, number: str) -> Group:
    user = person(request)
    group = get_object_or_404(Group.objects.visible_to(user), number=number)
    if not rules.can_manage_members(user, group):
        raise PermissionDenied
    return group
