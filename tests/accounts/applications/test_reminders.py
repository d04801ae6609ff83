"""Mails 60, 30 and 7 days before a registration ends."""

from datetime import date, timedelta

import pytest
import time_machine

from accounts.actions import reminders
from accounts.models import ExpiryReminder, Group, User
from accounts.tasks import remind_of_expiry
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import ApplicationFactory, GroupFactory

pytestmark = pytest.mark.django_db
END = date(2027, 3, 31)


def on(day: date) -> time_machine.travel:
    return time_machine.travel(clock.at(day, clock.now().time().replace(hour=7, minute=30)), tick=False)


def before_end(days: int) -> date:
    return END - timedelta(days=days)


def test_three_reminders_go_once_each(representative: User) -> None:
    GroupFactory(registered_on=date(2026, 4, 1), valid_until=END, representative=representative)

    for days in range(70, -5, -1):
        with on(before_end(days)):
            reminders.send_due_reminders()
            remind_of_expiry(timestamp=0)

    assert list(ExpiryReminder.objects.order_by("-days").values_list("days", flat=True)) == [60, 30, 7]
    mails = OutgoingMail.objects.filter(to=representative.email).order_by("pk")
    assert [mail.subject for mail in mails] == [
        "【更新のお知らせ】" + Group.objects.get().name + " の登録は 2027年3月31日（水） までです"
    ] * 3


def test_mail_says_how_many_days_are_left_and_when_renewal_opens(representative: User) -> None:
    GroupFactory(registered_on=date(2026, 4, 1), valid_until=END, representative=representative)

    with on(before_end(60)):
        reminders.send_due_reminders()

    body = OutgoingMail.objects.get().body
    assert "あと60日" in body
    assert "1月31日" in body
    assert "/renew/" in body


def test_a_missed_day_is_made_up_for_but_not_long_after(representative: User) -> None:
    late, too_late = GroupFactory(valid_until=END), GroupFactory(valid_until=END - timedelta(days=5))

    with on(before_end(58)):
        reminders.send_due_reminders()

    assert ExpiryReminder.objects.get().group == late
    assert not too_late.expiry_reminders.exists()
    assert "あと58日" in OutgoingMail.objects.get().body


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_groups_out_of_use_are_not_reminded(state: str) -> None:
    GroupFactory(valid_until=END, **{state: True})

    with on(before_end(30)):
        assert reminders.send_due_reminders() == 0


def test_group_whose_renewal_lies_with_the_staff_is_left_in_peace() -> None:
    group = GroupFactory(valid_until=END)
    ApplicationFactory(submitted=True, type="renewal", group=group)

    with on(before_end(30)):
        assert reminders.send_due_reminders() == 0


def test_renewed_group_is_reminded_again_the_next_year() -> None:
    group = GroupFactory(valid_until=END)
    with on(before_end(30)):
        reminders.send_due_reminders()

    group.valid_until = date(2028, 3, 31)
    group.save()
    with on(date(2028, 3, 1)):
        assert reminders.send_due_reminders() == 1


def test_group_without_representative_is_reminded_at_its_contact() -> None:
    group = GroupFactory(valid_until=END)

    with on(before_end(7)):
        reminders.send_due_reminders()

    assert OutgoingMail.objects.get().to == group.contact_email
