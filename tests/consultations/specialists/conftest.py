"""The scene of every test here: the centre, its week, a specialist, and a consultation in hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from accounts.models import User
from consultations.actions import referring
from consultations.models import Consultation, Referral, Specialist
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory, SpecialistFactory

EXCERPT = "寄付の受け取り方と会計の記録のしかたを知りたい団体です。"


@pytest.fixture(autouse=True)
def _centre(db: None) -> None:
    CentreFactory()
    usual_week()


@pytest.fixture
def specialist() -> Specialist:
    return SpecialistFactory(name="税理 士子", email="zeiri@example.jp")


@pytest.fixture
def consultation(coordinator: User) -> Consultation:
    return ConsultationFactory(in_progress=True, assignee=coordinator, kind=Consultation.Kind.SPECIALIST)


@dataclass(frozen=True)
class Asked:
    """A referral to a partner, with the address of the page that was mailed."""

    referral: Referral
    url: str

    @property
    def token(self) -> str:
        return self.url.rstrip("/").rpartition("/")[2]


Ask = Callable[..., Asked]


def url_mailed_to(address: str) -> str:
    body = OutgoingMail.objects.filter(to=address, kind="consultations/referral_link").latest("pk").body
    return (
        next(line for line in body.splitlines() if "/answer/" in line).partition("/answer/")[1]
        + (next(line for line in body.splitlines() if "/answer/" in line).partition("/answer/")[2])
    )


@pytest.fixture
def ask(coordinator: User, consultation: Consultation) -> Ask:
    """Send a referral to a specialist, or to an organisation by name and mail address."""

    def send(to: Specialist | None = None, name: str = "", email: str = "") -> Asked:
        receiver = (
            referring.Receiver(kind=Referral.To.SPECIALIST, specialist=to)
            if to
            else referring.Receiver(kind=Referral.To.ORGANISATION, name=name, email=email)
        )
        consultation.refresh_from_db()
        referral = referring.send(
            consultation=consultation,
            version=consultation.version,
            kind=Referral.Kind.REFER,
            to=receiver,
            summary=EXCERPT,
            consent=referring.Consent(text="専門家へ要点を伝えること", given_on=clock.today()),
            by=coordinator,
        )
        return Asked(referral, url_mailed_to(referral.to_email))

    return send


def later(**span: int) -> timedelta:
    return timedelta(**span)
