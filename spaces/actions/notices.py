"""Telling those who wait that a time has freed (空き待ちのお知らせ). Nothing is kept for them: first come, first served."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, Q

from accounts.models import Group
from kyodo import clock
from spaces import emails
from spaces.models import BookingPolicy, WaitingEntry
from spaces.queries import facts
from spaces.queries.usage import usage_of
from spaces.rules import limits
from spaces.rules.limits import Wish


def tell_waiting(
    *, unit_ids: Collection[int], begins_at: datetime, ends_at: datetime, freed_at: datetime
) -> list[WaitingEntry]:
    """Mail everybody whose wish fits now, those who asked first in front; once for each freeing."""
    told = []
    for pk in _candidates(unit_ids, begins_at, ends_at, freed_at):
        with transaction.atomic():
            entry = _locked(pk, freed_at)
            if entry is None or not _is_touched(entry, begins_at, ends_at) or not fits_now(entry):
                continue
            entry.notified_at = clock.now()
            entry.save(update_fields=["notified_at"])
            emails.place_freed(entry)
            told.append(entry)
    return told


def fits_now(entry: WaitingEntry) -> bool:
    """By the same rules and the same table as a booking."""
    wish = Wish(
        entry.space,
        entry.group,
        entry.begins_at,
        entry.ends_at,
        entry.people,
        entry.purpose or entry.group.name,
        entry.use,
        entry.supported_by,
    )
    day = clock.local(entry.begins_at).date()
    used = usage_of(entry.group, day, day).on(entry.space.policy, day)
    if limits.broken(wish, replace(facts.facts_for(wish), used=used)):
        return False
    return bool(facts.free_units(entry.space, entry.begins_at, entry.ends_at, entry.people))


def _candidates(
    unit_ids: Collection[int], begins_at: datetime, ends_at: datetime, freed_at: datetime
) -> list[int]:
    around = _widest_buffer()
    entries = (
        WaitingEntry.objects.waiting()
        .filter(
            _not_told_since(freed_at),
            space__units__in=unit_ids,
            begins_at__lt=ends_at + around,
            ends_at__gt=begins_at - around,
        )
        .order_by("created_at", "pk")
        .values_list("pk", flat=True)
    )
    return list(dict.fromkeys(entries))


def _widest_buffer() -> timedelta:
    """What any policy keeps free around a booking, both sides together."""
    both = F("buffer_before_minutes") + F("buffer_after_minutes")
    return timedelta(minutes=BookingPolicy.objects.aggregate(widest=Max(both))["widest"] or 0)


def _locked(pk: int, freed_at: datetime) -> WaitingEntry | None:
    """The entry, unless it was closed or told in the meantime."""
    return (
        WaitingEntry.objects.waiting()
        .filter(_not_told_since(freed_at), pk=pk, group__status=Group.Status.ACTIVE)
        .select_related("space__policy", "group", "user")
        .select_for_update(of=("self",), no_key=True)
        .first()
    )


def _not_told_since(freed_at: datetime) -> Q:
    return Q(notified_at__isnull=True) | Q(notified_at__lt=freed_at)


def _is_touched(entry: WaitingEntry, begins_at: datetime, ends_at: datetime) -> bool:
    """Whether what was let go, buffers on both sides included, is part of what the entry waits for."""
    policy = entry.space.policy
    around = timedelta(minutes=policy.buffer_before_minutes + policy.buffer_after_minutes)
    return entry.begins_at - around < ends_at and begins_at < entry.ends_at + around
