"""A form that could not be taken because the session had ended, or its ticket had grown old: nothing of it is lost.

    1. The refused POST is set aside here: sealed, for an hour, and only the browser that sent it holds the key.
    2. The person signs in, or is sent back at once, to the page that the form stands on, with `?unsent=<which>`.
    3. UnsentFormMiddleware puts what was typed into the form of that page. Nothing is sent until they press again.

Only to the one who typed it: whoever else signs in at the desk gets the page without it.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kyodo import clock, device, ratelimit, refilling
from kyodo.models import UnsentForm

PARAMETER = "unsent"
COOKIE = "kyodo_unsent"
KEPT = timedelta(hours=1)
LARGEST = 1024 * 1024
# What one browser may have kept for it in an hour.
TIMES, SECONDS = 60, 3600
# Proofs of who somebody is are asked for anew.
NEVER_KEPT = ("csrfmiddlewaretoken", "credential", "code")


@dataclass(frozen=True)
class Typed:
    """A form as it was sent: by whom, where to, from which page, and its fields in their order."""

    person: int | None
    """None: by somebody who was not signed in."""
    address: str
    page: str
    fields: list[tuple[str, str]]
    had_files: bool


def is_from_our_pages(request: HttpRequest) -> bool:
    """No other site puts words into a form of ours. Silence counts as Django counts it: over https it is a no."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    if origin is None:
        return not request.is_secure()
    parts = urlsplit(origin)
    return (parts.scheme, parts.netloc) == (request.scheme, request.get_host())


def is_from_a_script(request: HttpRequest) -> bool:
    """What a script asks for by itself is no form that somebody waits for."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"


def page_of(request: HttpRequest) -> str:
    """The page that the sent form stands on; where the browser does not say it, the address it was sent to."""
    referer = urlsplit(request.headers.get("Referer", ""))
    if (referer.scheme, referer.netloc) != (request.scheme, request.get_host()):
        return request.get_full_path()
    query = QueryDict(referer.query, mutable=True)
    query.pop(PARAMETER, None)
    return f"{referer.path}?{query.urlencode()}" if query else referer.path


def to_sign_in(request: HttpRequest, entrance: str) -> HttpResponse:
    """Nobody is signed in (any more): by the entrance back to the page, with what was typed in it."""
    if is_from_a_script(request):
        return HttpResponse(
            _("ログインの時間が切れました。ページを読み込みなおしてください。"),
            status=401,
            content_type="text/plain; charset=utf-8",
        )
    person = request.user.pk or device.last_person(request)
    # Without knowing whose it is, nobody could be shown it.
    kept = _set_aside(request, person) if person else None
    response = redirect_to_login(_with_parameter(page_of(request), kept), entrance)
    return _with_key(request, response, kept)


def back_to_the_form(request: HttpRequest) -> HttpResponse | None:
    """The ticket of the form has grown old: to its page again, with what was typed in it. None: it can't be kept."""
    if not request.COOKIES or is_from_a_script(request) or not is_from_our_pages(request):
        return None
    kept = _set_aside(request, request.user.pk)
    if kept is None:
        return None
    return _with_key(request, redirect(_with_parameter(page_of(request), kept)), kept)


def typed_fields(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NEVER_KEPT and "password" not in name
        for value in values
    ]


@dataclass(frozen=True)
class _Kept:
    pk: uuid.UUID
    key: str


def _set_aside(request: HttpRequest, person: int | None) -> _Kept | None:
    if request.method != "POST" or not ratelimit.allow_address(
        request, "unsent", times=TIMES, seconds=SECONDS
    ):
        return None
    typed = Typed(
        person, request.get_full_path(), page_of(request), typed_fields(request), bool(request.FILES)
    )
    text = json.dumps(asdict(typed)).encode()
    if len(text) > LARGEST:
        return None
    key = request.COOKIES.get(COOKIE, "")
    try:
        sealed = Fernet(key).encrypt(text)
    except ValueError:
        key = Fernet.generate_key().decode()
        sealed = Fernet(key).encrypt(text)
    row = UnsentForm.objects.create(sealed=sealed, ends_at=clock.now() + KEPT)
    return _Kept(row.pk, key)


def _with_parameter(page: str, kept: _Kept | None) -> str:
    if kept is None:
        return page
    return f"{page}{'&' if '?' in page else '?'}{urlencode({PARAMETER: kept.pk})}"


def _with_key(request: HttpRequest, response: HttpResponse, kept: _Kept | None) -> HttpResponse:
    if kept:
        response.set_cookie(
            COOKIE,
            kept.key,
            max_age=KEPT,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


def _opened(request: HttpRequest, which: str) -> Typed | None:
    """What was set aside, for the browser that sent it and the person who typed it."""
    try:
        row = UnsentForm.objects.get(pk=uuid.UUID(which), ends_at__gt=clock.now())
        text = Fernet(request.COOKIES.get(COOKIE, "")).decrypt(bytes(row.sealed))
    except (ValueError, UnsentForm.DoesNotExist, InvalidToken):
        return None
    value = json.loads(text)
    value["fields"] = [(name, typed) for name, typed in value["fields"]]
    return Typed(**value) if value["person"] == request.user.pk else None


class UnsentFormMiddleware:
    """Puts what was set aside into the page that is asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        which = request.GET.get(PARAMETER) if request.method == "GET" else None
        if which is None:
            return self.get_response(request)
        # Pages read their own parameters only; on the way to sign in, this one stays in the address.
        own = QueryDict(request.META.get("QUERY_STRING", ""), mutable=True)
        del own[PARAMETER]
        request.GET = own  # type: ignore[assignment]
        typed = _opened(request, which)
        if typed:
            messages.warning(request, _to_say(typed))
        elif request.user.is_authenticated:
            messages.info(
                request,
                _("前に入力されたものは、時間がたったか、入力した方とは別の方のため、出していません。"),
            )
        response = self.get_response(request)
        if isinstance(response, HttpResponseRedirectBase):
            return _along(response, which)
        if typed is None or response.streaming:
            return response
        return _filled(request, response, typed)


def _to_say(typed: Typed) -> str:
    said = _(
        "まだ送っていません。入力したものは、下のフォームに残っています。確かめて、もう一度ボタンを押してください。"
    )
    if typed.had_files:
        said += _("ファイルだけは残せません。もう一度選んでください。")
    return said


def _along(response: HttpResponseRedirectBase, which: str) -> HttpResponse:
    """A page that leads on within the site takes it along; the way to sign in has it in its `next`."""
    parts = urlsplit(response.url)
    if not parts.netloc and which not in response.url:
        query = f"{parts.query}&" if parts.query else ""
        response["Location"] = parts._replace(query=query + urlencode({PARAMETER: which})).geturl()
    return response


def _filled(request: HttpRequest, response: HttpResponse, typed: Typed) -> HttpResponse:
    if response.status_code == 200 and response.get("Content-Type", "").startswith("text/html"):
        page = refilling.refill(
            response.content.decode(),
            page=request.build_absolute_uri(request.path),
            address=request.build_absolute_uri(typed.address),
            typed=typed.fields,
        )
        if page is not None:
            response.content = page.encode()
            return response
    return render(request, "unsent.html", {"address": typed.address, "typed": shown(typed.fields)})


@dataclass(frozen=True)
class ShownField:
    name: str
    value: str
    is_text: bool


def shown(fields: list[tuple[str, str]]) -> list[ShownField]:
    return [ShownField(name, value, refilling.is_text(value)) for name, value in fields]


def forget_old() -> int:
    return UnsentForm.objects.filter(ends_at__lt=clock.now()).delete()[0]
