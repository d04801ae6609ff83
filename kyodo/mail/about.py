"""What a mail is about, and who may see it: an app says so of its kind; this room knows no apps.

    about.register("consultation", lambda user: Consultation.objects.in_hand_of(user))     in the ready of its AppConfig
    queue_template(..., about_kind="consultation", about_id=consultation.pk)

Whoever handles mails sees those of no kind, and of a kind those whose object stands in the answer. A kind that nobody
registered can't be written: its mails would be seen by nobody, and a failed one be lost.

The app also says what follows when such a mail did not arrive; it is called under the mail's lock, once for each mail.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

SeenBy = Callable[[Any], "QuerySet[Any]"]
Undelivered = Callable[[Any], object]

_seen_by: dict[str, SeenBy] = {}
_undelivered: dict[str, Undelivered] = {}


def register(kind: str, seen_by: SeenBy, undelivered: Undelivered | None = None) -> None:
    _seen_by[kind] = seen_by
    if undelivered:
        _undelivered[kind] = undelivered


def tell_undelivered(mail: Any) -> None:
    if follow := _undelivered.get(mail.about_kind):
        follow(mail)


def check(kind: str) -> None:
    if kind and kind not in _seen_by:
        raise ValueError(f"Nobody has said who sees mails about a {kind!r}.")


def seen_by(user: Any) -> Q:
    """Asked row by row through the primary key, so that the newest fifty of many are found by their index. Not by EXISTS:
    PostgreSQL would gather everything that somebody sees into one table first, for fifty rows or a count.
    """
    found = Q(about_kind="")
    for kind, rows in _seen_by.items():
        seen = rows(user).filter(pk=OuterRef("about_id")).order_by()
        found |= Q(about_kind=kind, about_id=Subquery(seen.values("pk")[:1]))
    return found
