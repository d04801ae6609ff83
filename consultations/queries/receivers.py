"""To whom a consultation may be sent: offices, and organisations without an account."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions.referring import Receiver
from consultations.models import Referral
from kyodo import numbers
from kyodo.centre.models import SupportOrganisation, WardCentre
from kyodo.centre.queries import current_centre

To = Referral.To
WARD_CENTRE = "ward-"
ORGANISATION = "organisation-"
CENTRE = "centre"
TYPED = "typed"
"""An organisation that stands in no list."""


def choices(user: User) -> list[tuple[str, Any]]:
    """The centre first for a ward centre; then the other ward centres; organisations are asked by the centre alone."""
    wards = WardCentre.objects.exclude(pk=user.ward_centre_id or 0)
    found: list[tuple[str, Any]] = []
    if user.is_ward_officer:
        found.append((CENTRE, current_centre().name))
    found.append((_("区のセンター"), [(f"{WARD_CENTRE}{one.pk}", one.name) for one in wards]))
    if user.is_staff:
        organisations = [(f"{ORGANISATION}{one.pk}", one.name) for one in SupportOrganisation.objects.all()]
        found.append(
            (_("ほかの機関"), [*organisations, (TYPED, _("名簿にない機関（名前とアドレスを書く）"))])
        )
    return found


def receiver_of(chosen: str, *, name: str = "", email: str = "") -> Receiver:
    """What was chosen, read from the database again."""
    if chosen == CENTRE:
        return Receiver(To.CENTRE)
    if chosen == TYPED:
        return Receiver(To.ORGANISATION, name=name, email=email)
    if chosen.startswith(WARD_CENTRE):
        key = numbers.typed(chosen.removeprefix(WARD_CENTRE)) or 0
        return Receiver(To.WARD_CENTRE, ward_centre=WardCentre.objects.filter(pk=key).first())
    key = numbers.typed(chosen.removeprefix(ORGANISATION)) or 0
    organisation = SupportOrganisation.objects.filter(pk=key).first()
    return Receiver(To.ORGANISATION, organisation=organisation, email=email)
