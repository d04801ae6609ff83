"""Mails about a group and its people. Texts: templates/mail/groups/. They name groups, never other people."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Group, Invitation, Membership
from kyodo.mail import actions as mail


def send_invitation(invitation: Invitation, token: str) -> None:
    _queue(
        "invitation",
        [invitation.email],
        invitation.group,
        is_private=True,
        role=invitation.get_role_display(),
        url=settings.BASE_URL + reverse("invitation", args=[token]),
        expires_at=invitation.expires_at,
    )


def tell_representative_of_newcomer(invitation: Invitation) -> None:
    _queue("newcomer", representatives(invitation.group), invitation.group)


def tell_new_representative(membership: Membership) -> None:
    _queue("new_representative", [membership.user.email], membership.group)


def tell_removed_member(membership: Membership) -> None:
    _queue("removed_member", [membership.user.email], membership.group)


def tell_suspended(group: Group) -> None:
    _queue("suspended", representatives(group), group, reason=group.suspended_reason)


def tell_resumed(group: Group) -> None:
    _queue("resumed", representatives(group), group)


def tell_closed(group: Group) -> None:
    _queue("closed", representatives(group), group)


def representatives(group: Group) -> list[str]:
    """Whom to write to for the group: its representative, or the registered contact while it has none."""
    people = Membership.objects.filter(
        group=group, role=Membership.Role.REPRESENTATIVE, user__is_active=True
    ).values_list("user__email", flat=True)
    return list(people) or [address for address in [group.contact_email] if address]


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
