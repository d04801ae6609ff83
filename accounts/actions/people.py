"""What changes in a person's account."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actions.locking import lock_person
from accounts.emails import people as emails
from accounts.models import User
from accounts.rules import people as rules
from kyodo import clock
from kyodo.centre.models import WardCentre


def update_profile(*, user: User, name: str, name_kana: str, phone: str, by: User) -> User:
    if by.pk != user.pk:
        raise PermissionDenied
    with transaction.atomic():
        user = lock_person(user)
        user.name = name
        user.name_kana = name_kana
        user.phone = phone
        user.save(update_fields=["name", "name_kana", "phone"])
    return user


def set_role(*, user: User, role: str, ward_centre: WardCentre | None, by: User) -> User:
    """Make someone staff, a ward officer, or a citizen again. Managers only; one manager always remains."""
    _check_may_manage(by)
    _check_role_fits_ward_centre(role, ward_centre)
    with transaction.atomic():
        user, managers = _lock_with_managers(user, by)
        _check_account_is_alive(user)
        if role != User.Role.MANAGER:
            _check_another_manager_remains(user, managers)
        user.role = role
        user.ward_centre = ward_centre
        user.save(update_fields=["role", "ward_centre"])
    return user


def deactivate_person(*, user: User, by: User) -> User:
    """Close the account's doors at once, sessions too; everything it did stays."""
    _check_may_manage(by)
    with transaction.atomic():
        user, managers = _lock_with_managers(user, by)
        _check_account_is_alive(user)
        _check_another_manager_remains(user, managers)
        user.is_active = False
        user.save(update_fields=["is_active"])
        end_sessions(user)
    return user


def reactivate_person(*, user: User, by: User) -> User:
    _check_may_manage(by)
    with transaction.atomic():
        user = lock_person(user)
        _check_account_is_alive(user)
        user.is_active = True
        user.save(update_fields=["is_active"])
    return user


def send_password_reset(*, user: User, by: User) -> None:
    """Mail the person a link to choose a new password. Staff never see or set one."""
    _check_may_manage(by)
    if not user.is_active:
        raise ValidationError(_("このアカウントは、いま使えません。"), code="inactive")
    emails.send_password_reset(user)


def reset_second_factor(*, user: User, by: User) -> None:
    """For someone who lost the phone: take all second factors away and end the sessions."""
    _check_may_manage(by)
    if user.pk == by.pk:
        raise ValidationError(
            _("ご自分の二段階認証は、アカウントのページで変えてください。"), code="own_account"
        )
    with transaction.atomic():
        user = lock_person(user)
        Authenticator.objects.filter(user=user).delete()
        end_sessions(user)
        emails.tell_second_factor_reset(user)


def end_sessions(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()


def forget_ended_sessions() -> int:
    """The list of sessions holds addresses; what can no longer be used goes from it, and the sessions themselves."""
    Session.objects.filter(expire_date__lt=clock.now()).delete()
    over = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    return over.delete()[0]


def _lock_with_managers(user: User, by: User) -> tuple[User, set[int]]:
    """The person and all managers, held in one order, so that two who demote each other wait instead of both winning."""
    managers = Q(role=User.Role.MANAGER, is_active=True)
    rows = User.objects.select_for_update(of=("self",)).filter(managers | Q(pk=user.pk)).order_by("pk")
    held = {row.pk: row for row in rows}
    ids = {row.pk for row in held.values() if rules.can_manage_people(row)}
    if by.pk not in ids:
        raise PermissionDenied
    return held[user.pk], ids


def _check_may_manage(by: User) -> None:
    if not rules.can_manage_people(by):
        raise PermissionDenied


def _check_role_fits_ward_centre(role: str, ward_centre: WardCentre | None) -> None:
    if role not in User.Role.values:
        raise ValidationError(_("役割を選んでください。"), code="role")
    if (role == User.Role.WARD) != (ward_centre is not None):
        raise ValidationError(
            _("区のセンター職員には所属センターを選び、ほかの役割では空にしてください。"), code="ward_centre"
        )


def _check_account_is_alive(user: User) -> None:
    if user.deleted_at is not None:
        raise ValidationError(_("この人は退会しています。"), code="deleted")


def _check_another_manager_remains(user: User, managers: set[int]) -> None:
    if managers <= {user.pk}:
        raise ValidationError(
            _("管理者は1人以上必要です。先にほかの人を管理者にしてください。"), code="last_manager"
        )
