"""Queries put into SQL once: the same SQL, the same values and the same answers as Django's own."""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest
from django.core.checks.urls import check_url_config
from django.core.exceptions import EmptyResultSet
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.db.transaction import TransactionManagementError

from accounts.models import Group, User
from kyodo import statements
from kyodo.centre.models import Ward
from kyodo.statements import Statement
from spaces.models import Booking
from tests.factories.accounts import GroupFactory, MembershipFactory, UserFactory
from tests.factories.centre import WardCentreFactory, WardFactory
from tests.factories.spaces import BookingFactory

pytestmark = pytest.mark.django_db


# ── Every statement of the site ──────────────────────────────────────────────────────────────────────────────────

APPS = ("kyodo", "accounts", "spaces", "consultations")
SAMPLES: dict[Any, Any] = {
    int: 7,
    str: "B-00012",
    date: date(2026, 11, 18),
    datetime: datetime(2026, 11, 18, 3, tzinfo=UTC),
    time: time(10, 30),
    UUID: UUID(int=12),
    list: [3, 5],
    DateTimeTZRange: DateTimeTZRange(datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 19, tzinfo=UTC)),
}


def all_statements() -> list[Statement[Any, Any]]:
    check_url_config(None)  # Every page, and with it every query, is imported.
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] in APPS]
    return [one for module in modules for one in vars(module).values() if isinstance(one, Statement)]


def values_for(statement: Statement[Any, Any], user: User) -> list[Any]:
    samples = [(statements.KINDS[name], sample) for name, sample in (SAMPLES | {User: user}).items()]
    return [next(sample for kind, sample in samples if kind is asked) for asked in statement._kinds]


def people() -> Iterator[User]:
    for role in User.Role:
        office = WardCentreFactory() if role == User.Role.WARD else None
        yield UserFactory(role=role, ward_centre=office)


def test_each_asks_what_django_would_ask_for_every_role() -> None:
    known = all_statements()
    assert len(known) > 50

    for user in people():
        for statement in known:
            values = values_for(statement, user)
            with transaction.atomic():
                compiled, parameters = statement._asked(values, {})
                try:
                    expected = statement._shape(*values).query.sql_with_params()
                except EmptyResultSet:
                    expected = ("", ())
            assert (compiled.sql, parameters) == expected, statement._shape


# ── The instrument ───────────────────────────────────────────────────────────────────────────────────────────────


@Statement
def bookings_seen_by(user: User) -> QuerySet[Booking]:
    return Booking.objects.visible_to(user).select_related("group").order_by("pk")


def test_what_was_made_for_staff_is_not_used_for_others(reception: User, citizen: User) -> None:
    group = GroupFactory()
    MembershipFactory(group=group, user=citizen)
    own, other = BookingFactory(group=group), BookingFactory()

    assert bookings_seen_by.rows(reception) == [own, other]
    assert bookings_seen_by.rows(citizen) == [own]
    assert bookings_seen_by.rows(UserFactory()) == []
    assert bookings_seen_by.rows(reception) == [own, other]


def test_a_shape_cannot_decide_by_what_two_people_may_differ_in(citizen: User) -> None:
    @Statement
    def by_address(user: User) -> QuerySet[Group]:
        return Group.objects.filter(contact_email=user.email)

    with pytest.raises(AttributeError):
        by_address.rows(citizen)


def test_nothing_given_is_another_shape() -> None:
    @Statement
    def officers(ward_centre: int | None) -> QuerySet[User]:
        return User.objects.filter(ward_centre=ward_centre)

    centre = WardCentreFactory()
    officer, other = UserFactory(role=User.Role.WARD, ward_centre=centre), UserFactory()

    assert officers.rows(centre.pk) == [officer]
    assert officers.rows(None) == [other]
    assert officers.count(centre.pk) == 1


def test_a_list_may_have_any_length() -> None:
    @Statement
    def named(keys: list[int]) -> QuerySet[Ward, str]:
        return Ward.objects.filter(pk__one_of=keys).order_by("pk").values_list("name", flat=True)

    wards = [WardFactory() for _ in range(3)]

    assert named.rows([ward.pk for ward in wards]) == [ward.name for ward in wards]
    assert named.rows([wards[1].pk]) == [wards[1].name]
    assert named.rows([]) == []


def test_a_value_that_does_not_come_out_as_it_went_in_is_refused() -> None:
    @Statement
    def called(name: str) -> QuerySet[Group]:
        return Group.objects.filter(name__icontains=name)

    @Statement
    def lowered(name: str) -> QuerySet[Group]:
        return Group.objects.alias(low=Lower("name")).filter(low=name.upper())

    with pytest.raises(LookupError):
        called.rows("川")
    with pytest.raises(LookupError):
        lowered.rows("川")


def test_a_column_too_small_for_a_stand_in_is_refused() -> None:
    @Statement
    def of_size(people: int) -> QuerySet[Booking]:
        return Booking.objects.filter(people=people)

    with pytest.raises(LookupError):
        of_size.rows(5)


def test_none_is_found_where_nobody_may_look() -> None:
    @Statement
    def nothing() -> QuerySet[Group]:
        return Group.objects.none()

    assert nothing.rows() == []
    assert nothing.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_lock_is_never_lost() -> None:
    @Statement
    def locked(pk: int) -> QuerySet[Group]:
        return Group.objects.filter(pk=pk).select_for_update()

    group = GroupFactory()
    with transaction.atomic():
        assert locked.rows(group.pk) == [group]

    with pytest.raises(TransactionManagementError):
        locked.rows(group.pk)
