"""What a provider's answer means; anymail's own errors, as its backends raise them."""

import pytest
import requests
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused, AnymailRequestsAPIError

from kyodo.mail import transport
from kyodo.mail.transport import Outcome


def answered(status: int) -> AnymailRequestsAPIError:
    response = requests.Response()
    response.status_code = status
    return AnymailRequestsAPIError("refused", response=response)


def broken(cause: Exception) -> AnymailAPIError:
    error = AnymailAPIError("broken")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (answered(400), Outcome()),
        (answered(401), Outcome(is_passing=True)),
        (answered(429), Outcome(is_passing=True)),
        (answered(503), Outcome(is_passing=True)),
        (broken(requests.ConnectTimeout()), Outcome(is_passing=True)),
        (broken(requests.ReadTimeout()), Outcome(is_uncertain=True)),
        (broken(requests.ConnectionError()), Outcome(is_uncertain=True)),
        (AnymailRecipientsRefused(), Outcome()),
    ],
)
def test_what_a_provider_answers_decides(error: Exception, expected: Outcome) -> None:
    outcome = transport._judge(error)

    assert (outcome.is_sent, outcome.is_passing, outcome.is_uncertain) == (
        False,
        expected.is_passing,
        expected.is_uncertain,
    )
    assert outcome.error
