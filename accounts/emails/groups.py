"""Mails about a group and its people. Texts: templates/mail/groups/. Another person is named where the reader can't judge
without: who invites, who changed the members."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Group, Invitation, MemberChange
from accounts.queries import recipients
from kyodo.centre.queries import current_centre
from kyodo.mail import actions as mail


def send_invitation(invitation: Invitation, token: str) -> None:
    _queue(
        "invitation",
        [invitation.email],
        invitation.group,
        is_private=True,
        role=invitation.get_role_display(),
        by=invitation.invited_by,
        url=settings.BASE_URL + reverse("invitation", args=[token]),
        expires_at=invitation.expires_at,
    )


def tell_representative_of_newcomer(invitation: Invitation) -> None:
    _queue("newcomer", _representative(invitation.group), invitation.group)


def tell_handed_over(change: MemberChange) -> None:
    """The one who represents the group now, the one until now, and the centre."""
    _queue("new_representative", [change.user.email], change.group, by=change.changed_by)
    before = change.former_representative
    if before is not None:
        _queue(
            "former_representative", [before.email], change.group, by=change.changed_by, person=change.user
        )
    _tell_centre(change)


def tell_removed(change: MemberChange) -> None:
    """The one who was put out, the representative, and the centre."""
    _queue("removed_member", [change.user.email], change.group, by=change.changed_by)
    _queue(
        "member_was_removed",
        _representative(change.group),
        change.group,
        by=change.changed_by,
        person=change.user,
    )
    _tell_centre(change)


def tell_change_undone(change: MemberChange) -> None:
    """Both again: whom the change was about, and the representative."""
    about = [change.user.email] if change.user.is_active else []
    people = dict.fromkeys([*about, *_representative(change.group)])
    _queue("change_undone", people, change.group, change=change)


def _tell_centre(change: MemberChange) -> None:
    """To the centre's own address, where there is one: it can undo the change."""
    address = current_centre().email
    if not address:
        return
    path = reverse("admin:accounts_group_change", args=[change.group_id])
    mail.queue_template(
        to=address,
        kind="groups/change_for_centre",
        context={"change": change, "group": change.group, "admin_url": settings.BASE_URL + path},
        about_label=change.group.name,
        about_url=path,
    )


def tell_suspended(group: Group) -> None:
    _queue("suspended", _representative(group), group, reason=group.suspended_reason)


def tell_resumed(group: Group) -> None:
    _queue("resumed", _representative(group), group)


def tell_closed(group: Group) -> None:
    _queue("closed", _representative(group), group)


def _representative(group: Group) -> list[str]:
    return [recipient.address for recipient in recipients.representative(group)]


def _queue(kind: str, to: Iterable[str], group: Group, *, is_private: bool = False, **context: Any) -> None:
    path = reverse("group", args=[group.number])
    for address in to:
        mail.queue_template(
            to=address,
            kind=f"groups/{kind}",
            context={"group": group, "group_url": settings.BASE_URL + path, **context},
            is_private=is_private,
            about_label=group.name,
            about_url=path,
        )
