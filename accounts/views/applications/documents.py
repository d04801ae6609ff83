"""Papers, only for those who may read them; and the model bylaws, for everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.models import Document
from accounts.queries import bylaws
from accounts.requests import person
from kyodo import files


@require_GET
def document(request: HttpRequest, pk: int) -> FileResponse:
    """Always as a download: nothing that somebody handed in is opened inside this site."""
    found = get_object_or_404(Document.objects.visible_to(person(request)), pk=pk)
    return files.download(found.file, name=found.filename, content_type=found.content_type)


@login_not_required
@require_GET
def model_bylaws(request: HttpRequest) -> HttpResponse:
    """Opened from a mail, often on another device: no sign-in for a text that says nothing of anybody."""
    context = {"title": bylaws.title(), "chapters": bylaws.chapters()}
    return render(request, "accounts/applications/model_bylaws.html", context)


@login_not_required
@require_GET
def model_bylaws_file(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(bylaws.as_word(), content_type=files.DOCX)
    response["Content-Disposition"] = 'attachment; filename="model-bylaws.docx"'
    return response
