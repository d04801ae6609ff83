from typing import Any

from django.utils.translation import gettext_lazy as _

from spaces.forms.bookings import BookingForm
from spaces.models import Space
from spaces.queries.alternatives import Place


class WaitingForm(BookingForm):
    """The wish to be told when a time frees (空き待ち): a booking's own fields, so that its form can be filled in."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("override", "override_reason", "use"):
            self.fields.pop(name, None)
        self.fields["purpose"].required = False
        self.fields["purpose"].help_text = _("予約するときの入力を省くためです。")

    @property
    def wish(self) -> dict[str, Any]:
        wish = super().wish
        del wish["use"]
        return wish

    def place(self, space: Space) -> Place:
        return Place(space, self.wish["begins_at"], self.wish["ends_at"])
