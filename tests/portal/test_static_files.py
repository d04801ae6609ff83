"""What templates and style sheets refer to is there, and nothing in them goes against the Content-Security-Policy."""

import gettext
import re
from pathlib import Path

from django.conf import settings

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
STATIC = Path(settings.BASE_DIR, "static")
CATALOGUE = Path(settings.BASE_DIR, "locale/ja/LC_MESSAGES/django.po")


def found(pattern: str) -> set[tuple[str, str]]:
    """(template, what it refers to)"""
    return {
        (str(path.relative_to(settings.BASE_DIR)), name)
        for path in TEMPLATES
        for name in re.findall(pattern, path.read_text())
    }


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons/sprite.svg").read_text()))

    assert {use for use in found(r'{% icon "([\w-]+)" %}') if use[1] not in sprite} == set()


def test_every_file_of_ours_named_in_a_template_is_there() -> None:
    ours = r'{% static "((?:css|js|icons|images)/[^"]+|[^/"]+)" %}'

    assert {use for use in found(ours) if not (STATIC / use[1]).exists()} == set()


def test_no_template_has_inline_style_script_or_handler() -> None:
    inline = r'(\sstyle="|\son[a-z]+="|<style|<script(?![^>]*(?:\ssrc=|application/json))[^>]*>)'

    assert found(inline) == set()


def test_style_sheets_use_only_names_that_are_defined() -> None:
    sheets = {path: path.read_text() for path in (STATIC / "css").glob("*.css")}
    defined = {name for text in sheets.values() for name in re.findall(r"(--[\w-]+)\s*:", text)}

    used = {
        (path.name, name) for path, text in sheets.items() for name in re.findall(r"var\((--[\w-]+)\)", text)
    }
    assert {use for use in used if use[1] not in defined} == set()


def test_what_every_page_loads_stays_small() -> None:
    everywhere = ("tokens", "theme", "base", "frame", "controls", "content", "print")

    assert sum((STATIC / f"css/{name}.css").stat().st_size for name in everywhere) < 48_000


def test_the_compiled_catalogue_says_what_the_written_one_says() -> None:
    """After a change: msgfmt --check -o locale/ja/LC_MESSAGES/django.mo locale/ja/LC_MESSAGES/django.po"""
    written = dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', CATALOGUE.read_text(), flags=re.MULTILINE))
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    assert written
    assert {key for key, value in written.items() if compiled.gettext(key) != value} == set()
