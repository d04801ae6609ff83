"""The month and fiscal-year report (相談の報告) on a page, and as files."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import requests
from consultations import report_files
from consultations.queries import report as queries
from consultations.queries.report_numbers import CENTRE, WARDS
from consultations.rules import rights
from kyodo import clock, dates, exports, numbers, staff_pages

YEARS_SHOWN = 10
MONTHS = 12


@require_GET
def report(request: HttpRequest) -> HttpResponse:
    found = _asked(request)
    year = clock.fiscal_year(clock.today())
    return staff_pages.page(
        request,
        "consultations/staff/report.html",
        _("相談の報告"),
        report=found,
        headline=[found.received, found.closed],
        where=queries.where_name(found.where),
        years=[(one, dates.fiscal_year(one)) for one in range(year, year - YEARS_SHOWN, -1)],
        months=[(one.month, _("%(month)d月") % {"month": one.month}) for one in found.period.months],
        offices=[(one, queries.where_name(one)) for one in (CENTRE, WARDS)],
        query=request.GET.urlencode(),
    )


@require_GET
def as_csv(request: HttpRequest) -> HttpResponse:
    found = _asked(request)
    text = exports.as_csv(found.title, report_files.sheets(found, is_for_outside=_is_for_outside(request)))
    return exports.response(text, exports.CSV, f"{_filename(request, found)}.csv")


@require_GET
def as_excel(request: HttpRequest) -> HttpResponse:
    found = _asked(request)
    book = exports.as_excel(found.title, report_files.sheets(found, is_for_outside=_is_for_outside(request)))
    return exports.response(book, exports.EXCEL, f"{_filename(request, found)}.xlsx")


def _asked(request: HttpRequest) -> queries.Report:
    if not rights.can_see_report(requests.staff(request)):
        raise PermissionDenied
    year = numbers.typed(request.GET.get("year", "")) or clock.fiscal_year(clock.today())
    month = numbers.typed(request.GET.get("month", ""))
    if not clock.FIRST_YEAR < year <= clock.LAST_YEAR or (month is not None and not 1 <= month <= MONTHS):
        raise Http404
    # For outside only of all together: whoever has a part beside it takes one from the other, and has the small ones.
    where = "" if _is_for_outside(request) else request.GET.get("where", "")
    return queries.report(queries.Period(year, month), where if where in (CENTRE, WARDS) else "")


def _is_for_outside(request: HttpRequest) -> bool:
    return request.GET.get("for") == "outside"


def _filename(request: HttpRequest, found: queries.Report) -> str:
    month = f"-{found.period.month:02}" if found.period.month else ""
    return f"kyodo-consultations-{found.period.year}{month}{'-outside' if _is_for_outside(request) else ''}"
