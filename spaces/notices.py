"""What people at the centre are told of bookings (accounts.notices)."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import How, Kind, Role

EVENT_REQUEST = Kind(
    "event_request",
    _("承認を待つ予約が入った"),
    {Role.RECEPTION: How.NEVER, Role.COORDINATOR: How.AT_ONCE, Role.MANAGER: How.DAILY},
)
BOOKING_CANCELLED = Kind(
    "booking_cancelled",
    _("団体が予約を取り消した"),
    {Role.RECEPTION: How.NEVER, Role.COORDINATOR: How.NEVER, Role.MANAGER: How.NEVER},
)
