from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from kyodo import ratelimit
from kyodo.access import sign_in_because
from spaces.actions import series as actions
from spaces.forms.series import SeriesCancelForm, SeriesForm, chosen_places
from spaces.models import BookingSeries, Space
from spaces.queries import availability, booking_form
from spaces.queries import bookings as booking_queries
from spaces.queries import series as queries
from spaces.rules import rights


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@ratelimit.limit("series", times=60, seconds=3600)
@sign_in_because(gettext_lazy("場所を予約するには、ログインしてください。"))
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, then the preview of every date, then the booking of those chosen; each shows the one before."""
    user = cast(User, request.user)
    space = get_object_or_404(Space.objects.offered().for_booking(), slug=slug)
    choices = booking_queries.group_choices(user)
    if not user.is_staff and not choices.bookable:
        status = 403 if request.method == "POST" else 200
        return render(
            request, "spaces/book_without_group.html", {"space": space, "choices": choices}, status=status
        )
    is_post = request.method == "POST"
    typed = request.POST if is_post else request.GET
    day = booking_form.asked_date(typed.get("date", ""))
    form = SeriesForm(
        request.POST if is_post else None,
        initial=booking_form.prefilled(request.GET.dict(), space),
        space=space,
        user=user,
        choices=choices,
        day=day,
    )
    if is_post and form.is_valid() and request.POST.get("step") != "edit":
        return _preview(request, space, form)
    page = booking_form.form_page(space, choices.bookable, day, typed=typed.dict())
    return render(request, "spaces/series_new.html", {"page": page, "space": space, "form": form})


def _preview(request: HttpRequest, space: Space, form: SeriesForm) -> HttpResponse:
    user, typed = cast(User, request.user), form.understood
    refusals: list[str] = []
    chosen = None
    if request.POST.get("step") == "book":
        spaces = {one.slug: one for one in availability.offered_spaces()}
        places = chosen_places(request.POST.dict(), form.days, spaces)
        try:
            series = actions.book_series(
                space=space,
                group=typed["group"],
                pattern=typed["pattern"],
                places=places,
                people=typed["people"],
                purpose=typed["purpose"],
                use=typed["use"],
                supported_by=typed.get("supported_by", ""),
                remarks=typed.get("remarks", ""),
                by=user,
            )
        except ValidationError as refusal:
            refusals = refusal.messages
            chosen = {place.value for place in places}
        else:
            messages.success(request, _("くり返しの予約を受け付けました。確認のメールを送りました。"))
            return redirect("series", series.pk)
    found = queries.preview(
        space=space,
        group=typed["group"],
        days=form.days,
        begins=typed["begins"],
        ends=typed["ends"],
        people=typed["people"],
        purpose=typed["purpose"],
        use=typed["use"],
        supported_by=typed.get("supported_by", ""),
        visitor=user,
        chosen=chosen,
    )
    summary = queries.summary(
        pattern=typed["pattern"],
        first=typed["date"],
        begins=typed["begins"],
        ends=typed["ends"],
        group=typed["group"],
        space=space,
    )
    return render(
        request,
        "spaces/series_preview.html",
        {
            "space": space,
            "form": form,
            "preview": found,
            "refusals": refusals,
            "any_chosen": bool(chosen),
            "summary": summary,
        },
    )


@never_cache
@require_safe
def series(request: HttpRequest, pk: int) -> HttpResponse:
    user = cast(User, request.user)
    found = _visible(request, pk)
    return render(request, "spaces/series.html", {"page": queries.series_page(found, user), "series": found})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Of all that lies ahead, or from ?since= on; one page with a button."""
    user = cast(User, request.user)
    found = _visible(request, pk)
    if not rights.may_book_for(user, found.group):
        raise PermissionDenied
    typed = request.POST if request.method == "POST" else request.GET
    since = booking_form.read_date(typed.get("since", ""))
    form = SeriesCancelForm(request.POST if request.method == "POST" else None, initial={"since": since})
    if request.method == "POST" and form.is_valid():
        try:
            cancelled = actions.cancel_series(
                series=found, by=user, since=since, reason=form.cleaned_data["reason"]
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("%(count)d件の予約を取り消しました。") % {"count": len(cancelled)})
            return redirect("series", found.pk)
    page = queries.series_page(found, user, since=since)
    return render(
        request, "spaces/series_cancel.html", {"page": page, "series": found, "form": form, "since": since}
    )


def _visible(request: HttpRequest, pk: int) -> BookingSeries:
    visible = BookingSeries.objects.visible_to(cast(User, request.user))
    return get_object_or_404(visible.select_related("space__policy", "group").defer("group__search"), pk=pk)
