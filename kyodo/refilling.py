"""Puts what somebody had typed into a form of a finished page, so that no view has to know how."""

import re
from collections import defaultdict
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

Fields = list[tuple[str, str]]
BUTTONS = ("submit", "button", "image", "reset")
# Not to be filled: a ticket of its own, and what browsers let nobody fill.
UNTOUCHED = (*BUTTONS, "password", "file")
LONGEST_CHOICE = 40
# What django.core.signing put under a value that travels with a form: time and signature.
SIGNED = re.compile(r":[0-9A-Za-z]{6}:[\w-]{43}\Z")
TICKET = "csrfmiddlewaretoken"


def refill(html: str, *, page: str, address: str, typed: Fields) -> str | None:
    """The page with the form that is sent to this address filled in; None where it has no room for all the words."""
    soup = BeautifulSoup(html, "html.parser")
    forms = [form for form in soup.find_all("form") if _is_sent_to(form, page, address)]
    if not forms:
        return None
    form = max(forms, key=lambda form: _likeness(soup, form, typed))
    if not _fill(soup, form, typed):
        return None
    _open_tab(soup, form)
    return str(soup)


def is_text(value: str) -> bool:
    """Words that somebody wrote, to be read again before they are sent; not a number, a day or a choice."""
    return not value.isascii() or (len(value) > LONGEST_CHOICE and not SIGNED.search(value))


def _is_sent_to(form: Tag, page: str, address: str) -> bool:
    goal = urljoin(page, str(form.get("action") or page))
    return str(form.get("method", "")).lower() == "post" and urlsplit(goal).path == urlsplit(address).path


def _likeness(soup: BeautifulSoup, form: Tag, typed: Fields) -> tuple[int, int]:
    """Several forms of a page may go to one address: the same hidden values count first, then the same fields."""
    fields = _fields(soup, form)
    hidden = {(_name(field), str(field.get("value", ""))) for field in fields if _kind(field) == "hidden"}
    names = {_name(field) for field in fields} | _names_of_buttons(soup, form)
    return len(hidden & set(typed)), sum(name in names for name, _value in typed)


def _of_form(soup: BeautifulSoup, form: Tag, *tags: str) -> list[Tag]:
    """Within it, or elsewhere with form="…"."""
    within = [field for field in form.find_all(tags) if not field.get("form")]
    elsewhere = soup.find_all(tags, attrs={"form": form["id"]}) if form.get("id") else []
    return [*within, *elsewhere]


def _fields(soup: BeautifulSoup, form: Tag) -> list[Tag]:
    return [
        field
        for field in _of_form(soup, form, "input", "select", "textarea")
        if field.get("name") and _kind(field) not in UNTOUCHED and _name(field) != TICKET
    ]


def _names_of_buttons(soup: BeautifulSoup, form: Tag) -> set[str]:
    return {
        _name(field)
        for field in _of_form(soup, form, "button", "input")
        if field.name == "button" or _kind(field) in BUTTONS
    }


def _name(field: Tag) -> str:
    return str(field.get("name", ""))


def _kind(field: Tag) -> str:
    return str(field.get("type", "text")).lower() if field.name == "input" else field.name


def _fill(soup: BeautifulSoup, form: Tag, typed: Fields) -> bool:
    """Rows that a script had added have no field on the new page: numbers go along unseen, words must be seen."""
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in typed:
        if name != TICKET:
            values[name].append(value)
    fields = _fields(soup, form)
    for field in fields:
        _put(field, values[_name(field)])
    names = {_name(field) for field in fields} | _names_of_buttons(soup, form)
    unplaced = [(name, value) for name, left in values.items() if name not in names for value in left]
    for name, value in unplaced:
        form.append(soup.new_tag("input", attrs={"type": "hidden", "name": name, "value": value}))
    return not any(is_text(value) for _name, value in unplaced)


def _open_tab(soup: BeautifulSoup, form: Tag) -> None:
    """<form data-tab="id of a radio button">: shown while that button is chosen."""
    tab = soup.find("input", id=str(form.get("data-tab", "")))
    if tab:
        for other in soup.find_all("input", attrs={"type": "radio", "name": tab["name"]}):
            _mark(other, "checked", other is tab)


def _put(field: Tag, values: list[str]) -> None:
    """Fields of one name take their values in turn; of choices all that were chosen hold."""
    kind = _kind(field)
    if kind in ("checkbox", "radio"):
        is_chosen = str(field.get("value", "on")) in values
        _mark(field, "checked", is_chosen)
        if not is_chosen:
            return
    elif kind == "select":
        for option in field.find_all("option"):
            _mark(option, "selected", str(option.get("value", option.get_text())) in values)
    elif not values:
        return
    elif kind == "textarea":
        # Browsers drop the first line end.
        field.string = "\n" + values.pop(0)
    else:
        field["value"] = values.pop(0)
    if kind != "hidden" and (around := field.find_parent("details")):
        around["open"] = ""


def _mark(field: Tag, attribute: str, is_on: bool) -> None:
    if is_on:
        field[attribute] = ""
    elif field.has_attr(attribute):
        del field[attribute]
