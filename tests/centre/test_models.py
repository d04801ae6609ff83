"""What the database itself refuses, and the small facts of single rows."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from kyodo import clock
from kyodo.centre.models import Centre, Closure, HistoryEntry, LoadedRow, NewsItem, OpeningTime
from tests.factories.accounts import UserFactory
from tests.factories.centre import (
    ActivityFieldFactory,
    CentreFactory,
    HistoryEntryFactory,
    NewsItemFactory,
    OpeningHoursFactory,
    SupportOrganisationFactory,
    SupportProgrammeFactory,
    WardCentreFactory,
    WardFactory,
)

pytestmark = pytest.mark.django_db

Day = OpeningTime.Day
FIRST = date(2026, 11, 20)


def closure(**fields) -> Closure:
    defaults = {
        "first_day": FIRST,
        "last_day": FIRST,
        "kind": "other",
        "created_by": UserFactory(manager=True),
    }
    return Closure(**(defaults | fields))


REFUSED = {
    "a second centre": (
        "centre_only_one",
        lambda: Centre(id=2, name="二つ目", postal_code="231-0005", address="横浜市", phone="045-000-0000"),
    ),
    "latitude alone": ("centre_coordinates_pair", lambda: CentreFactory.build(latitude=35.4)),
    "hours that end before they begin": (
        "hours_begin_before_end",
        lambda: OpeningHoursFactory.build(begins_on=FIRST, ends_on=FIRST - timedelta(days=1)),
    ),
    "yearly hours without an end": (
        "hours_yearly_within_a_year",
        lambda: OpeningHoursFactory.build(begins_on=FIRST, is_yearly=True),
    ),
    "yearly hours of a whole year": (
        "hours_yearly_within_a_year",
        lambda: OpeningHoursFactory.build(
            begins_on=FIRST, ends_on=FIRST + timedelta(days=365), is_yearly=True
        ),
    ),
    "closing without opening": (
        "time_closes_after_opens",
        lambda: OpeningTime(layer=OpeningHoursFactory(), day=0, closes=time(9)),
    ),
    "closing when opening": (
        "time_closes_after_opens",
        lambda: OpeningTime(layer=OpeningHoursFactory(), day=0, opens=time(9), closes=time(9)),
    ),
    "a day no week has": ("time_known_day", lambda: OpeningTime(layer=OpeningHoursFactory(), day=9)),
    "the same day twice": (
        "time_once_a_day_and_layer",
        lambda: OpeningTime(layer=OpeningHoursFactory(times={Day.MONDAY: (9, 17)}), day=Day.MONDAY),
    ),
    "a closure backwards": ("closure_days_in_order", lambda: closure(last_day=FIRST - timedelta(days=1))),
    "a closure with an end only": ("closure_ends_after_begins", lambda: closure(ends=time(9))),
    "a closure that ends when it begins": (
        "closure_ends_after_begins",
        lambda: closure(begins=time(9), ends=time(9)),
    ),
    "a closure of unknown kind": ("closure_known_kind", lambda: closure(kind="whim")),
    "a ward with letters in its code": ("ward_code_five_digits", lambda: WardFactory.build(code="1410A")),
    "a ward centre's name twice": (
        "ward_centre_name_once",
        lambda: WardCentreFactory.build(ward=WardFactory(), name=WardCentreFactory().name),
    ),
    "an organisation's name twice": (
        "support_organisation_name_once",
        lambda: SupportOrganisationFactory.build(ward=WardFactory(), name=SupportOrganisationFactory().name),
    ),
    "an organisation of unknown kind": (
        "support_organisation_known_kind",
        lambda: SupportOrganisationFactory.build(ward=WardFactory(), kind="club"),
    ),
    "a programme's name twice at one office": (
        "support_programme_name_once",
        lambda: SupportProgrammeFactory.build(name=SupportProgrammeFactory().name),
    ),
    "a programme of unknown kind": (
        "support_programme_known_kind",
        lambda: SupportProgrammeFactory.build(kind="luck"),
    ),
    "a programme that nobody can ask about": (
        "support_programme_reachable",
        lambda: SupportProgrammeFactory.build(phone="", website=""),
    ),
    "a programme for an unknown audience": (
        "support_programme_known_audiences",
        lambda: SupportProgrammeFactory.build(audiences=["group", "martian"]),
    ),
    "a programme for an unknown kind of question": (
        "support_programme_known_needs",
        lambda: SupportProgrammeFactory.build(needs=["start", "riddle"]),
    ),
    "a field's name twice": (
        "activity_field_name_once",
        lambda: ActivityFieldFactory.build(name=ActivityFieldFactory().name),
    ),
    "a field of unknown kind": ("activity_field_known_kind", lambda: ActivityFieldFactory.build(kind="x")),
    "a thirteenth month": ("history_month_in_year", lambda: HistoryEntryFactory.build(month=13)),
    "a year of two digits": ("history_year_plausible", lambda: HistoryEntryFactory.build(year=20)),
    "a third side": ("history_known_side", lambda: HistoryEntryFactory.build(side="other")),
}


@pytest.mark.parametrize("what", REFUSED)
def test_database_refuses(what: str) -> None:
    constraint, build = REFUSED[what]
    row = build()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save()


@pytest.mark.parametrize("what", REFUSED)
def test_forms_refuse_in_japanese(what: str) -> None:
    constraint, build = REFUSED[what]
    row = build()
    expected = next(one.violation_error_message for one in row._meta.constraints if one.name == constraint)

    with pytest.raises(ValidationError) as refusal:
        row.validate_constraints()

    assert str(expected) in [
        message for messages in refusal.value.message_dict.values() for message in messages
    ]
    assert not str(expected).isascii()


def test_centre_saved_again_is_still_one() -> None:
    CentreFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        CentreFactory.build(name="もう一つ").save()


@pytest.mark.parametrize("number", ["0456714732", "０４５－６７１－４７３２", "45-671-4732", "045-671-4732x"])
def test_phone_numbers_need_hyphens_and_plain_digits(number: str) -> None:
    with pytest.raises(ValidationError, match="ハイフン"):
        CentreFactory.build(phone=number).full_clean()


def test_phone_number_as_people_write_it_is_taken() -> None:
    CentreFactory.build(phone="045-671-4732").full_clean()


def test_history_without_a_month_comes_before_the_months_of_its_year() -> None:
    spring = HistoryEntryFactory(year=2011, month=3)
    sometime = HistoryEntryFactory(year=2011, month=None)

    assert list(HistoryEntry.objects.all()) == [sometime, spring]


def test_news_is_read_from_its_time_on_and_a_draft_never() -> None:
    now = clock.now()
    out = NewsItemFactory(published_at=now)
    NewsItemFactory(published_at=now + timedelta(minutes=1))
    NewsItemFactory(published_at=None)

    with time_machine.travel(now, tick=False):
        assert list(NewsItem.objects.published()) == [out]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (OpeningTime(day=Day.MONDAY, opens=time(9), closes=time(20)), "月曜日 09:00-20:00"),
        (OpeningTime(day=Day.EVERY_DAY), "毎日 休館"),
        (Closure(first_day=FIRST, last_day=FIRST, kind="event"), "2026-11-20 催事"),
        (
            Closure(first_day=FIRST, last_day=date(2026, 11, 22), reason="点検"),
            "2026-11-20 - 2026-11-22 点検",
        ),
        (LoadedRow(kind="centre.ward", key="14101"), "centre.ward 14101"),
        (HistoryEntry(year=2020, text="開く"), "2020 開く"),
    ],
)
def test_rows_name_themselves(row: object, text: str) -> None:
    assert str(row) == text
