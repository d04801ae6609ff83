from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.actions import readings
from consultations.models import Reading, RetentionRun
from kyodo import clock
from tests.counting import query_count
from tests.factories.centre import CentreFactory
from tests.factories.consultations import ConsultationFactory, LockOutFactory

pytestmark = pytest.mark.django_db

LOG = reverse("admin:consultations_reading_changelist")
RUNS = reverse("admin:consultations_retentionrun_changelist")


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()


def read(by: User, what: str = "page") -> Reading:
    return Reading.objects.create(consultation=ConsultationFactory(), by=by, what=what)


def test_managers_see_who_read_what(
    sign_in: Callable[[User], Client], manager: User, coordinator: User
) -> None:
    one = read(coordinator)

    page = sign_in(manager).get(LOG).content.decode()

    assert coordinator.name in page
    assert one.consultation.reference in page
    assert one.consultation.subject not in page
    assert one.consultation.contact.name not in page


def test_pages_that_one_reader_turns_are_one_visit_and_files_are_counted(
    manager: User, coordinator: User
) -> None:
    one = ConsultationFactory()

    def look(by: User, what: str = "page") -> None:
        readings.record_reading(consultation=one, what=what, by=by)

    for by in (coordinator, coordinator, manager):
        look(by)
    for _file in range(2):
        look(coordinator, "file")
    assert Reading.objects.filter(by=coordinator, what="page").count() == 1
    assert Reading.objects.filter(by=manager).count() == 1
    assert Reading.objects.filter(what="file").count() == 2

    Reading.objects.update(at=clock.now() - readings.VISIT)
    look(coordinator)
    assert Reading.objects.filter(by=coordinator, what="page").count() == 2


def test_the_log_is_narrowed_by_what_and_found_by_reference_and_person(
    sign_in: Callable[[User], Client], manager: User, coordinator: User
) -> None:
    one, other = read(coordinator), read(manager, "export")
    client = sign_in(manager)

    for query in (
        "what__exact=page",
        f"q={one.consultation.reference}",
        f"q={coordinator.email}",
        f"by__id__exact={coordinator.pk}",
    ):
        page = client.get(f"{LOG}?{query}").content.decode()
        assert one.consultation.reference in page
        assert other.consultation.reference not in page


def test_nobody_else_sees_the_log_or_the_runs(
    sign_in: Callable[[User], Client], coordinator: User, reception: User
) -> None:
    for user in (coordinator, reception):
        for address in (LOG, RUNS):
            assert sign_in(user).get(address).status_code == 403


def test_the_log_is_to_look_at_only(sign_in: Callable[[User], Client], manager: User) -> None:
    one = read(manager)
    client = sign_in(manager)

    assert client.get(LOG + "add/").status_code == 403
    assert client.post(f"{LOG}{one.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(LOG, {"action": "delete_selected", "_selected_action": one.pk}).status_code in (
        200,
        302,
        403,
    )
    assert Reading.objects.filter(pk=one.pk).exists()


def test_the_log_asks_the_same_queries_for_one_and_three(
    sign_in: Callable[[User], Client], manager: User, coordinator: User
) -> None:
    client = sign_in(manager)
    read(coordinator)
    one = query_count(client, LOG)
    read(coordinator)
    read(manager)

    assert query_count(client, LOG) == one <= 20


def test_managers_see_the_nights_and_what_tomorrow_brings(
    sign_in: Callable[[User], Client], manager: User
) -> None:
    RetentionRun.objects.create(contacts=12, waiting={"referral": 3})

    page = sign_in(manager).get(RUNS).content.decode()

    assert '<td class="number">12</td>' in page
    assert "終わっていない紹介がある：3件" in page
    assert "途中で止まりました" in page
    assert "365日" in page


def test_the_page_of_nights_asks_the_same_queries_for_one_and_three(
    sign_in: Callable[[User], Client], manager: User
) -> None:
    client = sign_in(manager)
    RetentionRun.objects.create()
    one = query_count(client, RUNS)
    for _count in range(2):
        RetentionRun.objects.create(waiting={"session": 1})

    assert query_count(client, RUNS) == one <= 20


def test_a_manager_reads_nothing_of_what_they_are_kept_out_of(
    sign_in: Callable[[User], Client], manager: User, coordinator: User
) -> None:
    one, other = read(coordinator), read(coordinator)
    LockOutFactory(consultation=one.consultation, user=manager)
    client = sign_in(manager)
    page = reverse("admin:consultations_consultation_change", args=[one.consultation.pk])

    for query in ("", f"?q={one.consultation.reference}", f"?by__id__exact={coordinator.pk}"):
        assert page not in client.get(LOG + query).content.decode()
    assert other.consultation.reference in client.get(LOG).content.decode()


@pytest.mark.parametrize("query", ["?at__year=99999999999", "?consultation__exact=1"])
def test_the_log_is_asked_nothing_but_its_filters(
    query: str, sign_in: Callable[[User], Client], manager: User
) -> None:
    assert sign_in(manager).get(LOG + query).status_code == 400
