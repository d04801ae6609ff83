"""What changes in a group's registration itself: its contact, its directory entry, its state."""

from collections.abc import Collection

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import endings
from accounts.actions import directory
from accounts.actions.locking import lock_group
from accounts.emails import groups as emails
from accounts.models import Group, Invitation, User
from accounts.rules import groups as rules
from kyodo import clock


def update_contact(
    *,
    group: Group,
    contact_name: str,
    contact_email: str,
    contact_phone: str,
    postal_address: str,
    website: str,
    activities: str,
    by: User,
) -> Group:
    """What the representative keeps up to date without an application."""
    _check_may_edit(by, group)
    with transaction.atomic():
        group = lock_group(group)
        group.contact_name = contact_name
        group.contact_email = contact_email
        group.contact_phone = contact_phone
        group.postal_address = postal_address
        group.website = website
        group.activities = activities
        group.save(
            update_fields=[
                "contact_name",
                "contact_email",
                "contact_phone",
                "postal_address",
                "website",
                "activities",
            ]
        )
        directory.index(group)
    return group


def update_directory(*, group: Group, is_listed: bool, public_fields: Collection[str], by: User) -> Group:
    """The group's own choice of what the public sees of it."""
    _check_may_edit(by, group)
    _check_fields_are_known(public_fields)
    with transaction.atomic():
        group = lock_group(group)
        group.is_listed = is_listed
        group.public_fields = [field for field in Group.PublicField.values if field in public_fields]
        group.save(update_fields=["is_listed", "public_fields"])
        directory.index(group)
    return group


def suspend_group(*, group: Group, reason: str, by: User) -> Group:
    """Stop the group's use for now (利用停止). It keeps its registration and vanishes from the directory."""
    _check_may_administer(by)
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("利用停止には理由を書いてください。"), code="reason")
    with transaction.atomic():
        group = lock_group(group)
        _check_status(group, Group.Status.ACTIVE)
        group.status = Group.Status.SUSPENDED
        group.suspended_reason = reason
        group.save(update_fields=["status", "suspended_reason"])
        emails.tell_suspended(group)
    return group


def resume_group(*, group: Group, by: User) -> Group:
    _check_may_administer(by)
    with transaction.atomic():
        group = lock_group(group)
        _check_status(group, Group.Status.SUSPENDED)
        group.status = Group.Status.ACTIVE
        group.suspended_reason = ""
        group.save(update_fields=["status", "suspended_reason"])
        emails.tell_resumed(group)
    return group


def close_group(*, group: Group, by: User) -> Group:
    """End the registration (登録終了). What the group did stays on record; what it had ahead is let go."""
    _check_may_administer(by)
    with transaction.atomic():
        group = lock_group(group)
        _check_status(group, Group.Status.ACTIVE, Group.Status.SUSPENDED)
        group.status = Group.Status.CLOSED
        group.save(update_fields=["status"])
        Invitation.objects.filter(group=group).unanswered().update(revoked_at=clock.now())
        endings.follow(group=group, by=by)
        emails.tell_closed(group)
    return group


def _check_may_edit(by: User, group: Group) -> None:
    if not rules.can_edit_profile(by, group):
        raise PermissionDenied


def _check_may_administer(by: User) -> None:
    if not rules.can_administer(by):
        raise PermissionDenied


def _check_fields_are_known(public_fields: Collection[str]) -> None:
    if not set(public_fields) <= set(Group.PublicField.values):
        raise ValidationError(_("公開する項目を選び直してください。"), code="public_fields")


def _check_status(group: Group, *expected: str) -> None:
    """Someone else may have been quicker: the step starts from what the row says now."""
    if group.status not in expected:
        raise ValidationError(
            _("この団体は、いま「%(status)s」です。画面を開き直してください。"),
            code="status",
            params={"status": group.state_name},
        )
