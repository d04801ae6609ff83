"""What every step shares: the lock, the version, the edge, and writing answers down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actions.locking import lock_group
from accounts.models import Application, Group, HearingWish, Party
from accounts.rules import applications as rules

RELATIONS = ("fields", "wards")


@dataclass(frozen=True)
class PartyEntry:
    """One party (構成団体) as typed."""

    name: str
    role: str = ""


def lock_application(application: Application, version: int) -> Application:
    """The row as it stands, held to the end of the transaction, if nobody has written since `version` was read.

    The group's row comes first, as everywhere.
    """
    if application.group_id is not None:
        lock_group(application.group)  # type: ignore[arg-type]
    locked = (
        Application.objects.select_for_update(of=("self",))
        .select_related("applicant", "group", "hearing_with")
        .get(pk=application.pk)
    )
    if locked.version != version:
        raise ValidationError(
            _(
                "ほかの画面から先に変更されました。いまの状態は「%(status)s」です。内容を確かめてから、もう一度どうぞ。"
            ),
            code="stale",
            params={"status": locked.get_status_display()},
        )
    return locked


def check_edge(application: Application, status: str) -> None:
    if not rules.leads_to(application, status):
        raise ValidationError(
            _("いまの状態は「%(status)s」なので、この操作はできません。"),
            code="edge",
            params={"status": application.get_status_display()},
        )


def check_editable(application: Application) -> None:
    if application.status not in rules.EDITABLE:
        raise ValidationError(
            _("いまの状態は「%(status)s」なので、書き直せません。"),
            code="edge",
            params={"status": application.get_status_display()},
        )


def save_next_version(application: Application) -> None:
    application.version += 1
    application.save()


def write_answers(application: Application, answers: Mapping[str, Any], columns: Sequence[str]) -> None:
    """Put answers into a locked application: its own columns, then what hangs on it."""
    for column in columns:
        if column in answers:
            setattr(application, column, answers[column])
    for relation in RELATIONS:
        if relation in answers:
            getattr(application, relation).set(answers[relation])
    if "parties" in answers:
        write_parties(answers["parties"], application=application)
    if "wishes" in answers:
        write_wishes(application, answers["wishes"])


def write_parties(
    entries: Sequence[PartyEntry], *, application: Application | None = None, group: Group | None = None
) -> None:
    """The parties of an application or of a group, in place of those before."""
    Party.objects.filter(application=application, group=group).delete()
    Party.objects.bulk_create(
        Party(application=application, group=group, name=entry.name, role=entry.role, position=position)
        for position, entry in enumerate(entries)
    )


def write_wishes(application: Application, wishes: Sequence[datetime]) -> None:
    application.hearing_wishes.all().delete()
    HearingWish.objects.bulk_create(
        HearingWish(application=application, rank=rank, begins_at=wish)
        for rank, wish in enumerate(wishes, start=1)
    )
