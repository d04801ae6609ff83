from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts import requests
from consultations.actions import readings
from consultations.models import Attachment
from kyodo import files


@require_GET
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    """A file of a consultation, to whoever reads what it came with; each time is written down."""
    user = requests.staff(request)
    found = get_object_or_404(Attachment.objects.visible_to(user).select_related("consultation"), pk=pk)
    response = files.download(found.file, name=found.name, content_type=found.content_type)
    readings.record_reading(consultation=found.consultation, what=readings.What.FILE, by=user)
    return response
