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
from spaces.actions import attendance as actions
from spaces.actions import walk_ins
from spaces.forms.day import PeopleForm, VisitForm
from spaces.forms.staff import WalkInForm
from spaces.models import Booking, Space, Visit
from spaces.queries import day as day_queries
from spaces.rules import rights
from spaces.views import staff

STEPS: dict[str, tuple[Callable[..., Booking], Promise]] = {
    "check-in": (actions.check_in, gettext_lazy("%(group)sの来館を受け付けました。")),
    "left": (
        actions.mark_left,
        gettext_lazy("%(group)sの退館を記録しました。残りの時間は空きになりました。"),
    ),
    "no-show": (
        actions.mark_no_show,
        gettext_lazy("%(group)sを「来館なし」にしました。残りの時間は空きになりました。"),
    ),
    "undo": (actions.undo_attendance, gettext_lazy("%(group)sの記録を取り消しました。")),
}
COUNTS_PEOPLE = ("check-in", "left")


@require_GET
def day_sheet(request: HttpRequest) -> HttpResponse:
    requests.staff(request)
    return _show_sheet(request, _day(request.GET.get("date", "")), visit_form=VisitForm())


@require_POST
def attendance(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    """One of the buttons of a line. Far from the booked time, the wrong line may have been pressed: it asks first."""
    user = requests.staff(request)
    bookings = Booking.objects.visible_to(user).select_related("group", "space__policy")
    booking = get_object_or_404(bookings, reference=reference)
    if step not in STEPS:
        raise Http404
    people = PeopleForm(request.POST, prefix=booking.reference)
    if step == "check-in" and "sure" not in request.POST and rights.is_far_from_time(booking):
        return staff_pages.page(
            request, "spaces/staff/check_in_ask.html", _("来館の受付"), booking=booking, people=people
        )
    action, done = STEPS[step]
    try:
        if step in COUNTS_PEOPLE:
            action(booking=booking, by=user, people=people.number)
        else:
            action(booking=booking, by=user)
    except ValidationError as refusal:
        staff_pages.tell(request, refusal)
    else:
        messages.success(request, str(done) % {"group": booking.group.name})
    return redirect(f"{sheet_url(booking.day)}#booking-{booking.reference}")


@require_POST
def people(request: HttpRequest, day: str) -> HttpResponse:
    """How many really came, all the lines of a day at once: as they were written on the paper sheet."""
    user = requests.staff(request)
    used = Booking.objects.visible_to(user).on(_day(day)).filter(status=Booking.Status.USED)
    count = 0
    for booking in used.order_by("pk"):
        form = PeopleForm(request.POST, prefix=booking.reference)
        try:
            if (number := form.number) is not None and number != booking.people_came:
                actions.record_people(booking=booking, people=number, by=user)
                count += 1
        except ValidationError as refusal:
            staff_pages.tell(request, refusal)
    if count:
        messages.success(request, _("%(count)d件の人数を記録しました。") % {"count": count})
    return redirect(sheet_url(_day(day)))


@require_POST
def visit(request: HttpRequest) -> HttpResponse:
    """Somebody came who is of no group: counted."""
    user = requests.staff(request)
    form = VisitForm(request.POST)
    if not form.is_valid():
        return _show_sheet(request, clock.today(), visit_form=form)
    actions.note_visit(**form.cleaned_data, by=user)
    messages.success(request, _("来館を%(people)d人と数えました。") % {"people": form.cleaned_data["people"]})
    return redirect(f"{sheet_url(clock.today())}#visits")


@require_POST
def visit_back(request: HttpRequest, pk: int) -> HttpResponse:
    user = requests.staff(request)
    noted = get_object_or_404(Visit.objects.visible_to(user), pk=pk)
    actions.take_back_visit(visit=noted, by=user)
    messages.success(request, _("数えた来館を取り消しました。"))
    return redirect(f"{sheet_url(clock.local(noted.visited_at).date())}#visits")


@require_http_methods(["GET", "POST"])
def walk_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Somebody stands at the counter: a free space, a group, how many, done."""
    user = requests.staff(request)
    sheet = day_queries.day_sheet(clock.today())
    free = next((place for place in sheet.free if place.space.slug == slug), None)
    if free is None:
        messages.error(request, _("この場所は、いま空いていません。"))
        return redirect(sheet_url(clock.today()))
    form = WalkInForm(
        request.POST or None, space=free.space, begins_at=walk_ins.begins_now(free.space), until=free.until
    )
    if form.is_valid() and not form.cleaned_data["is_sure"]:
        form.ask_about(day_queries.here_now(form.cleaned_data["group"]))
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


def _show_sheet(request: HttpRequest, day: date, *, visit_form: VisitForm) -> HttpResponse:
    sheet = day_queries.day_sheet(day)
    title = _("%(day)sの利用") % {"day": dates.day(sheet.date)}
    return staff_pages.page(
        request,
        "spaces/staff/day.html",
        title,
        status=staff_pages.refused_status(visit_form),
        sheet=sheet,
        visit_form=visit_form,
    )


def _booked(form: WalkInForm, space: Space, user: User) -> Booking | None:
    try:
        return walk_ins.book_walk_in(
            space=space,
            group=form.cleaned_data["group"],
            ends_at=form.ends_at,
            people=form.cleaned_data["people"],
            purpose=form.cleaned_data["purpose"],
            by=user,
            use=form.cleaned_data.get("use", ""),
            supported_by=form.cleaned_data.get("supported_by", ""),
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
