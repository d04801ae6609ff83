"""What closes and reopens the centre. The page for it lives in spaces, which shows the bookings a closure hits."""

from datetime import date, time, timedelta

from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kyodo import clock
from kyodo.centre.models import Closure


def close_days(
    *,
    first_day: date,
    last_day: date | None,
    begins: time | None = None,
    ends: time | None = None,
    kind: Closure.Kind,
    reason: str = "",
    by: PermissionsMixin,
) -> Closure:
    """Close the centre from first_day to last_day, or until it is reopened where there is none.

    All day; from begins to ends on each day; or, without ends, from begins on the first day on.
    """
    closure = Closure(
        first_day=first_day,
        last_day=last_day,
        begins=begins,
        ends=ends,
        kind=kind,
        reason=reason.strip(),
        created_by_id=by.pk,
    )
    _check_right(by, "centre.add_closure")
    _check_order(closure)
    _check_not_over(closure)
    _check_not_closed_already(closure)
    with transaction.atomic():
        closure.full_clean()
        closure.save()
    return closure


def reopen(*, closure: Closure, by: PermissionsMixin) -> None:
    """End a closure from today on. Days that have passed stay closed in the record; the history keeps the rest."""
    _check_right(by, "centre.delete_closure")
    with transaction.atomic():
        locked = Closure.objects.select_for_update().filter(pk=closure.pk).first()
        if locked is None:
            return
        _check_not_over(locked)
        if locked.first_day >= clock.today():
            locked.delete()
        else:
            locked.last_day = clock.today() - timedelta(days=1)
            locked.save(update_fields=["last_day"])


def _check_right(by: PermissionsMixin, permission: str) -> None:
    if not by.has_perm(permission):
        raise PermissionDenied


def _check_order(closure: Closure) -> None:
    if closure.last_day and closure.last_day < closure.first_day:
        raise ValidationError(_("最後の日は、最初の日かそれより後にしてください。"), code="days_order")
    if closure.ends and not closure.begins:
        raise ValidationError(_("何時から閉めるかも書いてください。"), code="times_order")
    if closure.begins and closure.ends and closure.ends <= closure.begins:
        raise ValidationError(_("終わりは始まりより後の時刻にしてください。"), code="times_order")


def _check_not_over(closure: Closure) -> None:
    if closure.last_day and closure.last_day < clock.today():
        raise ValidationError(
            _("過ぎた日の休館は変えられません。今日より後の日を選んでください。"), code="past"
        )


def _check_not_closed_already(closure: Closure) -> None:
    longer = Q(last_day__isnull=True)
    if closure.last_day:
        longer |= Q(last_day__gte=closure.last_day)
    whole_days = Closure.objects.filter(longer, first_day__lte=closure.first_day, begins__isnull=True)
    if whole_days.exists():
        raise ValidationError(_("この期間は、もう休館になっています。"), code="already_closed")
