"""Every mail about a group goes to people of the group: all of them are written here for a group whose contact, who also
booked and applied, has left it. A new mail joins the walk by itself; what it asks for must be found in `scene`."""

import inspect
import itertools
import pkgutil
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model

from accounts.actions import members
from accounts.models import Application, ExpiryReminder, Group, Invitation, MemberChange, Membership, User
from accounts.queries import recipients
from kyodo import clock
from kyodo.mail.actions import Attachment
from kyodo.mail.models import OutgoingMail
from spaces.models import Booking, BookingSeries, LotteryEntry, LotteryRound, WaitingEntry
from tests.factories.accounts import ApplicationFactory, UserFactory
from tests.factories.centre import CentreFactory
from tests.factories.spaces import (
    BookingFactory,
    LotteryEntryFactory,
    SeriesFactory,
    WaitingFactory,
    yokohama_spaces,
)

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "mail"
OF_THE_PERSON = ("consultations.",)
"""Mails about a consultation go to whoever asked, in a group's name or not, and to the offices that have it in hand."""


@pytest.fixture
def left(group: Group, representative: User, member: User) -> User:
    """Represented the group, was its contact, booked and applied; handed over and left."""
    group.contact_email = representative.email.upper()
    group.save()
    members.hand_over(to=Membership.objects.get(group=group, user=member), by=representative)
    members.leave_group(group=group, by=representative)
    OutgoingMail.objects.all().delete()
    return representative


# ── The rule ─────────────────────────────────────────────────────────────────────────────────────────────────────


def addresses(people: Iterable[recipients.Recipient]) -> list[str]:
    return [one.address for one in people]


def test_a_contact_who_has_left_is_not_written_to(group: Group, left: User, member: User) -> None:
    assert addresses(recipients.of_group(group, left)) == [member.email]
    assert addresses(recipients.representative(group)) == [member.email]
    assert recipients.contact(group) == []


def test_those_in_charge_are_the_representative_and_the_contact(
    group: Group, representative: User, booking_manager: User
) -> None:
    told = recipients.of_group(group, booking_manager, also_in_charge=True)

    assert addresses(told) == [booking_manager.email, representative.email, group.contact_email]


def test_a_contact_who_is_a_member_is_written_to_once(group: Group, representative: User) -> None:
    group.contact_email = representative.email.upper()

    assert addresses(recipients.of_group(group, None)) == [representative.email]


def test_an_address_that_somebody_only_claims_stays_the_groups(group: Group) -> None:
    """Else a stranger would cut a group off by typing its address in."""
    UserFactory(email=group.contact_email, verified=False)

    assert addresses(recipients.contact(group)) == [group.contact_email]


def test_a_group_that_lost_representative_and_contact_is_reached_by_whoever_is_left(
    group: Group, left: User, booking_manager: User, member: User
) -> None:
    Membership.objects.filter(group=group, user=member).delete()

    assert addresses(recipients.of_group(group, left)) == [booking_manager.email]


# ── The walk ─────────────────────────────────────────────────────────────────────────────────────────────────────


def email_functions() -> Iterator[Callable[..., object]]:
    for app in ("accounts", "spaces", "events", "cases", "consultations"):
        try:
            package = import_module(f"{app}.emails")
        except ModuleNotFoundError:
            continue
        for found in pkgutil.iter_modules(package.__path__, f"{app}.emails."):
            module = import_module(found.name)
            for name, thing in vars(module).items():
                is_own = not name.startswith("_") and getattr(thing, "__module__", "") == found.name
                if is_own and inspect.isfunction(thing):
                    yield thing


def is_of_group(kind: Any) -> bool:
    inner = list(typing.get_args(kind)) or [kind]
    return any(
        isinstance(one, type)
        and issubclass(one, Model)
        and one is not User
        and (one is Group or any(field.related_model is Group for field in one._meta.fields))
        for one in inner
    )


def mails_of_groups() -> Iterator[tuple[Callable[..., object], dict[str, Any]]]:
    for function in email_functions():
        hints = typing.get_type_hints(function)
        answers = hints.pop("return", None)
        writes = answers is type(None) and not function.__module__.startswith(OF_THE_PERSON)
        if writes and any(map(is_of_group, hints.values())):
            yield function, hints


@pytest.fixture
def scene(group: Group, left: User, booking_manager: User, manager: User) -> dict[Any, list[Any]]:
    """By the type of an argument, what a mail is tried with."""
    spaces = yokohama_spaces()
    lab = spaces["kyodo-lab"]
    booking = BookingFactory(space=lab, group=group, booked_by=left)
    series = SeriesFactory(space=lab, group=group, created_by=left)
    BookingFactory(space=lab, group=group, booked_by=left, hour=14, series=series)
    lost = LotteryEntryFactory(group=group, user=left, status=LotteryEntry.Status.LOST)
    won = LotteryEntryFactory(
        group=group,
        user=left,
        round=lost.round,
        hour=13,
        status=LotteryEntry.Status.WON,
        booking=BookingFactory(space=lab, group=group, booked_by=left, hour=16),
    )
    renewal = ApplicationFactory(
        hearing=True, type=Application.Type.RENEWAL, group=group, applicant=left, contact_email=left.email
    )
    approved = ApplicationFactory(
        status=Application.Status.APPROVED,
        submitted_at=clock.now(),
        decided_at=clock.now(),
        decided_by=manager,
        hearing_at=clock.now(),
        group=group,
        applicant=left,
        contact_email=left.email,
    )
    invitation = Invitation.objects.create(
        group=group,
        email="invited@example.jp",
        token_hash="x",
        invited_by=left,
        expires_at=clock.now(),
    )
    put_out = UserFactory(email="put-out@example.jp")
    changes = [
        MemberChange(
            group=group,
            kind=MemberChange.Kind.HANDED_OVER,
            user=booking_manager,
            former_role=Membership.Role.MEMBER,
            former_representative=put_out,
            changed_by=left,
        ),
        MemberChange(
            group=group,
            kind=MemberChange.Kind.REMOVED,
            user=put_out,
            former_role=Membership.Role.MEMBER,
            changed_by=left,
        ),
    ]
    return {
        Group: [group],
        Booking: [booking],
        BookingSeries: [series],
        Iterable[Booking]: [[booking]],
        Sequence[Booking]: [[booking]],
        LotteryEntry: [won],
        LotteryRound: [lost.round],
        Sequence[LotteryEntry]: [[won, lost], [lost]],
        WaitingEntry: [WaitingFactory(space=lab, group=group, user=left)],
        Application: [renewal, approved],
        ExpiryReminder: [ExpiryReminder(group=group, valid_until=group.valid_until, days=30)],
        Invitation: [invitation],
        Membership: [Membership.objects.get(group=group, user=booking_manager)],
        MemberChange: changes,
        User: [booking_manager, manager],
        User | None: [None, booking_manager, manager],
        Sequence[Attachment]: [[]],
        Collection[str]: [{"somebody@example.jp"}],
        str: ["text"],
        bool: [True, False],
    }


def test_no_mail_of_a_group_reaches_whoever_has_left_it(
    scene: dict[Any, list[Any]], group: Group, left: User
) -> None:
    CentreFactory(email="centre@example.jp")
    walked = 0
    for function, hints in mails_of_groups():
        missing = [f"{name}: {kind}" for name, kind in hints.items() if kind not in scene]
        assert not missing, (
            f"{function.__module__}.{function.__name__} asks for what `scene` lacks: {missing}"
        )
        for values in itertools.product(*(scene[kind] for kind in hints.values())):
            _call(function, dict(zip(hints, values, strict=True)))
            walked += 1
    told = {(mail.kind, mail.to) for mail in OutgoingMail.objects.all()}
    people = {
        "centre@example.jp",
        "invited@example.jp",
        "put-out@example.jp",
        *User.objects.filter(memberships__group=group).values_list("email", flat=True),
        # What people at the centre are told of bookings and applications.
        *User.objects.exclude(role=User.Role.CITIZEN).values_list("email", flat=True),
    }

    assert [(kind, to) for kind, to in told if to.lower() == left.email.lower()] == []
    assert [(kind, to) for kind, to in told if to not in people] == []
    # Every text has been written, so none was left out of the walk.
    texts = {
        f"{folder}/{path.stem}"
        for folder in ("groups", "spaces", "applications")
        for path in (TEMPLATES / folder).glob("[!_]*.txt")
    }
    assert texts - {kind for kind, _to in told} == set()
    assert walked > 40


def _call(function: Callable[..., object], values: dict[str, Any]) -> None:
    parameters = inspect.signature(function).parameters
    positional = [values[name] for name, one in parameters.items() if one.kind is not one.KEYWORD_ONLY]
    named = {name: values[name] for name, one in parameters.items() if one.kind is one.KEYWORD_ONLY}
    function(*positional, **named)
