"""The log of who signed in and who was refused."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest

from accounts import sign_in_limits
from accounts.models import SignIn, User
from kyodo import clock, ratelimit

# Whoever tries without end fills no table: so many rows an hour of one address.
ROWS, SECONDS = 120, 3600
BROWSER_CHARACTERS = 200


def record_sign_in(*, request: HttpRequest, outcome: str, email: str) -> None:
    """By what was typed; an address that no account has is not kept."""
    if not ratelimit.allow_address(request, "sign_in_row", times=ROWS, seconds=SECONDS):
        return
    SignIn.objects.create(
        user=User.objects.filter(email__iexact=email.strip()).first(),
        outcome=outcome,
        address=ratelimit.address(request)[:45],
        browser=request.headers.get("User-Agent", "").replace("\x00", "")[:BROWSER_CHARACTERS],
        is_own_device=sign_in_limits.is_own_device(request, email),
    )


def forget_old_sign_ins() -> int:
    over = clock.now() - timedelta(days=settings.SIGN_IN_LOG_DAYS)
    return SignIn.objects.filter(happened_at__lt=over).delete()[0]
