"""The day sheet (当日の利用) of reception: who is where, when, how many; check in, no-show, walk-in."""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import requests
from accounts.models import User
from kyodo import clock, dates, staff_pages
from spaces.actions import bookings, walk_ins
from spaces.forms.staff import WalkInForm
from spaces.models import Booking, Space
from spaces.queries import day as day_queries
from spaces.views import staff

STEPS: dict[str, tuple[Callable[..., Booking], Promise]] = {
    "check-in": (bookings.check_in, gettext_lazy("%(group)sの来館を受け付けました。")),
    "no-show": (bookings.mark_no_show, gettext_lazy("%(group)sを「来館なし」にしました。")),
    "undo": (bookings.undo_attendance, gettext_lazy("%(group)sの記録を取り消しました。")),
}


@require_GET
def day_sheet(request: HttpRequest) -> HttpResponse:
    requests.staff(request)
    sheet = day_queries.day_sheet(_day(request.GET.get("date", "")))
    title = _("%(day)sの利用") % {"day": dates.day(sheet.date)}
    return staff_pages.page(request, "spaces/staff/day.html", title, sheet=sheet)


@require_POST
def attendance(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    """One of the three buttons of a line."""
    user = requests.staff(request)
    booking = get_object_or_404(Booking.objects.visible_to(user).select_related("group"), reference=reference)
    if step not in STEPS:
        raise Http404
    action, done = STEPS[step]
    try:
        action(booking=booking, by=user)
    except ValidationError as refusal:
        staff_pages.tell(request, refusal)
    else:
        messages.success(request, str(done) % {"group": booking.group.name})
    return redirect(f"{sheet_url(booking.day)}#booking-{booking.reference}")


@require_http_methods(["GET", "POST"])
def walk_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Somebody stands at the counter: a free space, a group, how many, done."""
    user = requests.staff(request)
    sheet = day_queries.day_sheet(clock.today())
    free = next((one for one in sheet.free if one.space.slug == slug), None)
    if free is None:
        messages.error(request, _("この場所は、いま空いていません。"))
        return redirect(sheet_url(clock.today()))
    form = WalkInForm(
        request.POST or None, space=free.space, begins_at=walk_ins.begins_now(free.space), until=free.until
    )
    if form.is_valid() and (booking := _booked(form, free.space, user)):
        messages.success(
            request,
            _("%(group)sが%(space)sを%(ends)sまで使います。来館も受け付けました。")
            % {
                "group": booking.group.name,
                "space": booking.space.name,
                "ends": f"{clock.local(booking.ends_at):%H:%M}",
            },
        )
        return redirect(f"{sheet_url(booking.day)}#booking-{booking.reference}")
    title = _("%(space)sを今から使う") % {"space": free.space.name}
    return staff_pages.page(
        request,
        "spaces/staff/walk_in.html",
        title,
        status=staff_pages.refused_status(form),
        form=form,
        free=free,
    )


def sheet_url(day: date) -> str:
    return f"{reverse('admin:spaces_booking_day')}?{urlencode({'date': day})}"


def _booked(form: WalkInForm, space: Space, user: User) -> Booking | None:
    try:
        return walk_ins.book_walk_in(
            space=space,
            group=form.cleaned_data["group"],
            ends_at=form.ends_at,
            people=form.cleaned_data["people"],
            purpose=form.cleaned_data["purpose"],
            by=user,
            overrides=form.set_aside,
        )
    except ValidationError as refusal:
        staff.show_refusal(form, refusal)
        return None


def _day(typed: str) -> date:
    """The day asked for; nonsense, and what no calendar of ours holds, is today."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return clock.today()
    return day if clock.FIRST_YEAR <= day.year <= clock.LAST_YEAR else clock.today()
