from datetime import date

import pytest
from django.core.exceptions import ValidationError

from kyodo.forms import DayField


@pytest.mark.parametrize("typed", ["2026-11-20", "2026/11/20", "2026年11月20日"])
def test_a_day_is_read_as_people_write_it(typed: str) -> None:
    assert DayField().clean(typed) == date(2026, 11, 20)


@pytest.mark.parametrize(
    "typed", ["0001-01-01", "1999-12-31", "2201-01-01", "9999-12-31", "2026-02-29", "明日"]
)
def test_a_day_that_no_calendar_of_ours_reaches_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        DayField().clean(typed)

    assert refusal.value.error_list[0].code == "invalid"


def test_a_day_may_be_left_out_where_it_is_not_required() -> None:
    assert DayField(required=False).clean("") is None
