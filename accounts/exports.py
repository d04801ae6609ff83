"""Registered groups as a file that a spreadsheet opens."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import Group
from kyodo.exports import Sheet


def groups(listed: Iterable[Group]) -> Sheet:
    """What the centre reports of its groups. Names and addresses of persons leave in no file."""
    return Sheet(
        _("登録団体"),
        [
            _("登録番号"),
            _("団体名"),
            _("ふりがな"),
            _("登録の種類"),
            _("法人格など"),
            _("状態"),
            _("登録日"),
            _("有効期限"),
            _("活動分野"),
            _("活動する区"),
            _("会員数"),
            _("うち市内"),
            _("団体一覧"),
        ],
        (
            [
                group.number,
                group.name,
                group.name_kana,
                group.get_kind_display(),
                group.get_legal_form_display(),
                group.state_name,
                group.registered_on,
                group.valid_until,
                "、".join(str(field) for field in group.fields.all()),
                "、".join(str(ward) for ward in group.wards.all()),
                group.members_count,
                group.members_in_city_count,
                _("掲載") if group.is_listed else "",
            ]
            for group in listed
        ),
    )
