"""From an open consultation to the next one: answered, closed and gone on from, in at most four presses."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from consultations.models import Consultation
from kyodo import clock
from kyodo.centre.models import WardCentre
from tests.factories.accounts import UserFactory
from tests.factories.consultations import ConsultationFactory
from tests.journeys.conftest import Open, newest_mail
from tests.journeys.looking import problems

MOST_PRESSES = 4


class Hand:
    """Presses, and counts them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def press(self, what: Locator) -> None:
        what.click()
        self.presses += 1


def two_of(office: User) -> list[Consultation]:
    return [
        ConsultationFactory(
            subject=f"相談の件{days}",
            ward_centre=office.ward_centre,
            due_at=clock.now() + timedelta(days=days),
            received_at=clock.now() - timedelta(days=days),
        )
        for days in (1, 2)
    ]


@pytest.fixture
def officer(site: str) -> User:
    centre = WardCentre.objects.order_by("pk").first()
    return UserFactory(name="区の 担当", role=User.Role.WARD, ward_centre=centre)


@pytest.mark.parametrize("door", ["centre", "ward"])
def test_answer_close_and_go_on(
    door: str, open_page: Open, size: dict[str, int], request: pytest.FixtureRequest
) -> None:
    user: User = request.getfixturevalue("coordinator" if door == "centre" else "officer")
    first, second = two_of(user)
    page = open_page(size, user=user)
    if door == "centre":
        page.goto("/admin/consultations/consultation/inbox/?tab=all")
    else:
        page.goto("/ward/consultations/")
    page.get_by_role("link", name=first.subject).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(first.subject)
    hand = Hand(page)

    if door == "centre":
        hand.press(page.get_by_text("相談者へ返信"))
        page.get_by_label("へ送る文").fill("窓口は、区役所の2階です。")
        hand.press(page.get_by_role("button", name="送るメールを確かめる"))
    else:
        hand.press(page.get_by_role("link", name="返信する"))
        page.get_by_label("相談者へ送る文").fill("窓口は、区役所の2階です。")
        hand.press(page.get_by_role("button", name="送る前に見る"))
    expect(page.get_by_text("窓口は、区役所の2階です。")).to_be_visible()
    assert problems(page) == []
    hand.press(page.get_by_role("button", name="送って完了にし、次へ"))

    expect(page.get_by_role("heading", level=1)).to_contain_text(second.subject)
    expect(page.get_by_text(f"{first.reference} を完了にしました。")).to_be_in_viewport()
    assert hand.presses <= MOST_PRESSES
    first.refresh_from_db()
    assert first.status == "closed"
    assert "窓口は、区役所の2階です。" in newest_mail(first.contact.email).body
    assert problems(page) == []
