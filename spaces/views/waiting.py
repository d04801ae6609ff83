from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from kyodo import ratelimit
from kyodo.access import sign_in_because
from spaces.actions import waiting as actions
from spaces.forms.waiting import WaitingForm
from spaces.models import Space, WaitingEntry
from spaces.queries import booking_form
from spaces.queries import bookings as booking_queries
from spaces.queries import waiting as queries


@never_cache
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    entries = queries.my_entries(cast(User, request.user))
    return render(request, "spaces/waiting.html", {"entries": entries})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@ratelimit.limit("waiting", times=120, seconds=3600)
@sign_in_because(gettext_lazy("空き待ちを申し込むには、ログインしてください。"))
def new(request: HttpRequest, slug: str) -> HttpResponse:
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
    form = WaitingForm(
        request.POST if is_post else None,
        initial=booking_form.prefilled(request.GET.dict(), space),
        space=space,
        user=user,
        choices=choices,
        day=booking_form.asked_date(typed.get("date", "")),
    )
    if is_post and form.is_valid():
        try:
            actions.join_waiting(space=space, group=form.cleaned_data["group"], by=user, **form.wish)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("空いたらメールでお知らせします。"))
            return redirect("waiting")
    book_url = ""
    if "free" in form.codes:
        book_url = booking_form.book_url(space, form.understood["group"], form.wish)
    return render(request, "spaces/waiting_new.html", {"space": space, "form": form, "book_url": book_url})


@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    user = cast(User, request.user)
    entries = WaitingEntry.objects.visible_to(user)
    entry = get_object_or_404(entries.select_related("group").defer("group__search"), pk=pk)
    actions.leave_waiting(entry=entry, by=user)
    messages.success(request, _("空き待ちをやめました。"))
    return redirect("waiting")
