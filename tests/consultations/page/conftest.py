import pytest

from tests.factories.centre import CentreFactory, usual_week


@pytest.fixture(autouse=True)
def _centre(db: None) -> None:
    CentreFactory()
    usual_week()
