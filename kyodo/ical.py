"""What every calendar entry of ours says alike, whatever it is about."""

from django.utils.translation import gettext as _


def title(text: str, *, is_cancelled: bool) -> str:
    """Outlook shows a cancelled entry of a subscribed calendar like any other: only its title can tell."""
    return _("【取消】%(title)s") % {"title": text} if is_cancelled else text
