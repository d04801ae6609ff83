"""Filters stay until they are set back; a view kept under a name is one's own."""

from urllib.parse import parse_qsl

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.actions import saved_views
from consultations.models import Consultation, SavedView, Tag
from consultations.queries.inbox import Tab
from tests.consultations.inbox.conftest import INBOX, counts, lines
from tests.factories.accounts import UserFactory
from tests.factories.centre import ActivityFieldFactory, WardFactory
from tests.factories.consultations import ConsultationFactory, EntryFactory

VIEWS = f"{INBOX}views/"


@pytest.fixture
def wanted(coordinator: User) -> Consultation:
    """The one that every filter below finds, beside one that none finds."""
    ConsultationFactory(in_progress=True, kind="run", subject="別の件")
    wanted = ConsultationFactory(
        in_progress=True,
        assignee=coordinator,
        kind="partner",
        audience="company",
        channel="phone",
        ward=WardFactory(),
        subject="見守りの相手を探す",
        contact__name="鈴木 みほん",
        contact__name_kana="すずき みほん",
        contact__phone_digits="0459998888",
    )
    wanted.fields.add(ActivityFieldFactory())
    wanted.tags.add(Tag.objects.create(name="急ぎ"))
    EntryFactory(consultation=wanted, text="商店街の空き店舗を見た")
    return wanted


def filters_for(wanted: Consultation) -> list[dict[str, str]]:
    found = [
        {"kind": "partner"},
        {"audience": "company"},
        {"channel": "phone"},
        {"ward": str(wanted.ward_id)},
        {"field": str(wanted.fields.get().pk)},
        {"tag": str(wanted.tags.get().pk)},
        {"assignee": "me"},
        {"assignee": str(wanted.assignee_id)},
    ]
    words = ("みまもり", "ﾐﾏﾓﾘ", "鈴木", "045-999-8888", "空き店舗", wanted.reference.lower())
    return (
        found + [{"words": one} for one in words if one not in ("みまもり", "ﾐﾏﾓﾘ")] + [{"words": "見守り"}]
    )


def test_each_filter_narrows_list_and_counts(staff: Client, wanted: Consultation) -> None:
    assert counts(staff)["all"] == 2

    for chosen in filters_for(wanted):
        staff.post(INBOX, chosen)
        assert lines(staff, Tab.ALL) == [wanted], chosen
        assert counts(staff)["all"] == 1, chosen


def test_filters_stay_while_tabs_change_until_they_are_set_back(staff: Client, wanted: Consultation) -> None:
    staff.post(INBOX, {"kind": "partner"})

    assert lines(staff, Tab.ALL) == [wanted]
    assert lines(staff, Tab.MINE) == [wanted]
    assert "しぼりこみをやめる" in staff.get(INBOX).content.decode()

    staff.post(INBOX, {"reset": "1", "kind": "partner"})
    assert len(lines(staff, Tab.ALL)) == 2


def test_what_is_looked_for_stands_in_no_address(staff: Client) -> None:
    response = staff.post(INBOX, {"words": "鈴木 みほん"})

    assert response.headers["Location"] == INBOX


def test_a_filter_that_is_gone_is_no_longer_applied(staff: Client, wanted: Consultation) -> None:
    staff.post(INBOX, {"tag": str(wanted.tags.get().pk)})
    Tag.objects.all().delete()

    assert len(lines(staff, Tab.ALL)) == 2


def test_nonsense_filters_nothing(staff: Client, wanted: Consultation) -> None:
    staff.post(INBOX, {"ward": "x" * 40, "kind": "none", "assignee": "-1", "tag": "9" * 40})

    assert len(lines(staff, Tab.ALL)) == 2


def test_an_empty_tab_says_what_helps(staff: Client) -> None:
    assert "担当の決まっていない相談はありません。" in staff.get(INBOX).content.decode()

    staff.post(INBOX, {"kind": "partner"})
    assert "しぼりこんだ条件に合う相談は、ここにはありません。" in staff.get(INBOX).content.decode()


# ── Views kept under a name ──────────────────────────────────────────────────────────────────────────────────────


def test_a_view_brings_back_tab_order_and_filters_but_no_words(staff: Client, wanted: Consultation) -> None:
    staff.post(INBOX, {"kind": "partner", "words": "鈴木"})
    staff.get(INBOX, {"tab": "mine", "sort": "newest"})

    staff.post(VIEWS, {"name": "相手さがし"})
    view = SavedView.objects.get()
    staff.post(INBOX, {"reset": "1"})
    staff.get(INBOX, {"tab": "all", "sort": "due"})
    page = staff.get(f"{VIEWS}{view.pk}/", follow=True)

    assert dict(parse_qsl(view.query)) == {"tab": "mine", "sort": "newest", "kind": "partner"}
    assert page.context["inbox"].tab == Tab.MINE
    assert page.context["form"].chosen == {"kind": "partner"}


def test_a_view_is_its_owners(staff: Client, coordinator: User) -> None:
    other = UserFactory(coordinator=True)
    theirs = saved_views.save_view(name="よその表示", query="tab=mine", by=other)

    assert "よその表示" not in staff.get(INBOX).content.decode()
    assert staff.get(f"{VIEWS}{theirs.pk}/").status_code == 404
    assert staff.post(f"{VIEWS}{theirs.pk}/").status_code == 404
    with pytest.raises(PermissionDenied):
        saved_views.remove_view(view=theirs, by=coordinator)
    assert SavedView.objects.filter(pk=theirs.pk).exists()


def test_a_view_is_replaced_under_its_name_and_removed(staff: Client, coordinator: User) -> None:
    for tab in ("mine", "week"):
        staff.get(INBOX, {"tab": tab})
        staff.post(VIEWS, {"name": " わたしの "})
    view = SavedView.objects.get()
    assert (view.name, "tab=week" in view.query) == ("わたしの", True)

    staff.post(f"{VIEWS}{view.pk}/")
    assert not SavedView.objects.exists()


def test_a_view_needs_a_name_and_there_are_not_endlessly_many(coordinator: User) -> None:
    with pytest.raises(ValidationError) as refused:
        saved_views.save_view(name="  ", query="tab=new", by=coordinator)
    assert refused.value.code == "name"

    for number in range(saved_views.MOST):
        saved_views.save_view(name=f"{number}", query="tab=new", by=coordinator)
    with pytest.raises(ValidationError) as refused:
        saved_views.save_view(name="もう一つ", query="tab=new", by=coordinator)
    assert refused.value.code == "too_many"


def test_a_name_too_long_is_told(staff: Client) -> None:
    page = staff.post(VIEWS, {"name": "長" * 31}, follow=True)

    assert page.status_code == 200
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("inbox_bulk", {"chosen": "1:1", "do": "tag", "new_tag": "a\x00b"}),
        ("save_view", {"name": "a\x00b"}),
        ("find", {"words": "a\x00b"}),
        ("log", {"find": "1", "words": "\x00\x00"}),
    ],
)
def test_signs_that_no_keyboard_has_break_nothing(
    name: str, typed: dict[str, str], client: Client, manager: User
) -> None:
    client.force_login(manager)

    assert client.post(reverse(f"admin:consultations_{name}"), typed).status_code < 500
