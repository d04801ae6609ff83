"""Telling people at work: at once by a mail of its own, or in one mail a day, as each has chosen."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import notices
from accounts.models import NoticeChoice, PendingNotice, User
from accounts.notices import Kind
from accounts.queries.notices import ways
from kyodo import clock
from kyodo.mail import actions as mail

How = NoticeChoice.How
NOTHING: Mapping[str, Any] = {}


def tell(
    *,
    kind: Kind,
    people: "QuerySet[User]",
    line: str,
    path: Callable[[User], str],
    by: User | None = None,
    about: Mapping[str, Any] = NOTHING,
) -> None:
    """Call in the transaction of the change. Nobody is told of what they did themselves.

    `line` says what happened and where, without anything told in confidence: it stands in the subject. `about` are
    the options of kyodo.mail that say whose a mail is.
    """
    if by is not None:
        people = people.exclude(pk=by.pk)
    for person, how in ways(kind, people):
        address = path(person)
        if how == How.DAILY:
            PendingNotice.objects.create(user=person, kind=kind.code, line=line[:200], path=address)
            continue
        mail.queue_template(
            to=person.email,
            kind="notices/one",
            context={"line": line, "url": settings.BASE_URL + address, "settings_url": _settings_url()},
            **({"about_label": line, "about_url": address} | dict(about)),
        )


def choose(*, user: User, choices: Mapping[str, str], by: User) -> None:
    """How this person hears of each kind. Everybody for themselves."""
    if by.pk != user.pk or not notices.offered_to(user):
        raise PermissionDenied
    offered = {kind.code for kind in notices.offered_to(user)}
    if not set(choices) <= offered or not set(choices.values()) <= set(How.values):
        raise ValidationError(_("知らせ方を選び直してください。"), code="how")
    with transaction.atomic():
        for code, how in choices.items():
            NoticeChoice.objects.update_or_create(user=user, kind=code, defaults={"how": how})
        # What waits for a daily mail that nobody wants any more.
        unwanted = [code for code, how in choices.items() if how == How.NEVER]
        PendingNotice.objects.filter(user=user, kind__in=unwanted).delete()


def send_digests() -> int:
    """One mail to each person for whom lines wait; how many people. Each on its own, so that none keeps others waiting."""
    waiting = PendingNotice.objects.order_by("user_id").values_list("user_id", flat=True).distinct()
    return sum(_send_digest(user_id) for user_id in list(waiting))


def _send_digest(user_id: int) -> bool:
    """The rows are held until they are gone: of two runs at once, the second finds none."""
    with transaction.atomic():
        rows = PendingNotice.objects.select_for_update(of=("self",), skip_locked=True).filter(user_id=user_id)
        lines = list(rows)
        person = User.objects.get(pk=user_id)
        if lines and person.is_active and notices.offered_to(person):
            mail.queue_template(
                to=person.email,
                kind="notices/daily",
                context={
                    "count": len(lines),
                    "today": clock.today(),
                    "parts": _by_kind(person, lines),
                    "base": settings.BASE_URL,
                    "settings_url": _settings_url(),
                },
                # Lines about several things, which not all who handle mails may see.
                is_private=True,
            )
        PendingNotice.objects.filter(pk__in=[one.pk for one in lines]).delete()
    return bool(lines)


def _by_kind(person: User, lines: list[PendingNotice]) -> list[tuple[Kind, list[PendingNotice]]]:
    kinds = {kind.code: kind for kind in notices.offered_to(person)}
    ordered = sorted(lines, key=lambda one: one.kind)
    return [
        (kinds[code], list(group))
        for code, group in itertools.groupby(ordered, key=lambda one: one.kind)
        if code in kinds
    ]


def _settings_url() -> str:
    return settings.BASE_URL + reverse("notices")
