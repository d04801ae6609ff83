"""The centre's rows in the admin."""

from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kyodo.centre.models import Centre, Closure, OpeningHours, OpeningTime
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
    usual_week,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    client.force_login(UserFactory(manager=True))
    return client


def make_closure(last_day: date = date(2026, 11, 20), **fields) -> Closure:
    return Closure.objects.create(
        first_day=date(2026, 11, 20),
        last_day=last_day,
        kind="event",
        created_by=UserFactory(manager=True),
        **fields,
    )


def make_field():
    law = ActivityFieldFactory(kind="npo_law")
    ActivityFieldFactory().law_fields.add(law)
    return law


LISTS = {
    "openinghours": lambda: OpeningHoursFactory(times={OpeningTime.Day.MONDAY: (9, 17)}),
    "closure": make_closure,
    "ward": WardFactory,
    "wardcentre": WardCentreFactory,
    "supportorganisation": SupportOrganisationFactory,
    "supportprogramme": lambda: SupportProgrammeFactory(ward=WardFactory()),
    "activityfield": make_field,
    "historyentry": HistoryEntryFactory,
    "newsitem": NewsItemFactory,
}


@pytest.mark.parametrize("model", LISTS)
def test_list_costs_the_same_for_one_row_and_for_three(manager, model) -> None:
    address = reverse(f"admin:centre_{model}_changelist")
    make = LISTS[model]
    make()
    manager.get(address)
    with CaptureQueriesContext(connection) as one:
        manager.get(address)
    make()
    make()
    with CaptureQueriesContext(connection) as three:
        response = manager.get(address)

    assert response.status_code == 200
    assert len(three) == len(one)


@pytest.mark.parametrize("model", LISTS)
def test_row_opens(manager, model) -> None:
    row = LISTS[model]()

    assert manager.get(reverse(f"admin:centre_{model}_change", args=[row.pk])).status_code == 200


def test_hours_are_written_with_their_week(manager) -> None:
    usual = usual_week()
    row = {"times-0-day": 8, "times-0-opens": "", "times-0-closes": ""}

    response = manager.post(
        reverse("admin:centre_openinghours_add"),
        {
            "name": "設備点検の週",
            "begins_on": "2026-11-16",
            "ends_on": "2026-11-22",
            "priority": 0,
            "times-TOTAL_FORMS": 1,
            "times-INITIAL_FORMS": 0,
        }
        | row,
    )

    assert response.status_code == 302
    layer = OpeningHours.objects.exclude(pk=usual.pk).get()
    assert [str(one) for one in layer.times.all()] == ["毎日 休館"]


def test_hours_that_make_no_sense_come_back_with_the_reason(manager) -> None:
    response = manager.post(
        reverse("admin:centre_openinghours_add"),
        {
            "name": "夏",
            "begins_on": "2026-08-01",
            "is_yearly": "on",
            "priority": 0,
            "times-TOTAL_FORMS": 0,
            "times-INITIAL_FORMS": 0,
        },
    )

    assert response.status_code == 200
    assert "毎年くり返すときは" in response.content.decode()
    assert not OpeningHours.objects.exists()


def test_second_centre_can_be_neither_added_nor_the_only_one_deleted(manager) -> None:
    CentreFactory()

    assert manager.get(reverse("admin:centre_centre_add")).status_code == 403
    assert manager.post(reverse("admin:centre_centre_delete", args=[1])).status_code == 403
    assert Centre.objects.count() == 1


def test_centre_is_changed_by_a_manager(manager) -> None:
    CentreFactory()

    response = manager.post(
        reverse("admin:centre_centre_change", args=[1]),
        {"name": "新しい名前", "postal_code": "231-0005", "address": "横浜市", "phone": "045-000-0000"},
    )

    assert response.status_code == 302
    assert Centre.objects.get().name == "新しい名前"


def test_coordinator_looks_at_the_hours_and_changes_nothing(client) -> None:
    layer = usual_week()
    client.force_login(UserFactory(coordinator=True))

    assert client.get(reverse("admin:centre_openinghours_change", args=[layer.pk])).status_code == 200
    assert client.post(reverse("admin:centre_openinghours_change", args=[layer.pk]), {}).status_code == 403
    assert client.get(reverse("admin:centre_openinghours_add")).status_code == 403


def test_closures_are_not_made_or_taken_back_behind_the_bookings(manager) -> None:
    closure = make_closure()

    assert manager.get(reverse("admin:centre_closure_add")).status_code == 403
    assert manager.post(reverse("admin:centre_closure_change", args=[closure.pk]), {}).status_code == 403
    assert manager.post(reverse("admin:centre_closure_delete", args=[closure.pk])).status_code == 403


def test_list_of_closures_tells_hours_from_whole_days(manager) -> None:
    make_closure(last_day=date(2026, 11, 22))
    make_closure(begins=time(13), ends=time(15))

    page = manager.get(reverse("admin:centre_closure_changelist")).content.decode()

    assert "2026年11月20日（金）〜11月22日（日）" in page
    assert "1日じゅう" in page
    assert "13:00-15:00" in page


def test_places_not_confirmed_yet_can_be_found(manager) -> None:
    WardCentreFactory(name="まだのセンター")
    WardCentreFactory(name="ずみのセンター", confirmed_on=date(2026, 11, 1))

    pages = {
        answer: manager.get(
            reverse("admin:centre_wardcentre_changelist"), {"confirmed": answer}
        ).content.decode()
        for answer in ("no", "yes")
    }

    assert "まだのセンター" in pages["no"]
    assert "ずみのセンター" not in pages["no"]
    assert "ずみのセンター" in pages["yes"]


def test_mapping_of_fields_is_written_from_the_eight_only(manager) -> None:
    law = make_field()
    primer = law.primer_fields.get()

    pages = {
        one.kind: manager.get(reverse("admin:centre_activityfield_change", args=[one.pk])).content.decode()
        for one in (law, primer)
    }

    assert "id_law_fields" in pages["primer"]
    assert "id_law_fields" not in pages["npo_law"]
