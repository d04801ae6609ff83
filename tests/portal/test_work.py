"""The first screen of staff."""

from django.test import Client
from django.urls import reverse

from accounts.models import Application, User
from kyodo import clock
from kyodo.portal.queries.work import todays_work
from tests.factories.accounts import ApplicationFactory


def test_what_waits_for_the_group_stands_apart_from_what_waits_for_the_centre(
    client: Client, reception: User, citizen: User
) -> None:
    for status in (Application.Status.SUBMITTED, Application.Status.RETURNED):
        ApplicationFactory(
            applicant=citizen, status=status, submitted_at=clock.now(), reason="会則がありません。"
        )

    work = todays_work(reception)
    client.force_login(reception)
    page = client.get("/admin/").content.decode()

    assert [queue.status for queue in work.queues if queue.count] == [Application.Status.SUBMITTED]
    assert (work.sent_back.status, work.sent_back.count) == (Application.Status.RETURNED, 1)
    assert (
        page.index("センターの返事を待っているもの")
        < page.index("団体の返事を待っているもの")
        < page.index("確認のお願い")
    )


def test_the_admin_has_no_second_kind_of_group(client: Client, manager: User) -> None:
    client.force_login(manager)

    assert "/admin/auth/" not in client.get("/admin/").content.decode()
    assert client.get("/admin/auth/group/").status_code == 404


def test_numbers_are_one_press_away_for_whoever_may_see_them(
    client: Client, reception: User, coordinator: User, manager: User
) -> None:
    def doors(user: User) -> list[bool]:
        client.force_login(user)
        page = client.get("/admin/").content.decode()
        return [
            f'href="{reverse(name)}"' in page
            for name in ("admin:consultations_report", "admin:consultations_network")
        ]

    assert doors(manager) == [True, True]
    assert doors(coordinator) == [True, False]
    assert doors(reception) == [False, False]
