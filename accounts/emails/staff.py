"""What people at the centre are told of applications and groups; each chooses how (accounts.notices)."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import notices
from accounts.actions.notices import tell
from accounts.models import Application, MemberChange, User


def application_came(application: Application, *, is_again: bool) -> None:
    words = (
        _("【登録申請】%(name)s（%(type)s）がもう一度届きました")
        if is_again
        else _("【登録申請】%(name)s（%(type)s）が届きました")
    )
    address = reverse("admin:accounts_application_change", args=[application.pk])
    tell(
        kind=notices.APPLICATION,
        people=User.objects.all(),
        line=words % {"name": application.name, "type": application.get_type_display()},
        path=lambda _person: address,
    )


def application_grew(application: Application, by: User) -> None:
    address = reverse("admin:accounts_application_change", args=[application.pk])
    tell(
        kind=notices.APPLICATION,
        people=User.objects.all(),
        line=_("【登録申請】%(name)sから、書類か希望日時が足されました") % {"name": application.name},
        path=lambda _person: address,
        by=by,
    )


def members_changed(change: MemberChange) -> None:
    is_hand_over = change.kind == MemberChange.Kind.HANDED_OVER
    words = (
        _("【代表者の交代】%(group)s") if is_hand_over else _("【メンバーの変更】%(group)sから1人外れました")
    )
    address = reverse("admin:accounts_group_change", args=[change.group_id])
    tell(
        kind=notices.MEMBER_CHANGE,
        people=User.objects.all(),
        line=words % {"group": change.group.name},
        path=lambda _person: address,
        by=change.changed_by,
    )
