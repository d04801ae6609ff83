"""The admin's list and its file: an office that only follows a consultation reads nothing of it, however it asks."""

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import User
from consultations.models import Consultation, Reading, Tag
from consultations.views.staff import export
from tests.consultations.inbox.conftest import LIST, NOW
from tests.counting import query_count
from tests.factories.accounts import UserFactory
from tests.factories.centre import WardCentreFactory
from tests.factories.consultations import ConsultationFactory, EntryFactory, LockOutFactory, ReferralFactory

EXPORT = f"{LIST}export/"
SECRET = "秘密の件"


def listed(client: Client, **query: Any) -> set[Consultation]:
    response = client.get(LIST, query)
    assert response.status_code == 200
    return set(response.context["cl"].result_list)


def rows(response: Any) -> list[list[str]]:
    assert response.status_code == 200
    return list(csv.reader(response.content.decode("utf-8-sig").splitlines()))


@pytest.fixture
def followed() -> Consultation:
    """Of a ward centre, which has asked the centre to help: the centre has its summary and no more."""
    ward_centre = WardCentreFactory()
    consultation = ConsultationFactory(
        in_progress=True,
        ward_centre=ward_centre,
        assignee=UserFactory(ward_officer=True, ward_centre=ward_centre),
        ward=ward_centre.ward,
        subject=SECRET,
        text="秘密の内容",
        contact__name="秘密 花子",
    )
    EntryFactory(consultation=consultation, text="秘密の記録")
    ReferralFactory(to_centre=True, consultation=consultation)
    return consultation


def test_the_list_shows_that_there_is_one_but_none_of_its_words(
    staff: Client, followed: Consultation
) -> None:
    page = staff.get(LIST).content.decode()

    assert followed.reference in page
    assert SECRET not in page
    assert "（紹介の要約だけ）" in page
    assert str(followed.assignee) not in page


def test_no_search_and_no_filter_tells_of_what_may_not_be_read(staff: Client, followed: Consultation) -> None:
    tag = Tag.objects.create(name="秘密")
    followed.tags.add(tag)
    asked: list[dict[str, Any]] = [
        {"q": "秘密"},
        {"q": "秘密の内容"},
        {"q": "秘密の記録"},
        {"q": "花子"},
        {"channel__exact": followed.channel},
        {"ward__id__exact": followed.ward_id},
        {"assignee": followed.assignee_id},
        {"tag": tag.pk},
        {"when": "month"},
    ]

    assert listed(staff) == {followed}
    assert listed(staff, status__exact=followed.status) == {followed}
    for query in asked:
        assert listed(staff, **query) == set(), query
    assert listed(staff, q=followed.reference) == set()


def test_another_office_and_a_lock_out_appear_nowhere(staff: Client, coordinator: User) -> None:
    foreign = ConsultationFactory(ward_centre=WardCentreFactory(), subject=SECRET)
    kept = ConsultationFactory(subject=SECRET)
    LockOutFactory(consultation=kept, user=coordinator)

    assert listed(staff) == listed(staff, q=SECRET) == listed(staff, q=kept.reference) == set()
    assert len(rows(staff.post(EXPORT))) == 1
    for one in (foreign, kept):
        assert staff.get(f"{LIST}{one.pk}/change/").status_code == 404
        assert staff.get(f"{LIST}{one.pk}/history/").status_code in (302, 403, 404)


def test_words_names_numbers_and_references_find(staff: Client) -> None:
    wanted = ConsultationFactory(
        subject="川の清掃",
        contact__name="渡邊 みほん",
        contact__email="river@example.jp",
        contact__phone_digits="0451112222",
    )
    ConsultationFactory(subject="別の件")
    EntryFactory(consultation=wanted, text="河川事務所に聞く")

    for words in (wanted.reference, "川の清掃", "渡辺", "river@example.jp", "045-111-2222", "河川事務所"):
        assert listed(staff, q=words) == {wanted}, words
    assert listed(staff, q="見つからない") == set()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status__exact": "closed"}, "closed"),
        ({"when": "month"}, "open"),
        ({"when": "last_month"}, "closed"),
        ({"when": "2026"}, "both"),
        ({"when": "2023"}, "none"),
        ({"assignee": "me"}, "open"),
        ({"assignee": "none"}, "none"),
        ({"kind__exact": "run"}, "open"),
    ],
)
def test_filters_narrow(staff: Client, coordinator: User, query: dict[str, str], found: str) -> None:
    is_open = ConsultationFactory(in_progress=True, assignee=coordinator, kind="run")
    is_closed = ConsultationFactory(closed=True, received_at=NOW - timedelta(days=31))
    wanted = {"open": {is_open}, "closed": {is_closed}, "both": {is_open, is_closed}, "none": set()}

    assert listed(staff, **query) == wanted[found]


@pytest.mark.parametrize("query", ["when=abc", "when=99999", "assignee=x", "tag=x", "o=9", "p=-1", "q=%00"])
def test_nonsense_is_no_failure(staff: Client, query: str) -> None:
    assert staff.get(f"{LIST}?{query}").status_code in (200, 302, 400)


def test_nothing_is_changed_through_djangos_forms(staff: Client, manager: User) -> None:
    staff.force_login(manager)
    one = ConsultationFactory()

    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(f"{LIST}{one.pk}/change/", {"subject": "変えた"}).status_code == 405
    assert staff.post(f"{LIST}{one.pk}/delete/", {"post": "yes"}).status_code == 403
    one.refresh_from_db()
    assert one.subject == "子ども食堂を始めたい"
    assert not LogEntry.objects.exists()


# ── The file ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_holds_the_list_and_each_line_is_in_the_read_log(
    staff: Client, coordinator: User, followed: Consultation
) -> None:
    one = ConsultationFactory(subject="=HYPERLINK(1)", contact__name="名前 みほん", kind="run")
    ConsultationFactory(kind="start")

    found = rows(staff.post(f"{EXPORT}?kind__exact=run"))

    assert len(found) == 2
    assert (found[1][0], found[1][7]) == (one.reference, "'=HYPERLINK(1)")
    assert "名前" not in str(found)
    reading = Reading.objects.get()
    assert (reading.consultation, reading.by, reading.what) == (one, coordinator, Reading.What.EXPORT)


def test_what_is_only_followed_leaves_in_no_file(staff: Client, followed: Consultation) -> None:
    assert len(rows(staff.post(EXPORT))) == 1
    assert not Reading.objects.exists()


def test_a_file_of_everything_is_refused_with_what_to_do(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST", 1)
    for _ in range(2):
        ConsultationFactory()

    response = staff.post(f"{EXPORT}?status__exact=received", follow=True)

    assert response.redirect_chain == [(f"{LIST}?status__exact=received", 302)]
    assert "一度に書き出せるのは1件までです。" in response.content.decode()
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("citizen", 302), ("ward_officer", 302), ("reception", 403), ("manager", 200)]
)
def test_who_may_take_a_file(client: Client, who: str, status: int, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))
    ConsultationFactory()

    assert client.post(EXPORT).status_code in (status, 403 if status == 302 else status)
    assert Reading.objects.exists() == (status == 200)
    assert ("この一覧をCSVで保存" in client.get(LIST).content.decode()) == (status == 200)


def test_a_file_is_taken_by_post_alone(staff: Client) -> None:
    assert staff.get(EXPORT).status_code == 302
    assert staff.post(f"{EXPORT}?when=abc&bad__lookup=1").status_code in (200, 302, 400)


def test_the_list_asks_as_many_questions_for_three_as_for_one(staff: Client) -> None:
    ConsultationFactory(in_progress=True)
    one = query_count(staff, LIST)
    for number in range(2):
        ConsultationFactory(in_progress=True).tags.create(name=f"タグ{number}")

    assert query_count(staff, LIST) == one <= 20
