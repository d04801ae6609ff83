"""The hearing (ヒアリング): its time is fixed by staff, moved, and taken out of calendars when it falls through."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.applications.writing import check_edge, lock_application, save_next_version
from accounts.emails import applications as emails
from accounts.models import Application, User
from accounts.rules import applications as rules
from accounts.rules import steps
from kyodo import clock
from kyodo.centre.hours import opening_day
from kyodo.mail.actions import Attachment

Way = Application.HearingWay


def fix_hearing(
    *,
    application: Application,
    begins_at: datetime,
    way: str,
    place: str,
    staff: User,
    version: int,
    by: User,
) -> Application:
    """Fix the hearing, or move it. The applicant's calendar is told by the entry in the mail."""
    if not rules.can_decide(by):
        raise PermissionDenied
    place = place.strip()
    _check_when(begins_at, way)
    _check_place(way, place)
    _check_is_staff(staff)
    with transaction.atomic():
        application = lock_application(application, version)
        check_edge(application, Application.Status.HEARING)
        is_moved = application.status == Application.Status.HEARING
        application.status = Application.Status.HEARING
        application.hearing_at = begins_at
        application.hearing_way = way
        application.hearing_place = place
        application.hearing_with = staff
        application.hearing_sequence += 1
        save_next_version(application)
        emails.tell_hearing_fixed(application, is_moved=is_moved)
    return application


def cancel_locked(application: Application) -> list[Attachment]:
    """Forget a hearing that lies ahead; gives what takes it out of the applicant's calendar. The caller saves."""
    if application.hearing_at is None or application.hearing_at <= clock.now():
        return []
    application.hearing_sequence += 1
    entry = emails.hearing_cancelled(application)
    application.hearing_at = None
    application.hearing_with = None
    return [entry]


def _check_when(begins_at: datetime, way: str) -> None:
    steps.check_ahead(begins_at)
    # By phone or online staff may agree on any hour; at the centre somebody must open the door.
    if way == Way.ON_SITE:
        steps.check_open(begins_at, opening_day(clock.local(begins_at).date()))


def _check_place(way: str, place: str) -> None:
    if way not in Way.values:
        raise ValidationError(_("ヒアリングの方法を選んでください。"), code="way")
    if way == Way.ONLINE and not place:
        raise ValidationError(_("オンラインのときは、接続先のURLを書いてください。"), code="place")


def _check_is_staff(staff: User) -> None:
    if not (staff.is_staff and staff.is_active):
        raise ValidationError(_("担当には、センターの職員を選んでください。"), code="staff")
