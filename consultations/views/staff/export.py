"""The list of consultations as a file: without contacts, bounded, and each line in the read log."""

from collections.abc import Iterator

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import requests
from consultations.actions import readings
from consultations.models import Consultation
from consultations.rules import rights
from kyodo import clock, exports
from kyodo.exports import Cell

MOST = 2_000
"""More than a month of any centre; a file of everything nobody should carry about."""


@require_POST
def as_csv(request: HttpRequest, listed: QuerySet[Consultation]) -> HttpResponse:
    """What may be seen but not read leaves in no file."""
    user = requests.staff(request)
    if not rights.can_export(user):
        raise PermissionDenied
    readable = listed.filter(pk__in=Consultation.objects.readable_by(user).values("pk"))
    rows = list(readable.select_related("ward", "assignee").prefetch_related("fields", "tags")[: MOST + 1])
    if len(rows) > MOST:
        messages.error(
            request,
            _("一度に書き出せるのは%(limit)s件までです。期間や種類でしぼってください。") % {"limit": MOST},
        )
        address = reverse("admin:consultations_consultation_changelist")
        return redirect(f"{address}?{request.GET.urlencode()}")
    with transaction.atomic():
        readings.record_export(consultations=[one.pk for one in rows], by=user)
    name = f"consultations-{clock.today():%Y%m%d}.csv"
    return exports.response(exports.rows_as_csv(_headings(), _lines(rows)), exports.CSV, name)


def _headings() -> list[str]:
    return [
        _("受付番号"),
        _("受付日時"),
        _("方法"),
        _("相談者"),
        _("種類"),
        _("活動分野"),
        _("区"),
        _("件名"),
        _("状態"),
        _("担当"),
        _("タグ"),
        _("期限"),
        _("最初の返事までの開館日数"),
        _("結果"),
        _("完了日時"),
    ]


def _lines(rows: list[Consultation]) -> Iterator[list[Cell]]:
    for one in rows:
        yield [
            one.reference,
            _moment(one.received_at),
            one.get_channel_display(),
            one.get_audience_display(),
            one.get_kind_display(),
            _("・").join(field.short_name for field in one.fields.all()),
            one.ward.name if one.ward else "",
            one.title,
            one.get_status_display(),
            str(one.assignee) if one.assignee else "",
            _("・").join(tag.name for tag in one.tags.all()),
            _moment(one.due_at),
            one.first_answer_days,
            one.get_outcome_display(),
            _moment(one.closed_at),
        ]


def _moment(value: object) -> str:
    return f"{clock.local(value):%Y-%m-%d %H:%M}" if value else ""  # type: ignore[arg-type]
