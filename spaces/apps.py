from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SpacesConfig(AppConfig):
    name = "spaces"
    verbose_name = _("場所の予約")

    def ready(self) -> None:
        from accounts import endings, notices, panels  # noqa: PLC0415 - models are loaded only now
        from spaces.actions.bookings import cancel_all_ahead  # noqa: PLC0415
        from spaces.notices import BOOKING_CANCELLED, EVENT_REQUEST  # noqa: PLC0415
        from spaces.panels import BOOKINGS  # noqa: PLC0415

        panels.register(BOOKINGS)
        notices.register(EVENT_REQUEST)
        notices.register(BOOKING_CANCELLED)
        endings.register(cancel_all_ahead)
