"""What everybody sees of a draw, what a group does there, and the admin."""

import csv
import io
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import Group, User
from spaces.actions import lottery as actions
from spaces.models import Booking, LotteryEntry, LotteryRound, Space
from spaces.queries import lottery as queries
from tests.factories.accounts import GroupFactory, UserFactory
from tests.factories.spaces import LotteryEntryFactory, LotteryRoundFactory
from tests.spaces.calendar.conftest import FRIDAY, LOTTERY_DAY, at

pytestmark = pytest.mark.django_db

DRAW_AT = at(date(2026, 12, 1), 10)
FORM = {"date": "2027-01-16", "begins": "10:00", "ends": "12:00", "people": "5", "purpose": "発表会の準備"}


def fill(lottery: LotteryRound, entrants: int, *hours: int) -> list[LotteryEntry]:
    entries = []
    for hour in hours:
        for _ in range(entrants):
            person = UserFactory()
            group = GroupFactory(name="ひみつの会", representative=person)
            entries.append(
                actions.enter_lottery(
                    lottery=lottery,
                    group=group,
                    begins_at=at(LOTTERY_DAY, hour),
                    ends_at=at(LOTTERY_DAY, hour + 2),
                    people=5,
                    purpose="ひみつの目的",
                    by=person,
                )
            )
    return entries


@pytest.fixture
def drawn(lottery: LotteryRound, now: time_machine.Traveller) -> LotteryRound:
    fill(lottery, 3, 10, 11)
    now.move_to(DRAW_AT)
    return actions.draw_lottery(lottery=lottery)


# ── For everybody ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_shows_draws_that_are_on_and_those_just_over(
    client: Client, lottery: LotteryRound, now: time_machine.Traveller
) -> None:
    page = client.get("/lotteries/").text
    assert lottery.name in page
    assert "申込受付中" in page

    now.move_to(DRAW_AT)
    actions.draw_lottery(lottery=lottery)
    now.move_to(lottery.claim_until)
    actions.close_claims(lottery=lottery)
    assert "終わった抽選" in client.get("/lotteries/").text


def test_without_a_draw_the_list_leads_to_the_spaces(client: Client, now: time_machine.Traveller) -> None:
    assert 'href="/spaces/"' in client.get("/lotteries/").text


def test_entries_are_shown_by_number_never_by_name(
    client: Client, drawn: LotteryRound, citizen: User
) -> None:
    for page in (
        f"/lotteries/{drawn.pk}/",
        f"/lotteries/{drawn.pk}/check/",
        f"/lotteries/{drawn.pk}/result.csv",
    ):
        text = client.get(page).text
        assert "ひみつ" not in text
    client.force_login(citizen)
    assert "ひみつ" not in client.get(f"/lotteries/{drawn.pk}/").text


def test_seed_order_and_result_are_public(client: Client, drawn: LotteryRound) -> None:
    text = client.get(f"/lotteries/{drawn.pk}/").text

    assert drawn.seed in text
    assert text.count(">当選<") == drawn.entries.filter(status="won").count()


def test_before_the_draw_there_is_nothing_to_run_again(client: Client, lottery: LotteryRound) -> None:
    assert client.get(f"/lotteries/{lottery.pk}/").status_code == 200
    assert client.get(f"/lotteries/{lottery.pk}/check/").status_code == 404
    assert client.get(f"/lotteries/{lottery.pk}/result.csv").status_code == 404


def test_running_the_draw_again_agrees_and_writes_nothing(client: Client, drawn: LotteryRound) -> None:
    before = list(drawn.entries.order_by("pk").values())

    text = client.get(f"/lotteries/{drawn.pk}/check/").text

    assert "同じ結果です" in text
    assert list(drawn.entries.order_by("pk").values()) == before


def test_a_result_that_was_changed_by_hand_is_shown_as_different(client: Client, drawn: LotteryRound) -> None:
    entry = drawn.entries.get(rank=1)
    LotteryEntry.objects.filter(pk=entry.pk).update(status=LotteryEntry.Status.LOST, booking=None)

    text = client.get(f"/lotteries/{drawn.pk}/check/").text

    assert "記録と違うところがあります" in text
    assert f"申込番号 {entry.number} が違います" in text


def test_the_file_holds_record_and_result(client: Client, drawn: LotteryRound) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"/lotteries/{drawn.pk}/result.csv").text)))

    assert [int(row["rank"]) for row in rows] == [1, 2, 3, 4, 5, 6]
    assert {row["group"] for row in rows} == {f"G{number}" for number in range(1, 7)}
    assert rows[0]["result"] == "won"


def test_the_recipe_on_the_page_gives_the_same_winners_without_any_of_our_code(
    client: Client, drawn: LotteryRound, tmp_path: Path
) -> None:
    """What a citizen would do: save the file, copy the lines, run them."""
    (tmp_path / f"lottery-{drawn.pk}.csv").write_bytes(
        client.get(f"/lotteries/{drawn.pk}/result.csv").content
    )
    (tmp_path / "recipe.py").write_text(client.get(f"/lotteries/{drawn.pk}/check/").context["recipe"])

    ran = subprocess.run(
        [sys.executable, "-I", "recipe.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    lines = [line.split() for line in ran.stdout.splitlines()]
    assert [int(number) for number, _result in lines] == [turn.number for turn in queries.turns_of(drawn)]
    won = {int(number) for number, result in lines if result == "won"}
    assert won == set(drawn.entries.filter(status="won").values_list("number", flat=True))


def test_an_unknown_draw_is_404(client: Client, db: None) -> None:
    for page in ("", "check/", "result.csv"):
        assert client.get(f"/lotteries/9999/{page}").status_code == 404


@pytest.mark.parametrize("path", ["/lotteries/{pk}/", "/lotteries/{pk}/check/"])
def test_a_draw_costs_the_same_queries_however_many_entered(
    client: Client, lottery: LotteryRound, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 31):
        LotteryEntryFactory(round=lottery, number=number)
    LotteryRound.objects.update(
        seed="5e" * 32,
        drawn_at=DRAW_AT,
        record={
            "places": 1,
            "buffer_before_minutes": 0,
            "buffer_after_minutes": 0,
            "daily_minutes": None,
            "entries": [],
        },
    )

    with django_assert_max_num_queries(8):
        client.get(path.format(pk=lottery.pk))


# ── A group ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_entering_needs_sign_in(client: Client, lottery: LotteryRound) -> None:
    assert "login" in client.get(f"/lotteries/{lottery.pk}/enter/")["Location"]
    assert "ログインして申し込む" in client.get(f"/lotteries/{lottery.pk}/").text


def test_a_representative_enters_on_the_page(
    client: Client, lottery: LotteryRound, group: Group, representative: User
) -> None:
    client.force_login(representative)
    assert "2027年1月16日（土）" in client.get(f"/lotteries/{lottery.pk}/enter/").text

    response = client.post(f"/lotteries/{lottery.pk}/enter/", FORM | {"group": group.pk})

    assert (response.status_code, response["Location"]) == (302, f"/lotteries/{lottery.pk}/")
    page = client.get(f"/lotteries/{lottery.pk}/").text
    assert "あなたの団体の申込" in page
    assert "取り下げる" in page


def test_a_refused_entry_shows_why_beside_the_field(
    client: Client, lottery: LotteryRound, group: Group, representative: User
) -> None:
    client.force_login(representative)

    response = client.post(f"/lotteries/{lottery.pk}/enter/", FORM | {"group": group.pk, "people": "30"})

    assert response.status_code == 200
    assert "スペースAは2人から18人で使えます" in response.text
    assert LotteryEntry.objects.count() == 0


@pytest.mark.parametrize(
    "typed", [{"date": "2027-02-30"}, {"begins": "朝"}, {"people": "五"}, {"group": "999999"}, {"date": ""}]
)
def test_nonsense_is_answered_with_the_form(
    client: Client, lottery: LotteryRound, group: Group, representative: User, typed: dict[str, str]
) -> None:
    client.force_login(representative)

    response = client.post(f"/lotteries/{lottery.pk}/enter/", FORM | {"group": str(group.pk)} | typed)

    assert response.status_code == 200
    assert response.context["form"].errors


def test_a_member_without_the_right_is_told_who_may_enter(
    client: Client, lottery: LotteryRound, group: Group, member: User
) -> None:
    client.force_login(member)

    assert "代表者と予約担当の方が申し込めます" in client.get(f"/lotteries/{lottery.pk}/enter/").text
    assert client.post(f"/lotteries/{lottery.pk}/enter/", FORM | {"group": group.pk}).status_code == 200
    assert LotteryEntry.objects.count() == 0


def test_staff_enter_a_group_by_its_number(
    client: Client, lottery: LotteryRound, group: Group, reception: User
) -> None:
    client.force_login(reception)

    client.post(f"/lotteries/{lottery.pk}/enter/", FORM | {"group": group.number})

    assert LotteryEntry.objects.get().group == group


def test_an_entry_is_withdrawn_by_a_button_not_by_opening_the_page(
    client: Client,
    lottery: LotteryRound,
    group: Group,
    representative: User,
    other_group: Group,
    member: User,
) -> None:
    entry = LotteryEntryFactory(round=lottery, group=group, number=1)
    page = f"/lotteries/entries/{entry.pk}/withdraw/"
    client.force_login(UserFactory())
    assert client.get(page).status_code == 404
    client.force_login(member)
    assert client.get(page).status_code == 403
    assert client.post(page).status_code == 403

    client.force_login(representative)
    assert client.get(page).status_code == 200
    entry.refresh_from_db()
    assert entry.status == "entered"
    client.post(page)
    entry.refresh_from_db()
    assert entry.status == "withdrawn"
    assert "その操作はできません" in client.post(page, follow=True).text


def test_a_win_is_claimed_by_a_button_not_by_opening_the_page(
    client: Client, drawn: LotteryRound, other_representative: User, other_group: Group
) -> None:
    win = drawn.entries.select_related("user", "booking").get(rank=1)
    page = f"/lotteries/entries/{win.pk}/claim/"
    client.force_login(other_representative)
    assert client.get(page).status_code == 404
    assert client.post(page).status_code == 404

    client.force_login(win.user)
    assert "使う・使わないを決める" in client.get(f"/lotteries/{drawn.pk}/").text
    assert "使います" in client.get(page).text
    booking = Booking.objects.get(lottery_entry=win)
    assert booking.status == "requested"
    assert client.post(page)["Location"] == f"/bookings/{booking.reference}/"
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert "もう確定しています" in client.get(page).text
    assert client.post(page)["Location"] == f"/lotteries/{drawn.pk}/"


def test_every_phase_says_what_can_be_done_now(
    client: Client, lottery: LotteryRound, now: time_machine.Traveller
) -> None:
    page = f"/lotteries/{lottery.pk}/"
    now.move_to(at(FRIDAY - timedelta(days=10), 9))
    assert "に始まります" in client.get(page).text
    now.move_to(at(date(2026, 11, 30), 21))
    assert "自動で抽選します" in client.get(page).text
    now.move_to(DRAW_AT)
    actions.draw_lottery(lottery=lottery)
    assert "当選の確認中" in client.get(page).text
    now.move_to(at(date(2026, 12, 9), 9))
    actions.close_claims(lottery=lottery)
    assert "この抽選は終わりました" in client.get(page).text


# ── The admin ────────────────────────────────────────────────────────────────────────────────────────────────────


def announcement(space: Space, **typed: str) -> dict[str, str]:
    return {
        "name": "2月の抽選",
        "space": str(space.pk),
        "first_date": "2027-02-01",
        "last_date": "2027-02-28",
        "entries_per_group": "3",
        "entries_from": "2026-12-01T09:00",
        "entries_until": "2026-12-10T20:00",
        "draw_at": "2026-12-12T10:00",
        "claim_until": "2026-12-20T20:00",
    } | typed


def test_a_coordinator_announces_a_draw(client: Client, space: Space, coordinator: User) -> None:
    client.force_login(coordinator)

    response = client.post("/admin/spaces/lotteryround/add/", announcement(space))

    assert response.status_code == 302
    assert LotteryRound.objects.get().created_by == coordinator


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"claim_until": "2027-02-02T20:00"}, "対象の最初の日より前に"),
        ({"last_date": "2027-01-31"}, "最後の日は最初の日以後に"),
        ({"draw_at": "2026-12-09T10:00"}, "の順にしてください"),
        ({"first_date": "2027-01-20"}, "「1月の抽選」と重なります"),
    ],
)
def test_a_draw_that_cannot_be_is_refused_in_words(
    client: Client, lottery: LotteryRound, space: Space, coordinator: User, typed: dict[str, str], told: str
) -> None:
    client.force_login(coordinator)

    response = client.post("/admin/spaces/lotteryround/add/", announcement(space, **typed))

    assert told in response.text
    assert LotteryRound.objects.count() == 1


def test_a_draw_over_a_shared_half_is_refused_too(
    client: Client, lottery: LotteryRound, spaces: dict[str, Space], coordinator: User
) -> None:
    client.force_login(coordinator)

    typed = announcement(spaces["space-ab"], first_date="2027-01-20")
    assert "重なります" in client.post("/admin/spaces/lotteryround/add/", typed).text


def test_what_was_announced_stays_from_the_first_entry_on(
    client: Client, lottery: LotteryRound, coordinator: User
) -> None:
    client.force_login(coordinator)
    page = f"/admin/spaces/lotteryround/{lottery.pk}/change/"
    assert 'name="draw_at"' in client.get(page).text

    fill(lottery, 1, 10)
    client.post(page, announcement(lottery.space, name="1月の抽選（改）"))

    lottery.refresh_from_db()
    assert 'name="draw_at"' not in client.get(page).text
    assert (lottery.name, lottery.draw_at) == ("1月の抽選（改）", DRAW_AT)
    assert client.post(f"/admin/spaces/lotteryround/{lottery.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_button_draws_when_the_clock_stood_still(
    client: Client, lottery: LotteryRound, coordinator: User, reception: User, now: time_machine.Traveller
) -> None:
    fill(lottery, 2, 10)
    page = f"/admin/spaces/lotteryround/{lottery.pk}/"
    client.force_login(coordinator)
    assert "いま抽選する" not in client.get(page + "change/").text
    client.post(page + "draw/")
    now.move_to(DRAW_AT + timedelta(hours=2))
    client.logout()
    client.force_login(coordinator)
    assert "いま抽選する" in client.get(page + "change/").text
    assert client.get(page + "draw/").status_code == 302
    client.force_login(reception)
    assert client.post(page + "draw/").status_code == 403

    client.force_login(coordinator)
    client.post(page + "draw/")

    lottery.refresh_from_db()
    assert lottery.drawn_at is not None
    assert lottery.seed in client.get(page + "change/").text


def test_the_list_of_draws_costs_the_same_queries_for_one_and_three(
    client: Client, lottery: LotteryRound, spaces: dict[str, Space], manager: User
) -> None:
    client.force_login(manager)
    client.get("/admin/spaces/lotteryround/")
    from_one = count_queries(client)
    for slug in ("space-b", "kyodo-lab"):
        LotteryRoundFactory(space=spaces[slug])

    assert count_queries(client) == from_one


def count_queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/admin/spaces/lotteryround/").status_code == 200
    return len(captured)
