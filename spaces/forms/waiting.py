from typing import Any

from django.utils.translation import gettext_lazy as _

from spaces.forms.bookings import BookingForm


class WaitingForm(BookingForm):
    """The wish to be told when a time frees (空き待ち): a booking's own fields, so that its form can be filled in."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("override", "override_reason"):
            self.fields.pop(name, None)
        self.fields["purpose"].required = False
        self.fields["purpose"].help_text = _("予約するときの入力を省くためです。")
