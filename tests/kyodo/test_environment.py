import pytest
from django.core.exceptions import ImproperlyConfigured

from kyodo import environment

NAME = "KYODO_CONSULTATION_CONTACT_DAYS"


def test_a_number_of_days_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "400")

    assert environment.integer(NAME, 365, at_least=30) == 400


@pytest.mark.parametrize("value", ["0", "29", "-1"])
def test_days_that_would_forget_at_once_stop_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)

    with pytest.raises(ImproperlyConfigured, match="30 or more"):
        environment.integer(NAME, 365, at_least=30)


def test_a_default_below_what_another_setting_asks_stops_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contact may not outlive the words: a contact of 2,000 days needs the words to stay as long."""
    monkeypatch.delenv(NAME, raising=False)

    with pytest.raises(ImproperlyConfigured, match="2000 or more"):
        environment.integer(NAME, 1095, at_least=2000)
