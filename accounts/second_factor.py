"""What follows when a second factor was set up, and when one was refused. Called by allauth's signals."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from accounts.actions import sign_ins
from accounts.models import SignIn, User


def count_new_factor(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Setting one up proves it: staff need not type the next code right after the first one."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def record_refusal(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Whoever came so far had the password, or sits at a screen that was left."""
    sign_ins.record_sign_in(request=request, outcome=SignIn.Outcome.WRONG_FACTOR, email=user.email)
