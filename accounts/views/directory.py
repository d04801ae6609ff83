"""The public directory of groups."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.forms.directory import DirectoryFilter
from accounts.queries.directory import listed_groups, public_profile

PAGE_SIZE = 20


@login_not_required
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    chosen = DirectoryFilter(request.GET, listed_groups())
    page = Paginator(chosen.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": chosen.form,
        "page": page,
        "profiles": [public_profile(group) for group in page],
        "query": query.urlencode(),
        "is_filtered": any(query.values()),
    }
    return render(request, "accounts/directory.html", context)
