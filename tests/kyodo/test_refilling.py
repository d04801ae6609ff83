"""A finished page and what was typed: every kind of field comes back, and nothing else of the page changes."""

import pytest
from bs4 import BeautifulSoup

from kyodo.refilling import refill

PAGE = "http://testserver/notes/"
HTML = """<!DOCTYPE html><html lang="ja"><body><svg class="icon"><use href="#x"/></svg>
<form action="/search/"><input name="text" value="not this one"></form>
<form method="post" action="/notes/save/">
<input type="hidden" name="csrfmiddlewaretoken" value="new"><input type="hidden" name="version" value="4">
<input name="title" value="old"><input name="guest" value=""><input name="guest" value="">
<textarea name="text">old</textarea>
<input type="checkbox" name="may" value="mail" checked><input type="checkbox" name="may" value="phone">
<input type="radio" name="way" value="a" checked><input type="radio" name="way" value="b">
<select name="ward"><option value="1" selected>鶴見区</option><option value="2">中区</option></select>
<input type="password" name="password"><input type="file" name="files">
<details><summary>more</summary><input name="minutes"></details>
<button name="save" value="1">save</button></form>
<input name="outside" form="nowhere"></body></html>"""
TYPED = [
    ("csrfmiddlewaretoken", "old"),
    ("version", "3"),
    ("title", '"A" & <b>'),
    ("guest", "一人目"),
    ("guest", "二人目"),
    ("text", "\n一行目\n二行目"),
    ("may", "phone"),
    ("way", "b"),
    ("ward", "2"),
    ("minutes", "15"),
    ("save", "1"),
    ("row-3-people", "5"),
]


def filled(html: str = HTML, address: str = "http://testserver/notes/save/") -> BeautifulSoup:
    page = refill(html, page=PAGE, address=address, typed=TYPED)
    assert page is not None
    return BeautifulSoup(page, "html.parser")


def values(soup: BeautifulSoup, name: str) -> list[str]:
    form = soup.find("form", method="post")
    return [str(field.get("value")) for field in form.find_all("input", attrs={"name": name})]


def test_what_was_typed_stands_in_its_fields_again() -> None:
    soup = filled()

    assert values(soup, "title") == ['"A" & <b>']
    assert values(soup, "guest") == ["一人目", "二人目"]
    # A browser drops the first line end of a textarea.
    assert soup.find("textarea").string == "\n\n一行目\n二行目"
    assert [box["value"] for box in soup.find_all("input", checked=True)] == ["phone", "b"]
    assert soup.find("option", selected=True)["value"] == "2"
    assert soup.find("details").has_attr("open")


def test_the_ticket_is_new_and_the_version_the_one_that_was_seen() -> None:
    assert values(filled(), "csrfmiddlewaretoken") == ["new"]
    assert values(filled(), "version") == ["3"]


def test_a_row_that_the_new_page_lacks_goes_along_and_a_button_stays_one() -> None:
    assert values(filled(), "row-3-people") == ["5"]
    assert values(filled(), "save") == []


def test_the_rest_of_the_page_stays() -> None:
    page = refill(HTML, page=PAGE, address="http://testserver/notes/save/", typed=[])

    assert page is not None
    assert page.startswith("<!DOCTYPE html>")
    assert 'value="not this one"' in page


def test_of_several_forms_to_one_address_the_one_with_the_same_hidden_value_is_filled() -> None:
    one = '<form method="post"><input type="hidden" name="criterion" value="{0}"><input name="note"></form>'
    html = one.format("a") + one.format("b")

    page = refill(html, page=PAGE, address=PAGE, typed=[("criterion", "b"), ("note", "見た")])

    forms = BeautifulSoup(page or "", "html.parser").find_all("form")
    assert [form.find("input", attrs={"name": "note"}).get("value") for form in forms] == [None, "見た"]


def test_words_without_a_field_are_not_hidden_away() -> None:
    assert (
        refill(HTML, page=PAGE, address="http://testserver/notes/save/", typed=[("gone", "大切な話")]) is None
    )


def test_the_tab_of_the_form_is_opened() -> None:
    tabs = '<input type="radio" name="tab" id="a" checked><input type="radio" name="tab" id="b">'
    html = tabs + '<form method="post" data-tab="b"><textarea name="text"></textarea></form>'

    soup = BeautifulSoup(refill(html, page=PAGE, address=PAGE, typed=[("text", "話")]) or "", "html.parser")

    assert [tab["id"] for tab in soup.find_all("input", checked=True)] == ["b"]


@pytest.mark.parametrize("address", ["http://testserver/other/", "http://testserver/search/"])
def test_without_such_a_form_nothing_is_filled(address: str) -> None:
    assert refill(HTML, page=PAGE, address=address, typed=TYPED) is None
