"""What a request has read once and asks for again: the opening hours stand on the page and in its footer.

Remembered within one request and by nobody else, so that nothing shown can be older than the page itself. Outside a
request (a task, a command, a test of an action) nothing is remembered.
"""

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse

Answer = TypeVar("Answer")

_read: ContextVar[dict[Hashable, Any] | None] = ContextVar("read", default=None)


class MemoMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _read.set({})
        try:
            return self.get_response(request)
        finally:
            _read.reset(token)


def keep(what: Hashable, answer: object) -> None:
    """Something that came along with another answer; nothing outside of a request."""
    known = _read.get()
    if known is not None:
        known[what] = answer


def kept(what: Hashable) -> Any:
    """What was kept in this request, or None."""
    return (_read.get() or {}).get(what)


def once_a_request(read: Callable[[], Answer]) -> Callable[[], Answer]:
    """For a function without arguments whose answer a request may see only once; callers must not change it."""

    @wraps(read)
    def remembered() -> Answer:
        known = _read.get()
        if known is None:
            return read()
        if read not in known:
            known[read] = read()
        answer: Answer = known[read]
        return answer

    return remembered
