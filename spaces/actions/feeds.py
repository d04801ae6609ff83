"""Secret calendar addresses (カレンダー購読): made, renewed, revoked. An old one is dead at once."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Group, User
from accounts.rules import groups as group_rules
from kyodo import clock
from spaces.actions.locking import lock_groups
from spaces.models import Feed, Space
from spaces.rules import rights


def renew_group_feed(*, group: Group, by: User) -> Feed:
    """A new address of the group's bookings for this member; the one before it, if any, no longer works."""
    _check_is_member(group, by)
    with transaction.atomic():
        lock_groups([group.pk])
        _revoke(group=group, created_by=by)
        return Feed.objects.create(group=group, created_by=by)


def revoke_group_feed(*, group: Group, by: User) -> None:
    _check_is_member(group, by)
    _revoke(group=group, created_by=by)


def revoke_all_group_feeds(*, group: Group, by: User) -> None:
    """Every member's, for when nobody knows whose address went astray."""
    if not group_rules.can_act_for(by, group):
        raise PermissionDenied
    _revoke(group=group)


def stop_feed(*, feed: Feed, by: User) -> None:
    """Anybody's, by staff: for the member who calls because a telephone is lost."""
    if not rights.can_hold(by):
        raise PermissionDenied
    _revoke(pk=feed.pk)


def renew_space_feed(*, space: Space, by: User) -> Feed:
    """A new address for the officer's own eyes: it shows which group is where, so it ends with their role."""
    if not rights.can_run_the_day(by):
        raise PermissionDenied
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        _revoke(space=space, created_by=by)
        return Feed.objects.create(space=space, created_by=by)


def revoke_space_feed(*, space: Space, by: User) -> None:
    if not rights.can_run_the_day(by):
        raise PermissionDenied
    _revoke(space=space, created_by=by)


def _check_is_member(group: Group, by: User) -> None:
    if not group_rules.rights_in(by, group).is_member:
        raise PermissionDenied


def _revoke(**whose: Group | Space | User | int) -> None:
    Feed.objects.filter(revoked_at__isnull=True, **whose).update(revoked_at=clock.now())
