import pytest

from accounts.models import User
from consultations.models import Consultation, Referral
from tests.factories.accounts import UserFactory
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory, ReferralFactory

TEXT = "川辺の掃除をする仲間を集めたい。娘の鈴蘭も来たがっている。"


@pytest.fixture(autouse=True)
def _centre(db: None) -> None:
    CentreFactory()
    usual_week()


@pytest.fixture
def own(ward_officer: User) -> Consultation:
    """In the hand of ward_officer's ward centre."""
    return ConsultationFactory(
        ward_centre=ward_officer.ward_centre,
        in_progress=True,
        assignee=ward_officer,
        subject="川辺の掃除",
        text=TEXT,
    )


@pytest.fixture
def other_officer(db: None) -> User:
    """Of another ward centre."""
    return UserFactory(name="隣の 職員", ward_officer=True)


@pytest.fixture
def elsewhere(other_officer: User) -> Consultation:
    """In the hand of the other ward centre."""
    return ConsultationFactory(
        ward_centre=other_officer.ward_centre,
        in_progress=True,
        assignee=other_officer,
        subject="隣の区の相談",
    )


@pytest.fixture
def asked(ward_officer: User, coordinator: User) -> Referral:
    """The centre asks ward_officer's ward centre."""
    consultation = ConsultationFactory(
        in_progress=True, assignee=coordinator, subject="川辺の掃除", text=TEXT, contact__phone="045-123-4567"
    )
    return ReferralFactory(consultation=consultation, to_ward_centre=ward_officer.ward_centre)


@pytest.fixture
def sent(own: Consultation, ward_officer: User) -> Referral:
    """ward_officer's ward centre asks the centre."""
    return ReferralFactory(consultation=own, to_centre=True, sent_by=ward_officer)
