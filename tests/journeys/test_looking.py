"""What looks at every page is known to be able to find something, and not only at the first place that looks alike."""

from playwright.sync_api import Page

from tests.journeys.conftest import Open
from tests.journeys.looking import DESKTOP, PHONE, problems

# Through the style sheet's own objects: our policy refuses style written into a page.
PALE = "(selector) => document.querySelector(selector).style.setProperty('color', '#ddd')"
GREY_BEHIND = "(selector) => document.querySelector(selector).style.setProperty('background-color', '#777')"
PLANT = "(html) => document.querySelector('main').insertAdjacentHTML('beforeend', html)"


def found(page: Page) -> str:
    return " ".join(problems(page))


def test_pale_text_is_found_after_others_that_looked_alike(open_page: Open, site: str) -> None:
    page = open_page()
    page.goto("/accounts/login/")
    assert problems(page) == []

    page.set_viewport_size(PHONE)
    page.evaluate(PALE, "main h1")
    assert "color-contrast" in found(page)

    page.set_viewport_size(DESKTOP)
    page.goto("/accounts/signup/")
    assert problems(page) == []
    page.evaluate(GREY_BEHIND, "main")
    assert "color-contrast" in found(page)


def test_what_else_may_be_wrong_with_a_page_is_found(open_page: Open, site: str) -> None:
    page = open_page()
    page.goto("/accounts/login/")

    page.evaluate(
        PLANT, "<h1>もうひとつ</h1><input><img src='/static/icons/sprite.svg'><pre>" + "長い" * 600 + "</pre>"
    )

    wrong = found(page)
    assert all(word in wrong for word in ("2 h1", "no label", "image-alt", "scrolls sideways"))
