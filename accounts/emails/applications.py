"""Mails about an application. Texts: templates/mail/applications/. Written in the transaction of the step they tell of."""

from collections.abc import Sequence
from datetime import UTC
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from accounts.models import Application, ExpiryReminder
from accounts.queries import recipients
from accounts.rules import steps, validity
from kyodo import clock, dates, ical
from kyodo.centre.queries import current_centre
from kyodo.mail import actions as mail
from kyodo.mail.actions import Attachment


def tell_received(application: Application, *, is_again: bool) -> None:
    """The acknowledgement; with the model bylaws for a group that has none yet."""
    context = {"is_again": is_again, "bylaws_url": settings.BASE_URL + reverse("model_bylaws")}
    _queue("received", application, context)


def tell_centre(application: Application, *, is_again: bool) -> None:
    """To the centre's own address, where there is one: who works elsewhere today sees that something waits."""
    address = current_centre().email
    if not address:
        return
    path = reverse("admin:accounts_application_change", args=[application.pk])
    mail.queue_template(
        to=address,
        kind="applications/for_centre",
        context={"application": application, "is_again": is_again, "admin_url": settings.BASE_URL + path},
        about_label=f"{application.reference} {application.name}",
        about_url=path,
    )


def tell_withdrawn(application: Application, attachments: Sequence[Attachment]) -> None:
    _queue("withdrawn", application, {}, attachments)


def tell_hearing_fixed(application: Application, *, is_moved: bool) -> None:
    context = {
        "is_moved": is_moved,
        "when": hearing_period(application),
        "way": application.get_hearing_way_display(),
    }
    _queue("hearing", application, context, [hearing_entry(application)])


def tell_returned(application: Application, attachments: Sequence[Attachment]) -> None:
    path = reverse("application_edit", args=[application.reference])
    _queue("returned", application, {"edit_url": settings.BASE_URL + path}, attachments)


def tell_rejected(application: Application, attachments: Sequence[Attachment]) -> None:
    _queue("rejected", application, {}, attachments)


def tell_approved(application: Application, attachments: Sequence[Attachment]) -> None:
    group = application.group
    if group is None:
        return
    card = settings.BASE_URL + reverse("group_card", args=[group.number])
    context = {"group": group, "card_url": card, "has_account": application.applicant is not None}
    _queue("approved", application, context, attachments)


def remind_of_expiry(reminder: ExpiryReminder) -> None:
    """To those who can renew; the key keeps a second copy from ever being written."""
    group = reminder.group
    path = reverse("renew_group", args=[group.number])
    context = {
        "group": group,
        "days_left": (reminder.valid_until - clock.today()).days,
        "opens_on": validity.renewal_opens_on(reminder.valid_until),
        "is_open": validity.can_renew(group, clock.today()),
        "renew_url": settings.BASE_URL + path,
    }
    for recipient in recipients.representative(group):
        mail.queue_template(
            to=recipient.address,
            kind="applications/expiry",
            context=context,
            key=f"expiry:{group.pk}:{reminder.valid_until}:{reminder.days}:{recipient.address}",
            about_label=group.name,
            about_url=reverse("group", args=[group.number]),
        )


# ── The calendar entry of the hearing ────────────────────────────────────────────────────────────────────────────


def hearing_period(application: Application) -> str:
    begins = application.hearing_at
    return dates.period(begins, begins + steps.HEARING) if begins else ""


def hearing_entry(application: Application) -> Attachment:
    """A calendar program takes it in by itself; the same entry again, with a higher SEQUENCE, moves it."""
    return _calendar(application, "REQUEST", "CONFIRMED")


def hearing_cancelled(application: Application) -> Attachment:
    return _calendar(application, "CANCEL", "CANCELLED")


def _calendar(application: Application, method: str, status: str) -> Attachment:
    begins = application.hearing_at
    if begins is None:
        raise ValueError("A hearing without a time has no calendar entry.")
    entry = Event()
    entry.add("uid", f"hearing-{application.reference.lower()}@{urlsplit(settings.BASE_URL).hostname}")
    entry.add("sequence", application.hearing_sequence - 1)
    entry.add("dtstamp", clock.now().astimezone(UTC))
    entry.add("dtstart", begins.astimezone(UTC))
    entry.add("dtend", (begins + steps.HEARING).astimezone(UTC))
    summary = _("団体登録のヒアリング（%(name)s）") % {"name": application.name}
    entry.add("summary", ical.title(summary, is_cancelled=status == "CANCELLED"))
    entry.add("location", application.hearing_place or application.get_hearing_way_display())
    entry.add("status", status)
    entry.add("organizer", _address(settings.DEFAULT_FROM_EMAIL))
    for recipient in recipients.of_application(application):
        entry.add("attendee", _address(recipient.address))
    calendar = Calendar()
    calendar.add("prodid", "-//Kyodo//kyodo//JA")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(entry)
    return Attachment("hearing.ics", calendar.to_ical(), f"text/calendar; method={method}")


def _address(written: str) -> vCalAddress:
    name, address = parseaddr(written)
    value = vCalAddress(f"mailto:{address}")
    if name:
        value.params["cn"] = vText(name)
    return value


def _queue(
    kind: str, application: Application, context: dict[str, Any], attachments: Sequence[Attachment] = ()
) -> None:
    path = application.get_absolute_url()
    for recipient in recipients.of_application(application):
        mail.queue_template(
            to=recipient.address,
            kind=f"applications/{kind}",
            context={
                "application": application,
                "name": recipient.name,
                "status_url": settings.BASE_URL + path,
                "attachments": attachments,
                **context,
            },
            attachments=attachments,
            about_label=f"{application.reference} {application.name}",
            about_url=reverse("admin:accounts_application_change", args=[application.pk]),
        )
