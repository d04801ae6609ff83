from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actions.groups import close_group, suspend_group
from accounts.models import Group, User
from kyodo.mail.models import OutgoingMail
from spaces.actions.bookings import cancel_all_ahead
from spaces.models import Booking, Occupancy, Space
from tests.factories.spaces import BookingFactory
from tests.spaces.staff.conftest import TODAY


def test_what_a_closed_group_had_ahead_is_cancelled_and_told(
    spaces: dict[str, Space], group: Group, other_group: Group, coordinator: User
) -> None:
    ahead = BookingFactory(space=spaces["space-a"], group=group, day=TODAY + timedelta(days=3))
    asked = BookingFactory(
        space=spaces["space-ab"], group=group, day=TODAY + timedelta(days=4), requested=True
    )
    past = BookingFactory(space=spaces["space-a"], group=group, day=TODAY - timedelta(days=3))
    others = BookingFactory(space=spaces["space-b"], group=other_group, day=TODAY + timedelta(days=3))

    close_group(group=group, by=coordinator)

    statuses = dict(Booking.objects.values_list("pk", "status"))
    assert [statuses[one.pk] for one in (ahead, asked, past, others)] == [
        "cancelled",
        "cancelled",
        "confirmed",
        "confirmed",
    ]
    assert set(Occupancy.objects.values_list("booking_id", flat=True)) == {past.pk, others.pk}
    told = OutgoingMail.objects.filter(kind="spaces/booking_cancelled", to=group.contact_email)
    assert all("登録が終わったため" in mail.body for mail in told)
    assert {ref for mail in told for ref in (ahead.reference, asked.reference) if ref in mail.body} == {
        ahead.reference,
        asked.reference,
    }


def test_bookings_stay_while_a_group_is_only_suspended(
    spaces: dict[str, Space], group: Group, coordinator: User
) -> None:
    ahead = BookingFactory(space=spaces["space-a"], group=group, day=TODAY + timedelta(days=3))
    suspend_group(group=group, reason="書類が届いていません。", by=coordinator)

    ahead.refresh_from_db()
    assert ahead.status == Booking.Status.CONFIRMED


def test_only_who_decides_lets_a_group_s_bookings_go(
    spaces: dict[str, Space], group: Group, reception: User
) -> None:
    ahead = BookingFactory(space=spaces["space-a"], group=group, day=TODAY + timedelta(days=3))

    with pytest.raises(PermissionDenied):
        cancel_all_ahead(group=group, by=reception)

    ahead.refresh_from_db()
    assert ahead.status == Booking.Status.CONFIRMED
