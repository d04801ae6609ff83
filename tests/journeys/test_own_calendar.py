"""A member takes the group's bookings into an own calendar: the address made, renewed and stopped on the page."""

from playwright.sync_api import Page, expect

from accounts.models import Group, User
from tests.factories.spaces import BookingFactory
from tests.journeys.conftest import Open
from tests.journeys.looking import problems


def test_an_address_is_made_renewed_and_stopped(
    open_page: Open, size: dict[str, int], group: Group, member: User
) -> None:
    booking = BookingFactory(group=group)
    page = open_page(size, user=member)

    page.goto(group.get_absolute_url())
    page.get_by_role("link", name="カレンダーで見る").click()
    assert problems(page) == []
    page.get_by_role("button", name="アドレスを作る").click()
    first = address_on(page)
    assert booking.reference in page.request.get(first).text()
    assert problems(page) == []

    page.get_by_role("button", name="新しいアドレスにする").click()
    expect(page.get_by_role("status")).to_contain_text("新しいアドレスを作りました。")
    second = address_on(page)
    assert second != first
    assert [page.request.get(one).status for one in (first, second)] == [404, 200]

    page.get_by_role("button", name="アドレスを止める").click()
    expect(page.get_by_role("main")).to_contain_text("まだアドレスがありません。")
    assert page.request.get(second).status == 404
    assert problems(page) == []


def address_on(page: Page) -> str:
    """Without the name of the site, which here is not the one of the settings."""
    return "/feeds/" + page.get_by_label("カレンダーのアドレス").input_value().partition("/feeds/")[2]
