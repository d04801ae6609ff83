"""What people of an office are told of consultations (accounts.notices)."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from accounts.notices import How, Kind, Role

AT_ONCE: Mapping[str, str] = {
    Role.RECEPTION: How.AT_ONCE,
    Role.COORDINATOR: How.AT_ONCE,
    Role.MANAGER: How.AT_ONCE,
    Role.WARD: How.AT_ONCE,
}

ASSIGNED = Kind("consultation_assigned", _("相談の担当になった"), AT_ONCE)
UNDELIVERED = Kind("consultation_undelivered", _("担当の相談のメールが届かなかった"), AT_ONCE)
MENTION = Kind("consultation_mention", _("職員メモで名前を挙げられた"), AT_ONCE)
MESSAGE = Kind("consultation_message", _("担当の相談に新しいメッセージが届いた"), AT_ONCE)
REFERRAL = Kind(
    "referral",
    _("自分のセンターに紹介が届いた"),
    {Role.COORDINATOR: How.DAILY, Role.MANAGER: How.NEVER, Role.WARD: How.AT_ONCE},
)
