"""How a button of the admin acts: one action, what came of it as a message, and back to the page."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def take(request: HttpRequest, act: Callable[[], object], done: str, *, back: str, pk: int) -> HttpResponse:
    try:
        act()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return redirect(back, pk)
