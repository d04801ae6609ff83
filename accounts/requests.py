"""What views of every floor ask of a request."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User


def person(request: HttpRequest) -> User:
    """Who is signed in. Only for views behind sign-in: elsewhere look at `request.user` first."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
