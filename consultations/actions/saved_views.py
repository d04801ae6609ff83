"""A member of staff keeps filters of the inbox under a name of their own (保存した表示)."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.models import SavedView
from consultations.rules import rights
from kyodo import plain

MOST = 20


def save_view(*, name: str, query: str, by: User) -> SavedView:
    """Under a name that is taken the newer one replaces the older."""
    if not rights.has_office(by):
        raise PermissionDenied
    name = plain.words(name.replace("\0", " "))
    if not name:
        raise ValidationError(_("表示の名前を書いてください。"), code="name")
    with transaction.atomic():
        own = SavedView.objects.filter(user=by)
        # The person's own row: two tabs that save at once count one after the other.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if own.exclude(name=name).count() >= MOST:
            raise ValidationError(
                _("保存できる表示は%(limit)sまでです。使わないものを消してください。"),
                code="too_many",
                params={"limit": MOST},
            )
        view = own.filter(name=name).first() or SavedView(user=by, name=name, position=own.count())
        view.query = query
        view.full_clean()
        view.save()
    return view


def remove_view(*, view: SavedView, by: User) -> None:
    if view.user_id != by.pk:
        raise PermissionDenied
    view.delete()
