"""What views of every floor ask of a request."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User
from kyodo import access


def person(request: HttpRequest) -> User:
    """Who is signed in. Only for views behind sign-in: elsewhere look at `request.user` first."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def staff(request: HttpRequest) -> User:
    """The member of the centre's staff at work; anybody else is refused, whatever door let them in."""
    user = person(request)
    if not access.may_enter_admin(request):
        raise PermissionDenied
    return user


def ward_officer(request: HttpRequest) -> User:
    """The ward centre's officer at work, with a second factor where the site asks for one."""
    user = person(request)
    if not (user.is_active and user.is_ward_officer and access.has_second_factor(request)):
        raise PermissionDenied
    return user


def prove_again(request: HttpRequest) -> None:
    """Before what a screen left alone must not do: whoever sits there shows once more who they are.

    allauth leads there and, once it is shown, goes on with what was pressed. Who has just done so is not asked.
    """
    raise_if_reauthentication_required(request, app="allauth.account")
