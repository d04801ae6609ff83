"""The addresses of the consultation page's buttons; ConsultationAdmin hangs them in."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from consultations.views.staff import attachments, presence, steps, writing

STEPS: dict[str, Callable[..., Any]] = {
    "assign": steps.assign,
    "start": steps.start,
    "wait": steps.wait,
    "close": steps.close,
    "reopen": steps.reopen,
    "decline-reopening": steps.decline_reopening,
    "seen": steps.seen,
    "tag": steps.tag,
    "note": writing.note,
    "talk": writing.talk,
    "presence": presence.beat,
}


def page_urls(enter: Callable[..., Any]) -> list[URLPattern]:
    named = [
        path(f"<int:pk>/{name}/", enter(view), name=f"consultations_consultation_{name.replace('-', '_')}")
        for name, view in STEPS.items()
    ]
    return [
        path("files/<int:pk>/", enter(attachments.attachment), name="consultations_attachment"),
        *named,
    ]
