"""The public directory of groups."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.forms.directory import DirectoryFilter
from accounts.queries.directory import entry, listed_groups, rows

PAGE_SIZE = 20


@login_not_required
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    chosen = DirectoryFilter(request.GET, listed_groups())
    page = Paginator(rows(chosen.qs), PAGE_SIZE).get_page(request.GET.get("page"))
    fields, wards = chosen.field_names, chosen.ward_names
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "chosen": chosen,
        "page": page,
        "entries": [entry(row, fields, wards) for row in page],
        "query": query.urlencode(),
        "is_filtered": any(query.values()),
        "is_narrowed": any(query.get(name) for name in ("field", "ward", "kind")),
    }
    return render(request, "accounts/directory.html", context)
