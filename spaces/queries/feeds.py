"""What a calendar feed holds, and a cheap way to tell that it has not changed."""

import hashlib
from datetime import timedelta

from django.db.models import Count, Max, Q, QuerySet, Sum

from accounts.models import Group, User
from accounts.rules import groups as group_rules
from kyodo import clock
from kyodo.centre.models import Centre
from spaces.models import Booking, Feed, Hold, Space
from spaces.models.bookings import BookingQuerySet

PAST = timedelta(days=365)
# Google and Outlook ask once a day at the latest; after two weeks a struck-out entry is only in the way.
KEEP_CANCELLED = timedelta(days=14)


def open_feed(token: str) -> Feed | None:
    """The feed behind an address, if it still stands: it ends with its owner's membership, or role as an officer."""
    feed = (
        Feed.objects.select_related("group", "space", "created_by")
        .filter(token=token, revoked_at__isnull=True)
        .first()
    )
    return feed if feed and _may_still_read(feed, feed.created_by) else None


def _may_still_read(feed: Feed, owner: User) -> bool:
    if feed.group:
        return group_rules.rights_in(owner, feed.group).is_member
    return owner.is_active and owner.is_staff


def feed_bookings(feed: Feed) -> BookingQuerySet:
    """A year back, everything ahead, and for a while what was cancelled or declined, so that calendars drop it.

    The feed of a space also holds what shares a unit with it: who looks after スペースA must see スペースA・B.
    """
    today = clock.day_begins(clock.today())
    gone_since = today - KEEP_CANCELLED
    recently_gone = Q(status=Booking.Status.CANCELLED, cancelled_at__gte=gone_since) | Q(
        status=Booking.Status.DECLINED, decided_at__gte=gone_since
    )
    bookings = Booking.objects.filter(Q(status__in=Booking.LIVE) | recently_gone, begins_at__gte=today - PAST)
    if feed.group_id:
        return bookings.filter(group_id=feed.group_id)
    sharing = Space.objects.filter(units__in=_units(feed)).values("pk")
    return bookings.filter(space__in=sharing)


def feed_holds(feed: Feed) -> QuerySet[Hold]:
    """What staff keep free there, and for a while what they let go: only in the feed of a space."""
    today = clock.day_begins(clock.today())
    ids = Hold.objects.filter(units__in=_units(feed)).values("pk")
    stands_or_recently_gone = Q(released_at__isnull=True) | Q(released_at__gte=today - KEEP_CANCELLED)
    return Hold.objects.filter(stands_or_recently_gone, pk__in=ids, begins_at__gte=today - PAST)


def feed_etag(feed: Feed, centre: Centre) -> str:
    """Another one whenever the feed would read differently: each change of a booking raises its version."""
    bookings = feed_bookings(feed).aggregate(count=Count("pk"), versions=Sum("version"), newest=Max("pk"))
    kept = feed_holds(feed) if feed.space_id else Hold.objects.none()
    holds = kept.aggregate(count=Count("pk"), newest=Max("pk"), released=Max("released_at"))
    names = list(Space.objects.order_by("pk").values_list("name", flat=True))
    told = (clock.today(), bookings, holds, names, str(feed), centre.name, centre.full_address)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def group_feed(group: Group, member: User) -> Feed | None:
    return Feed.objects.filter(group=group, created_by=member, revoked_at__isnull=True).first()


def open_group_feeds(group: Group) -> int:
    """How many of its people have an address that works."""
    members = group.memberships.filter(user__is_active=True).values("user_id")
    return Feed.objects.filter(group=group, created_by__in=members, revoked_at__isnull=True).count()


def space_feed(space: Space, officer: User) -> Feed | None:
    return Feed.objects.filter(space=space, created_by=officer, revoked_at__isnull=True).first()


def _units(feed: Feed) -> list[int]:
    return list(feed.space.units.values_list("pk", flat=True)) if feed.space else []
