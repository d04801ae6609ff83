"""The public directory: what groups chose to show, and nothing else, to anybody."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.actions import directory, groups
from accounts.models import Group, User
from kyodo import clock
from tests.counting import query_count
from tests.factories.accounts import GroupFactory
from tests.factories.centre import ActivityFieldFactory, WardFactory

pytestmark = pytest.mark.django_db

SECRETS = {
    "purpose": "ひみつの目的",
    "activities": "ひみつの活動",
    "legal_form": Group.LegalForm.CERTIFIED_NPO,
    "members_count": 31,
    "contact_name": "秘密 花子",
    "contact_email": "himitsu@example.jp",
    "contact_phone": "045-987-6543",
    "website": "https://himitsu.example.jp/",
}
MARKS = {
    "purpose": "ひみつの目的",
    "activities": "ひみつの活動",
    "legal_form": "認定NPO法人",
    "members": "31人",
    "founded_on": "2015年4月1日",
    "contact_name": "秘密 花子",
    "contact_email": "himitsu@example.jp",
    "contact_phone": "045-987-6543",
    "website": "https://himitsu.example.jp/",
}


def listed(**fields: object) -> Group:
    group = GroupFactory(is_listed=True, **fields)
    directory.index(group)
    return group


def names(client: Client, **query: str) -> list[str]:
    response = client.get(reverse("groups"), query)
    assert response.status_code == 200
    return [entry.name for entry in response.context["entries"]]


def page_of(client: Client, group: Group) -> str:
    return client.get(reverse("group", args=[group.number])).content.decode()


# ── Who is in it ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_lists_the_groups_that_chose_to_be_in_it_by_their_kana(client: Client) -> None:
    listed(name="横の会", name_kana="よこのかい")
    listed(name="青の会", name_kana="あおのかい")
    GroupFactory(name="隠れる会", name_kana="かくれるかい")
    assert names(client) == ["青の会", "横の会"]


@pytest.mark.parametrize("state", ["suspended", "closed", "expired"])
def test_groups_not_in_force_vanish_from_list_search_and_address(client: Client, state: str) -> None:
    group = listed(name="消える会", **{state: True})
    assert names(client) == []
    assert names(client, q="消える") == []
    assert client.get(reverse("group", args=[group.number])).status_code == 404


def test_a_registration_that_ends_tonight_is_gone_tomorrow(client: Client) -> None:
    group = listed()
    with time_machine.travel(clock.day_ends(group.valid_until) - timedelta(minutes=1)):
        assert names(client) == [group.name]
    with time_machine.travel(clock.day_ends(group.valid_until)):
        assert names(client) == []


def test_suspending_takes_a_group_out_and_resuming_brings_it_back(client: Client, coordinator: User) -> None:
    group = listed(name="休む会")
    groups.suspend_group(group=group, reason="書類が届いていません。", by=coordinator)
    assert names(client) == []
    groups.resume_group(group=group, by=coordinator)
    assert names(client, q="休む") == ["休む会"]


def test_an_unlisted_group_has_no_public_address(client: Client, group: Group) -> None:
    assert client.get(reverse("group", args=[group.number])).status_code == 404
    assert client.get(reverse("group", args=["nothing"])).status_code == 404


# ── What it shows ────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_beyond_the_name_is_shown_unless_chosen(client: Client) -> None:
    group = listed(public_fields=[], **SECRETS)
    pages = page_of(client, group) + client.get(reverse("groups")).content.decode()
    assert group.name in pages
    assert [mark for mark in MARKS.values() if mark in pages] == []


@pytest.mark.parametrize("field", Group.PublicField.values)
def test_each_field_is_shown_alone(client: Client, field: str) -> None:
    group = listed(public_fields=[field], **SECRETS)
    page = page_of(client, group)
    assert [name for name, mark in MARKS.items() if mark in page] == [field]


@pytest.mark.parametrize("private", ["number-of-staff", "横浜市中区見本町", "職員だけのメモ", "支払いの遅れ"])
def test_what_nobody_may_choose_is_never_shown(client: Client, private: str) -> None:
    group = listed(
        public_fields=Group.PublicField.values,
        postal_address="横浜市中区見本町1-1",
        staff_note="職員だけのメモ number-of-staff",
        suspended_reason="支払いの遅れ",
    )
    assert private not in page_of(client, group)


def test_names_of_members_are_never_shown(
    client: Client, group: Group, representative: User, member: User
) -> None:
    Group.objects.filter(pk=group.pk).update(is_listed=True, public_fields=Group.PublicField.values)
    page = page_of(client, group)
    assert group.name in page
    assert representative.name not in page
    assert member.name not in page


def test_search_finds_only_by_what_is_shown(client: Client) -> None:
    group = listed(name="あおば見守りの会", public_fields=[], **SECRETS)
    assert names(client, q="見守り") == [group.name]
    for word in ("ひみつ", "秘密", "himitsu", "045-987"):
        assert names(client, q=word) == []


def test_search_follows_the_choice(client: Client, group: Group, representative: User) -> None:
    Group.objects.filter(pk=group.pk).update(purpose="川沿いの花だん")
    group.refresh_from_db()
    groups.update_directory(group=group, is_listed=True, public_fields=["purpose"], by=representative)
    assert names(client, q="花だん") == [group.name]

    groups.update_directory(group=group, is_listed=True, public_fields=[], by=representative)
    assert names(client, q="花だん") == []


def test_search_follows_the_profile(client: Client, group: Group, representative: User) -> None:
    groups.update_directory(group=group, is_listed=True, public_fields=["activities"], by=representative)
    contact = {
        "contact_name": "窓口",
        "contact_email": "office@example.jp",
        "contact_phone": "045-000-0000",
        "postal_address": "",
        "website": "",
        "activities": "朝市と餅つき",
    }
    groups.update_contact(group=group, by=representative, **contact)
    assert names(client, q="餅つき") == [group.name]


@pytest.mark.parametrize("asked", ["アオバ", "ｱｵﾊﾞ", "あおば"])
def test_search_forgives_how_it_is_written(client: Client, asked: str) -> None:
    listed(name="青葉の会", name_kana="あおばのかい")
    assert names(client, q=asked) == ["青葉の会"]


@pytest.mark.parametrize("asked", ["'", "%", "!!", "見守り' & 'x", "(", "\\", "<->"])
def test_odd_questions_are_answered(client: Client, asked: str) -> None:
    listed()
    assert client.get(reverse("groups"), {"q": asked}).status_code == 200


def test_reindexing_writes_the_same_for_all(client: Client) -> None:
    listed(name="花の会")
    Group.objects.update(search=None)
    assert names(client, q="花の会") == []
    assert directory.reindex() == 1
    assert names(client, q="花の会") == ["花の会"]


# ── Narrowing down ───────────────────────────────────────────────────────────────────────────────────────────────


def test_all_wards_are_told_in_one_word(client: Client) -> None:
    wards = [WardFactory() for _ in range(3)]
    everywhere = listed(name="A", wards=wards)
    listed(name="B", wards=wards[:2])

    page = client.get(reverse("groups")).text

    assert page.count("市内全域") == 1
    assert "市内全域" in client.get(everywhere.get_absolute_url()).text


def test_it_narrows_down_by_field_ward_and_kind(client: Client) -> None:
    welfare, culture = ActivityFieldFactory(), ActivityFieldFactory()
    naka, tsurumi = WardFactory(), WardFactory()
    listed(name="A", name_kana="あ", fields=[welfare, culture], wards=[naka])
    listed(name="B", name_kana="い", fields=[culture], wards=[naka, tsurumi], kind=Group.Kind.PROJECT_TEAM)

    assert names(client, field=welfare.code) == ["A"]
    assert names(client, field=culture.code) == ["A", "B"]
    assert names(client, ward=tsurumi.code) == ["B"]
    assert names(client, kind="project_team") == ["B"]
    assert names(client, field=culture.code, ward=naka.code, kind="single", q="A") == ["A"]


@pytest.mark.parametrize(
    "query", [{"field": "nothing"}, {"ward": "99999"}, {"kind": "x"}, {"page": "999"}, {"page": "x"}]
)
def test_a_wrong_address_still_shows_a_page(client: Client, query: dict[str, str]) -> None:
    listed()
    assert client.get(reverse("groups"), query).status_code == 200


def test_pages_hold_twenty_and_keep_the_question(client: Client) -> None:
    for _number in range(21):
        listed()
    response = client.get(reverse("groups"), {"kind": "single"})
    assert len(response.context["entries"]) == 20
    assert "21団体" in response.content.decode()
    assert "?kind=single&amp;page=2" in response.content.decode()
    assert len(names(client, kind="single", page="2")) == 1


def test_three_rows_ask_no_more_than_one(client: Client) -> None:
    field, ward = ActivityFieldFactory(), WardFactory()
    url = f"{reverse('groups')}?field={field.code}&ward={ward.code}"
    listed(fields=[field], wards=[ward])
    before = query_count(client, url)
    for _number in range(2):
        listed(fields=[field], wards=[ward])
    assert query_count(client, url) == before <= 12


# ── Choosing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_representative_chooses_what_is_shown(client: Client, group: Group, representative: User) -> None:
    client.force_login(representative)
    client.post(
        reverse("directory_entry", args=[group.number]),
        {"is_listed": "on", "public_fields": ["purpose", "website"]},
    )
    group.refresh_from_db()
    assert group.is_listed
    assert group.public_fields == ["purpose", "website"]


def test_the_preview_shows_the_choice_and_saves_nothing(
    client: Client, group: Group, representative: User
) -> None:
    client.force_login(representative)
    response = client.post(
        reverse("directory_entry", args=[group.number]),
        {"is_listed": "on", "public_fields": ["contact_phone"], "preview": "1"},
    )
    assert [detail.value for detail in response.context["profile"].details] == [group.contact_phone]
    group.refresh_from_db()
    assert (group.is_listed, group.public_fields) == (False, [])


def test_only_known_fields_can_be_chosen(client: Client, group: Group, representative: User) -> None:
    client.force_login(representative)
    response = client.post(
        reverse("directory_entry", args=[group.number]),
        {"is_listed": "on", "public_fields": ["postal_address"]},
    )
    assert "public_fields" in response.context["form"].errors


@pytest.mark.parametrize("page", ["directory_entry", "group_contact"])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("representative", 200),
        ("booking_manager", 403),
        ("member", 403),
        ("coordinator", 403),
        ("other_representative", 404),
        ("citizen", 404),
        ("ward_officer", 404),
    ],
)
def test_the_group_speaks_for_itself_through_its_representative(
    client: Client,
    group: Group,
    page: str,
    method: str,
    who: str,
    status: int,
    request: pytest.FixtureRequest,
) -> None:
    client.force_login(request.getfixturevalue(who))
    # An empty form is refused for the contact and answered by a preview for the entry: 200 both.
    response = getattr(client, method)(reverse(page, args=[group.number]), {"preview": "1"})
    assert response.status_code == status


def test_actions_ask_again(group: Group, member: User, coordinator: User) -> None:
    for by in (member, coordinator):
        with pytest.raises(PermissionDenied):
            groups.update_directory(group=group, is_listed=True, public_fields=[], by=by)
