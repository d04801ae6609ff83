"""Who may do what with a consultation. Asked again inside every action, whatever a page has shown."""

from collections.abc import Iterable

from accounts.models import User
from consultations.models import Access, Consultation

Role = User.Role


def has_office(user: User) -> bool:
    """Works for the centre or for a ward centre."""
    return user.is_active and (user.is_staff or user.is_ward_officer)


def is_locked_out(user: User, consultation: Consultation) -> bool:
    return consultation.lock_outs.filter(user_id=user.pk).exists()


def can_work_on(user: User, consultation: Consultation) -> bool:
    """Answer, note, wait, close: everybody of the office that has it in hand, unless kept out of it."""
    return (
        has_office(user)
        and consultation.ward_centre_id == user.ward_centre_id
        and not is_locked_out(user, consultation)
    )


def level_of(user: User, consultation: Consultation) -> str | None:
    """How much the person's office sees of it (Access.Level); None is nothing."""
    if not has_office(user) or is_locked_out(user, consultation):
        return None
    offices = consultation.accesses.all().of_office(user.ward_centre_id)
    return offices.values_list("level", flat=True).first()


def can_read(user: User, consultation: Consultation) -> bool:
    """The whole text and what was said; the others see the summary of a referral, the status and the outcome."""
    return level_of(user, consultation) in Access.READS


def can_see_contact(user: User, consultation: Consultation) -> bool:
    """Names and numbers: who works on it, and who accepted a referral. Never before accepting, never afterwards."""
    return can_read(user, consultation)


def can_edit_contact(user: User, consultation: Consultation) -> bool:
    """Only where it is in hand; an office that accepted a referral reads them."""
    return can_work_on(user, consultation) and can_see_contact(user, consultation)


def can_assign_others(user: User) -> bool:
    """Give work to a colleague: coordinators, managers, and ward officers among themselves. Reception takes its own."""
    return user.is_active and user.role in (Role.COORDINATOR, Role.MANAGER, Role.WARD)


def can_have(user: User, consultation: Consultation) -> bool:
    """Be the one who has it in hand: everybody of the office, reception for the questions they answer themselves."""
    return can_work_on(user, consultation)


def can_keep_out(user: User) -> bool:
    """Lock a colleague out of a consultation, and let them in again."""
    return user.is_active and user.role == Role.MANAGER


def can_log(user: User) -> bool:
    """Write down what came by phone, visit, fax, letter or mail."""
    return has_office(user)


def can_handle_inbound(user: User) -> bool:
    """Read and place the mails that could not be placed by themselves: each office those that it sees."""
    return has_office(user)


def can_see_oversight(user: User) -> bool:
    """The read log, the load of colleagues and wards, retention."""
    return user.is_active and user.role == Role.MANAGER


def can_see_report(user: User) -> bool:
    """Numbers without names: coordinators and managers."""
    return user.is_active and user.role in (Role.COORDINATOR, Role.MANAGER)


def can_export(user: User) -> bool:
    """Take consultations out as a file: coordinators and managers of the centre."""
    return can_see_report(user)


def can_run_specialists(user: User) -> bool:
    """Hear, match and fix sessions with specialists: coordinators and managers of the centre."""
    return can_see_report(user)


def colleagues(user: User, among: Iterable[User]) -> list[User]:
    return [one for one in among if has_office(one) and one.ward_centre_id == user.ward_centre_id]
