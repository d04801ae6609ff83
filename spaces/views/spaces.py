from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from kyodo import files, numbers
from spaces.models import SpacePhoto
from spaces.queries import availability, places
from spaces.queries.prefill import Prefill


@login_not_required
@require_safe
def spaces(request: HttpRequest) -> HttpResponse:
    page = places.spaces_page(Prefill.from_query(request.GET.dict()), request.user)
    return render(request, "spaces/spaces.html", {"page": page})


@login_not_required
@require_safe
def space(request: HttpRequest, slug: str) -> HttpResponse:
    found = availability.space_called(slug)
    if found is None or not found.is_offered:
        raise Http404
    page = places.space_page(
        found,
        typed_view=request.GET.get("view", ""),
        asked=Prefill.from_query(request.GET.dict()),
        visitor=request.user,
    )
    return render(request, "spaces/space.html", {"page": page, "space": found})


@login_not_required
@require_safe
def photo(request: HttpRequest, slug: str, pk: int) -> FileResponse:
    """Photos of a space are for everybody; other files of the site are not, so each is served by its own view."""
    found = get_object_or_404(SpacePhoto.objects.filter(space__is_offered=True), space__slug=slug, pk=pk)
    return files.picture(found.image, width=numbers.typed(request.GET.get("width", "")))
