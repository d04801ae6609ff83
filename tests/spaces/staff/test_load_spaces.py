from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from spaces.models import BookingPolicy, Space, Unit

pytestmark = pytest.mark.django_db


def load() -> str:
    output = StringIO()
    call_command("load_spaces", "yokohama", stdout=output)
    return output.getvalue()


def test_loading_gives_the_four_spaces_with_the_published_rules() -> None:
    load()

    lab, hall = Space.objects.get(slug="kyodo-lab"), Space.objects.get(slug="space-ab")
    assert list(Space.objects.values_list("slug", flat=True)) == [
        "kyodo-lab",
        "space-a",
        "space-b",
        "space-ab",
    ]
    assert (lab.people_min, lab.people_max, lab.takes) == (2, 10, Space.Takes.ANY)
    assert (lab.policy.window_kind, lab.policy.window_amount, lab.policy.daily_minutes) == ("months", 2, 180)
    assert sum(unit.seats for unit in lab.units.all()) == 28
    assert (hall.policy.window_kind, hall.policy.window_amount, hall.policy.daily_minutes) == (
        "weeks",
        3,
        None,
    )
    assert hall.policy.approval == BookingPolicy.Approval.EVENTS
    assert (hall.people_max, hall.event_people_max) == (18, 218)
    assert {unit.code for unit in hall.units.all()} == {"half-a", "half-b"}


def test_only_the_whole_hall_takes_events() -> None:
    load()

    assert [space.slug for space in Space.objects.all() if space.allows_events] == ["space-ab"]


def test_loading_again_changes_nothing() -> None:
    load()

    output = load()

    assert (Space.objects.count(), BookingPolicy.objects.count(), Unit.objects.count()) == (4, 2, 6)
    assert output.count("0 created, 0 updated") == 3


def test_loading_again_keeps_what_staff_changed() -> None:
    load()
    BookingPolicy.objects.filter(name="協働ラボ").update(daily_minutes=240)
    Space.objects.filter(slug="space-b").update(is_offered=False, summary="改修中です。")

    output = load()

    assert BookingPolicy.objects.get(name="協働ラボ").daily_minutes == 240
    assert Space.objects.get(slug="space-b").summary == "改修中です。"
    assert "kept as staff have it: space-b summary" in output


def test_an_unknown_centre_is_refused() -> None:
    with pytest.raises(CommandError):
        call_command("load_spaces", "atlantis")
