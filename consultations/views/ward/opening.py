"""How every page of a ward centre's desk comes to a consultation: its own, or one a referral opened; else 404."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts import requests
from accounts.models import User
from consultations.models import Consultation
from consultations.queries.opening import Opened, open_for
from consultations.rules import rights
from consultations.views.versions import posted_version
from kyodo import references


def open_to_see(request: HttpRequest, reference: str) -> tuple[User, Opened]:
    user = requests.ward_officer(request)
    seen = Consultation.objects.visible_to(user).only("pk")
    found = get_object_or_404(seen, reference=references.normalise(reference))
    return user, open_for(user, found.pk)


def open_to_work(request: HttpRequest, reference: str) -> tuple[User, Opened]:
    """403 for whoever only looks on; asked before anything typed is looked at."""
    user, opened = open_to_see(request, reference)
    if not rights.can_work_on(user, opened.consultation):
        raise PermissionDenied
    return user, opened


def version_on(request: HttpRequest, opened: Opened) -> int:
    """The version that a form was opened at; kept while it comes back refused, or nobody would see that it is stale."""
    return posted_version(request) if request.method == "POST" else opened.consultation.version
