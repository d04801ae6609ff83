"""Somebody without an account presses 参加する: they join once they have signed up or in."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from accounts.actions import members
from accounts.models import Group, Invitation, User

PRESSED_AT = "joining"
ADDRESS = "joining_address"
"""Not allauth's own place for a proved address: whoever signs up next at the same desk would find it filled in."""


def remember(request: HttpRequest, *, address: str = "") -> None:
    """Where it was pressed, which also goes along as where to lead afterwards, and the address the link has proved."""
    request.session[PRESSED_AT] = request.path
    request.session[ADDRESS] = address


def complete(request: HttpRequest, user: User, redirect_url: str | None) -> Group | None:
    """Join the group, where this very sign-in was begun by the button. Whoever signs in at the same desk later, on a way
    of their own, joins nothing."""
    path = request.session.pop(PRESSED_AT, None)
    if not path or path != redirect_url:
        return None
    invitation = _invitation_at(path)
    if invitation is None:
        return None
    try:
        members.accept_invitation(invitation=invitation, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return None
    messages.success(request, _("%(group)sに参加しました。") % {"group": invitation.group})
    return invitation.group


def address_shown(request: HttpRequest) -> str:
    """The address that the invitation's link has shown to be the visitor's, on the way from there through sign-up; empty
    for everybody else."""
    way_back = request.POST.get("next") or request.GET.get("next")
    if not way_back or way_back != request.session.get(PRESSED_AT):
        return ""
    return request.session.get(ADDRESS) or ""


def _invitation_at(path: str) -> Invitation | None:
    try:
        token = resolve(path).kwargs.get("token", "")
    except Resolver404:
        return None
    invitations = Invitation.objects.select_related("group")
    return invitations.filter(token_hash=members.token_hash(token)).first()
