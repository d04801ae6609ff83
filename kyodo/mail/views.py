"""The door for news of a provider about mails that it sent for us. anymail knows each provider's form and looks at the
secret; the same secret as at the door for mail that comes in."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from anymail import urls as anymail_urls
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kyodo.mail import delivery, reports
from kyodo.mail.models import OutgoingMail

Delivery, Reason = OutgoingMail.Delivery, OutgoingMail.Reason

DOORS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    str(pattern.name).removesuffix(ending): pattern.callback
    for pattern in anymail_urls.urlpatterns
    for ending in ("_tracking_webhook", "_webhook")
    if str(pattern.name).endswith(ending) and "_inbound_" not in str(pattern.name)
}
# What an event says of the mail; of the others (opened, clicked, queued) we ask nothing.
FATES = {
    EventType.BOUNCED: Delivery.UNDELIVERED,
    EventType.REJECTED: Delivery.UNDELIVERED,
    EventType.FAILED: Delivery.UNDELIVERED,
    EventType.DEFERRED: Delivery.LATE,
    EventType.DELIVERED: "",
}
REASONS = {
    RejectReason.INVALID: Reason.NO_ADDRESS,
    RejectReason.SPAM: Reason.REFUSED,
    RejectReason.BLOCKED: Reason.REFUSED,
    RejectReason.UNSUBSCRIBED: Reason.REFUSED,
    RejectReason.TIMED_OUT: Reason.NOT_REACHED,
}


@login_not_required
@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def tracking_webhook(request: HttpRequest) -> HttpResponse:
    """One door, for the one provider that KYODO_EMAIL_URL names; without a secret there is none."""
    parts = urlsplit(settings.EMAIL_URL)
    door = DOORS.get(parts.path) if parts.scheme == "anymail" else None
    if door is None or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    return door(request)


@receiver(tracking, dispatch_uid="kyodo.mail.take_news")
def take_news(sender: object, event: AnymailTrackingEvent, **_facts: Any) -> None:
    """The library's own way of handing news over."""
    if event.event_type not in FATES:
        return
    words = str(event.mta_response or event.description or "")
    reason = reports.reason_of(words)
    if reason == Reason.UNKNOWN:
        reason = REASONS.get(event.reject_reason, reason)
    delivery.take_news(
        provider_id=str(event.message_id or ""),
        delivery=FATES[event.event_type],
        reason=reason,
        words=words,
    )
