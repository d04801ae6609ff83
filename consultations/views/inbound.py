"""The door for mail that a provider passes on. anymail knows each provider's form and looks at the secret."""

from collections.abc import Callable
from typing import Any

from anymail import urls as anymail_urls
from anymail.signals import AnymailInboundEvent, inbound
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from consultations.actions.inbound import receiving

_ENDING = "_inbound_webhook"
DOORS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    str(pattern.name).removesuffix(_ENDING): pattern.callback
    for pattern in anymail_urls.urlpatterns
    if str(pattern.name).endswith(_ENDING)
}


@login_not_required
@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def webhook(request: HttpRequest) -> HttpResponse:
    """One door, for the one provider that the settings name; without its secret there is none.

    Anything but 200 lets the provider try again later: it does so until the mail is in the database.
    """
    door = DOORS.get(settings.INBOUND_PROVIDER)
    if door is None or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    if request.content_type == "application/json":
        # A mail with photographs is larger than any form of ours. Its size was looked at before the secret, and only
        # a request with the secret may be so large (kyodo.middleware).
        request._body = request.read()
    return door(request)


@receiver(inbound, dispatch_uid="consultations.receive")
def receive(sender: object, event: AnymailInboundEvent, **_facts: Any) -> None:
    """The library's own way of handing a mail over."""
    mail = event.message
    receiving.receive(mail, sender=mail.envelope_sender, recipient=mail.envelope_recipient)
