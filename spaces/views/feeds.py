"""Calendars: secret feeds that calendar programs read, and the pages on which people find their addresses."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.models import Group, User
from accounts.requests import person
from accounts.rules import groups as group_rules
from kyodo import ratelimit
from kyodo.access import centre_staff_required
from kyodo.centre.queries import current_centre
from spaces import calendar
from spaces.actions import feeds as actions
from spaces.models import Booking, Feed, Space
from spaces.queries import feeds as queries

READS_PER_MINUTE = 120
PLAIN = "text/plain; charset=utf-8"


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Read by programs: the address itself is the key, so there is no session, no cookie and no page."""
    if not ratelimit.allow_address(request, "feed", times=READS_PER_MINUTE, seconds=60):
        return HttpResponse(
            _("少し待ってからお試しください。"), status=429, content_type=PLAIN, headers={"Retry-After": "60"}
        )
    found = queries.open_feed(token)
    if found is None:
        return HttpResponse(_("このカレンダーはありません。"), status=404, content_type=PLAIN)
    centre = current_centre()
    etag = quote_etag(queries.feed_etag(found, centre))
    response = get_conditional_response(request, etag=etag)
    if response is None:
        bookings = queries.feed_bookings(found).select_related("space", "group").order_by("begins_at", "pk")
        holds = queries.feed_holds(found).order_by("begins_at", "pk") if found.space_id else []
        name = f"{found}｜{centre.name}"
        response = _calendar(calendar.feed(bookings, holds, centre, name=name), "kyodo.ics")
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=300"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_GET
def booking_ics(request: HttpRequest, reference: str) -> HttpResponse:
    bookings = Booking.objects.visible_to(person(request)).select_related("space", "group")
    booking = get_object_or_404(bookings, reference=reference)
    response = _calendar(calendar.one(booking, current_centre()), f"{booking.reference}.ics")
    response["Cache-Control"] = "private, no-store"
    return response


@never_cache
@require_GET
def group_calendar(request: HttpRequest, number: str) -> HttpResponse:
    """For the group's own people, each with an own address; staff have the feeds of the spaces."""
    user, group = person(request), _group(request, number)
    rights = group_rules.rights_in(user, group)
    if not rights.is_member:
        raise PermissionDenied
    context = {
        "group": group,
        "open_feeds": queries.open_group_feeds(group) if rights.can_act else 0,
        **_address(queries.group_feed(group, user)),
    }
    return render(request, "spaces/feeds/group.html", context)


@require_POST
def group_calendar_renew(request: HttpRequest, number: str) -> HttpResponse:
    group = _group(request, number)
    actions.renew_group_feed(group=group, by=person(request))
    messages.success(request, _("新しいアドレスを作りました。"))
    return redirect("group_calendar", number=group.number)


@require_POST
def group_calendar_revoke(request: HttpRequest, number: str) -> HttpResponse:
    group = _group(request, number)
    actions.revoke_group_feed(group=group, by=person(request))
    messages.success(request, _("アドレスを止めました。これまでのアドレスでは、もう読めません。"))
    return redirect("group_calendar", number=group.number)


@require_POST
def group_calendar_revoke_all(request: HttpRequest, number: str) -> HttpResponse:
    group = _group(request, number)
    actions.revoke_all_group_feeds(group=group, by=person(request))
    messages.success(
        request, _("メンバー全員のアドレスを止めました。必要な人は、それぞれ新しく作ってください。")
    )
    return redirect("group_calendar", number=group.number)


@never_cache
@centre_staff_required
@require_GET
def space_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    space = get_object_or_404(Space, slug=slug)
    context = {"space": space, **_address(queries.space_feed(space, person(request)))}
    return render(request, "spaces/feeds/space.html", context)


@centre_staff_required
@require_POST
def space_calendar_renew(request: HttpRequest, slug: str) -> HttpResponse:
    space = get_object_or_404(Space, slug=slug)
    actions.renew_space_feed(space=space, by=person(request))
    messages.success(request, _("新しいアドレスを作りました。"))
    return redirect("space_calendar", slug=space.slug)


@centre_staff_required
@require_POST
def space_calendar_revoke(request: HttpRequest, slug: str) -> HttpResponse:
    space = get_object_or_404(Space, slug=slug)
    actions.revoke_space_feed(space=space, by=person(request))
    messages.success(request, _("アドレスを止めました。これまでのアドレスでは、もう読めません。"))
    return redirect("space_calendar", slug=space.slug)


def _group(request: HttpRequest, number: str) -> Group:
    user: User = person(request)
    return get_object_or_404(Group.objects.visible_to(user), number=number)


def _address(found: Feed | None) -> dict[str, object]:
    """The address to copy, and the same one as a link that opens a calendar program."""
    if found is None:
        return {"feed": None}
    address = settings.BASE_URL + found.get_absolute_url()
    return {
        "feed": found,
        "address": address,
        "webcal": "webcal" + address.removeprefix("https").removeprefix("http"),
    }


def _calendar(content: bytes, filename: str) -> HttpResponse:
    disposition = f'inline; filename="{filename}"'
    return HttpResponse(
        content, content_type=calendar.CONTENT_TYPE, headers={"Content-Disposition": disposition}
    )
