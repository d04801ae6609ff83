"""How much anybody may send: refused before a byte of it is read.

Looking for the CSRF token reads the whole form into files first, on any page and for anybody.
"""

from collections.abc import Callable

from anymail.utils import get_request_basic_auth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from kyodo import device, numbers, ratelimit

View = Callable[..., HttpResponse]

MEGABYTE = 1024 * 1024
# Few forms of the public take files; those of an application take twelve papers at once.
MOST_FROM_ANYBODY = 2 * MEGABYTE
MOST_FROM_A_PERSON = 130 * MEGABYTE
# Forms with files from one address without an account: all that it may make us write to the disk in an hour.
LARGE_FORMS, LARGE_FORMS_SECONDS = 40, 3600


class BodySizeMiddleware:
    """Without an account only views that say so (takes_files_from_anybody) take more than words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = str(request.META.get("CONTENT_LENGTH") or "0")
        size = numbers.typed(announced)
        if size is None or size > MOST_FROM_A_PERSON:
            return _too_large()
        if size > MOST_FROM_ANYBODY and not (_is_a_person(request) or _is_mail_provider(request)):
            if not _takes_files(request):
                return _too_large()
            if not ratelimit.allow_address(
                request, "large_form", times=LARGE_FORMS, seconds=LARGE_FORMS_SECONDS
            ):
                return _too_often()
        return self.get_response(request)


def takes_files_from_anybody(view: View) -> View:
    """Marks a view whose form brings files of people without an account."""
    view.takes_files_from_anybody = True  # type: ignore[attr-defined]
    return view


def _takes_files(request: HttpRequest) -> bool:
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return getattr(view, "takes_files_from_anybody", False)


def _is_a_person(request: HttpRequest) -> bool:
    """Signed in, or so until a moment ago: the words of their form are kept (kyodo.unsent), so it must be read."""
    return request.user.is_authenticated or device.last_person(request) is not None


def _is_mail_provider(request: HttpRequest) -> bool:
    """A mail that comes in, from whoever knows the secret that the settings give to the provider."""
    secret = settings.ANYMAIL.get("WEBHOOK_SECRET")
    if not secret or request.path != f"/{settings.INBOUND_PATH}":
        return False
    given: str | None = get_request_basic_auth(request)  # type: ignore[no-untyped-call]
    return constant_time_compare(given or "", secret)


def _too_large() -> HttpResponse:
    return HttpResponse(
        _("送られたものが大きすぎます。ファイルを小さくするか、分けて送ってください。"),
        status=413,
        content_type="text/plain; charset=utf-8",
    )


def _too_often() -> HttpResponse:
    return HttpResponse(
        _("短い間に何度も送られたため、受付を止めました。1時間ほどたつと、また送れます。"),
        status=429,
        content_type="text/plain; charset=utf-8",
        headers={"Retry-After": str(LARGE_FORMS_SECONDS)},
    )
