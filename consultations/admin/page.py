"""The addresses of the consultation page's buttons; ConsultationAdmin hangs them in."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from consultations.views import editing
from consultations.views.doors import CENTRE
from consultations.views.staff import (
    attachments,
    inbox,
    links,
    oversight,
    presence,
    replies,
    steps,
    writing,
)

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
    "reply": replies.reply,
    "reply/preview": replies.preview,
    "reply/discard": replies.discard,
    "relate": links.relate,
    "unrelate": links.unrelate,
    "duplicate": links.duplicate,
    "unduplicate": links.unduplicate,
    "similar": links.similar,
    "partners": links.partners,
    "introduce": links.introduce,
    "readings": oversight.readings,
    "lock-out": oversight.lock_out,
    "let-in": oversight.let_in,
    "changes": oversight.history,
    "next": inbox.next_one,
    "presence": presence.beat,
}
# The same views as at the desk of a ward centre, by another door.
AT_BOTH_DOORS: dict[str, Callable[..., Any]] = {"edit": editing.edit, "contact": editing.contact}


def page_urls(enter: Callable[..., Any]) -> list[URLPattern]:
    named = [
        path(
            f"<int:pk>/{name}/",
            enter(view),
            name=f"consultations_consultation_{name.replace('-', '_').replace('/', '_')}",
        )
        for name, view in STEPS.items()
    ]
    at_both_doors = [
        path(f"<int:key>/{name}/", enter(view), {"door": CENTRE}, name=f"consultations_consultation_{name}")
        for name, view in AT_BOTH_DOORS.items()
    ]
    return [
        path("files/<int:pk>/", enter(attachments.attachment), name="consultations_attachment"),
        path(
            "<int:pk>/introductions/<int:introduction>/",
            enter(links.introduction),
            name="consultations_consultation_introduction",
        ),
        path(
            "<int:pk>/reply/files/<int:file>/remove/",
            enter(replies.remove_file),
            name="consultations_consultation_reply_file_remove",
        ),
        *at_both_doors,
        *named,
    ]
