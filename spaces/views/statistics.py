"""Use statistics (利用統計) on a page, and as files."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import requests
from kyodo import exports, staff_pages
from kyodo.exports import Sheet
from spaces import exports as files
from spaces.forms.statistics import PeriodForm
from spaces.models import Booking
from spaces.queries import statistics as queries


@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    requests.staff(request)
    form = PeriodForm(request.GET)
    counted = queries.statistics(form.period, form.chosen_space)
    return staff_pages.page(
        request,
        "spaces/staff/statistics.html",
        _("利用統計"),
        status=staff_pages.refused_status(form),
        form=form,
        statistics=counted,
        tables=[*counted.tables, queries.by_fiscal_year(form.chosen_space)],
        query=request.GET.urlencode() if form.is_valid() else "",
    )


@require_GET
def as_csv(request: HttpRequest, table: str) -> HttpResponse:
    """One table and nothing else, so that a spreadsheet can count with it."""
    requests.staff(request)
    form = _asked(request)
    years = queries.by_fiscal_year(form.chosen_space)
    sheets = files.sheets(queries.statistics(form.period, form.chosen_space), years)
    if table not in sheets:
        raise Http404
    return _csv(sheets[table], f"kyodo-spaces-{table}-{_days(form)}")


@require_GET
def as_excel(request: HttpRequest) -> HttpResponse:
    requests.staff(request)
    form = _asked(request)
    years = queries.by_fiscal_year(form.chosen_space)
    book = files.as_excel(queries.statistics(form.period, form.chosen_space), years)
    return exports.response(book, exports.EXCEL, f"kyodo-spaces-{_days(form)}.xlsx")


@require_GET
def bookings(request: HttpRequest) -> HttpResponse:
    """The bookings of the period, line by line; those that lie ahead too."""
    user = requests.staff(request)
    if not user.has_perm("spaces.view_booking"):
        raise PermissionDenied
    form = _asked(request)
    listed = Booking.objects.visible_to(user).between(form.period.first, form.period.last)
    if form.chosen_space:
        listed = listed.filter(space=form.chosen_space)
    listed = listed.select_related("space", "group").defer("group__search")
    return _csv(files.bookings(listed.iterator(chunk_size=2000)), f"kyodo-bookings-{_days(form)}")


def _asked(request: HttpRequest) -> PeriodForm:
    form = PeriodForm(request.GET)
    if not form.is_valid():
        raise Http404
    return form


def _csv(sheet: Sheet, name: str) -> HttpResponse:
    return exports.response(exports.rows_as_csv(sheet.headings, sheet.rows), exports.CSV, f"{name}.csv")


def _days(form: PeriodForm) -> str:
    return f"{form.period.first:%Y%m%d}-{form.period.last:%Y%m%d}"
