"""What people at work are told of by mail: each kind is known here, each person chooses how (docs/decisions/0023).

An app registers its kinds once, in the `ready` of its AppConfig, and tells with accounts.actions.notices.tell. A kind is
offered to the roles it names, each with what is usual for that role.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import NoticeChoice, User

How = NoticeChoice.How
Role = User.Role


@dataclass(frozen=True)
class Kind:
    code: str
    label: Promise
    usual: Mapping[str, str]
    """By role, how its people hear of it until they choose."""


APPLICATION = Kind(
    "application",
    _("登録・更新・変更の申請が届いた"),
    {Role.RECEPTION: How.NEVER, Role.COORDINATOR: How.AT_ONCE, Role.MANAGER: How.DAILY},
)
MEMBER_CHANGE = Kind(
    "member_change",
    _("団体の代表者が変わった、メンバーが外された"),
    {Role.RECEPTION: How.NEVER, Role.COORDINATOR: How.DAILY, Role.MANAGER: How.NEVER},
)

_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.code] = kind


def offered_to(user: User) -> list[Kind]:
    return [kind for kind in _kinds.values() if user.role in kind.usual]
