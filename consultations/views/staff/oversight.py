"""For managers: who has read a consultation, and who must not. For whoever works on it: what was changed."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import requests
from accounts.models import User
from consultations.actions import lock_outs
from consultations.actions import readings as reading_actions
from consultations.forms.staff.steps import LockOutForm, NothingForm
from consultations.models import LockOut
from consultations.queries import changes
from consultations.queries.consultation_page import who_may_be_kept_out
from consultations.queries.opening import Opened, open_for
from consultations.rules import rights
from consultations.views.staff.stepping import Step, open_to_work, take
from kyodo import numbers, staff_pages

READINGS_A_PAGE = 100


@require_GET
def readings(request: HttpRequest, pk: int) -> HttpResponse:
    """Who, when, what; and whom it is kept from."""
    user, opened = _for_managers(request, pk)
    rows = opened.consultation.readings.select_related("by").order_by("-at", "-pk")
    paginator = Paginator(rows, READINGS_A_PAGE)
    works = rights.can_work_on(user, opened.consultation)
    colleagues = who_may_be_kept_out(opened.consultation, user) if works else []
    return staff_pages.page(
        request,
        "consultations/staff/consultation/readings.html",
        _("閲覧の記録"),
        opened=opened,
        consultation=opened.consultation,
        rows=paginator.get_page(request.GET.get("page")),
        locked_out=opened.consultation.lock_outs.select_related("user", "by"),
        form=LockOutForm(colleagues=colleagues) if works else None,
    )


@require_POST
def lock_out(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = _for_managers(request, pk)
    form = LockOutForm(request.POST, colleagues=who_may_be_kept_out(opened.consultation, user))
    step = Step(
        _("見られないようにする"),
        _("見られないようにする"),
        _("この相談を見られないようにしました。担当だったときは、受付にもどしました。"),
    )
    return take(
        request,
        user,
        opened,
        form,
        step,
        lambda consultation, by: lock_outs.lock_out(
            consultation=consultation,
            user=form.cleaned_data["user"],
            reason=form.cleaned_data["reason"],
            by=by,
        ),
    )


@require_POST
def let_in(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = _for_managers(request, pk)
    own = LockOut.objects.filter(consultation=opened.consultation).select_related("consultation")
    row = get_object_or_404(own, pk=numbers.typed(request.POST.get("lock_out", "")) or 0)
    return take(
        request,
        user,
        opened,
        NothingForm(request.POST),
        Step(_("また見られるようにする"), _("また見られるようにする"), _("また見られるようにしました。")),
        lambda consultation, by: lock_outs.let_in(lock_out=row, by=by),
    )


@require_GET
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """What stood there before, and who changed it."""
    user, opened = open_to_work(request, pk)
    reading_actions.record_reading(consultation=opened.consultation, what=reading_actions.What.PAGE, by=user)
    return staff_pages.page(
        request,
        "consultations/staff/consultation/history.html",
        _("変更の記録"),
        opened=opened,
        consultation=opened.consultation,
        history=changes.history_of(opened.consultation),
        contact_history=changes.contact_history_of(opened.consultation),
    )


def _for_managers(request: HttpRequest, pk: int) -> tuple[User, Opened]:
    user = requests.staff(request)
    opened = open_for(user, pk)
    if not rights.can_see_oversight(user):
        raise PermissionDenied
    return user, opened
