"""Where an office is reached: at its own address, and where it has none, at its people's."""

from accounts.models import User
from consultations.models import Consultation
from kyodo.centre.models import WardCentre
from kyodo.centre.queries import current_centre

AT_THE_CENTRE = (User.Role.COORDINATOR, User.Role.MANAGER)


def addresses(office: WardCentre | None, consultation: Consultation) -> list[str]:
    """None is the centre. Nobody kept out of the consultation by name hears of it by a mail of their own."""
    shared = office.email if office else current_centre().email
    if shared:
        return [shared]
    people = User.objects.filter(is_active=True)
    if office:
        people = people.filter(role=User.Role.WARD, ward_centre=office)
    else:
        people = people.filter(role__in=AT_THE_CENTRE)
    kept_out = consultation.lock_outs.values("user")
    return list(people.exclude(pk__in=kept_out).order_by("pk").values_list("email", flat=True))


def works_there(person: User, ward_centre_id: int | None, consultation: Consultation) -> bool:
    if not person.is_active or consultation.lock_outs.filter(user_id=person.pk).exists():
        return False
    if ward_centre_id is None:
        return person.is_staff
    return person.is_ward_officer and person.ward_centre_id == ward_centre_id
