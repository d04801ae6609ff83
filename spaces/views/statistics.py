"""Use statistics (利用統計) on a page, and as files."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import requests
from kyodo import clock, dates, exports, numbers, staff_pages
from spaces import exports as files
from spaces.models import Space
from spaces.queries import statistics as queries


@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    requests.staff(request)
    year, space = _asked(request)
    return staff_pages.page(
        request,
        "spaces/staff/statistics.html",
        _("利用統計"),
        statistics=queries.statistics(year, space),
        years=queries.by_fiscal_year(space),
        choices=[(one, dates.fiscal_year(one)) for one in queries.fiscal_years()],
        spaces=Space.objects.all(),
        query=request.GET.urlencode(),
    )


@require_GET
def as_csv(request: HttpRequest) -> HttpResponse:
    requests.staff(request)
    year, space = _asked(request)
    text = files.as_csv(queries.statistics(year, space), queries.by_fiscal_year(space))
    return exports.response(text, exports.CSV, f"kyodo-spaces-{year}.csv")


@require_GET
def as_excel(request: HttpRequest) -> HttpResponse:
    requests.staff(request)
    year, space = _asked(request)
    book = files.as_excel(queries.statistics(year, space), queries.by_fiscal_year(space))
    return exports.response(book, exports.EXCEL, f"kyodo-spaces-{year}.xlsx")


def _asked(request: HttpRequest) -> tuple[int, Space | None]:
    typed = request.GET.get("year", "")
    asked = numbers.typed(typed) if len(typed) == len("2026") else None
    year = asked or clock.fiscal_year(clock.today())
    if not clock.FIRST_YEAR <= year <= clock.LAST_YEAR:
        raise Http404
    return year, Space.objects.filter(slug=request.GET.get("space", "")).first()
