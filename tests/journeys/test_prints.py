"""Everything that is meant for paper, printed: the right paper, no more sheets than meant, nothing to press, nothing cut."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize

from accounts.models import Application, User
from consultations.models import Consultation
from consultations.queries import person_export
from consultations.views.ask import RECEIPT
from consultations.views.staff.person_export import DOCUMENT, FOLDER
from kyodo.centre.queries import current_centre
from spaces.models import Booking
from tests.journeys.conftest import Open, carry_session
from tests.journeys.looking import SIDEWAYS
from tests.journeys.test_every_page import TOMORROW, drawn_round, group_of, user

A4 = (595, 842)
"""In points, of which an inch has 72."""
INSIDE_THE_MARGINS = ViewportSize(width=680, height=1000)
"""A4 without 15 mm at each side, in pixels of a style sheet."""
CARD_MM = (91, 55)

TO_PRESS = """() => [...document.querySelectorAll(
    "button, input:not([type=hidden]), select, textarea, nav, summary, .button, .skip, #nav-sidebar")]
  .filter((element) => element.checkVisibility({visibilityProperty: true}) && element.offsetHeight)
  .map((element) => element.outerHTML.replace(/\\s+/g, " ").slice(0, 120))"""
CUT = """() => [...document.querySelectorAll("body *")]
  .filter((element) => !["visible", ""].includes(getComputedStyle(element).overflow))
  .filter((element) => element.getClientRects().length && !element.closest(".visually-hidden, svg"))
  .filter((element) => element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1)
  .map((element) => `${element.tagName.toLowerCase()}.${element.className}`)"""

STRETCHED = """() => [...document.images]
  .filter((image) => image.offsetHeight)
  .filter((image) => Math.abs(image.offsetWidth / image.offsetHeight - image.naturalWidth / image.naturalHeight) > 0.05)
  .map((image) => `${image.alt} of ${image.offsetWidth} by ${image.offsetHeight}`)"""


@dataclass(frozen=True)
class Print:
    path: str
    by: User | None
    sheets: int | None = 1
    """None: as many as its words need."""


def prints() -> list[Print]:
    aoba, manager = user("aoba@example.jp"), user("manager@example.jp")
    applicant = user("applicant1@example.jp")
    group = group_of(aoba.email)
    booking = Booking.objects.filter(group=group, status="confirmed").latest("begins_at")
    asked = Consultation.objects.filter(channel="web").earliest("pk")
    day, statistics = reverse("admin:spaces_booking_day"), reverse("admin:spaces_statistics")
    return [
        Print(booking.get_absolute_url(), aoba),
        Print(reverse("group_card", args=[group.number]), aoba),
        Print(
            reverse("application_receipt", args=[Application.objects.get(applicant=applicant).reference]),
            applicant,
        ),
        Print("/groups/register/model-bylaws/", applicant, sheets=None),
        Print(reverse("consult_receipt", args=[signing.dumps(asked.reference, salt=RECEIPT)]), None),
        Print(reverse("lottery", args=[drawn_round(group).pk]), None, sheets=None),
        Print(day, manager),
        Print(f"{day}?date={TOMORROW}", manager),
        Print(statistics, manager, sheets=None),
        Print(reverse("admin:consultations_report"), manager, sheets=None),
    ]


def faults(page: Page, sheets: int | None = 1) -> list[str]:
    """What is wrong with the page on paper."""
    page.wait_for_load_state("load")
    page.emulate_media(media="print")
    page.set_viewport_size(INSIDE_THE_MARGINS)
    wrong = [f"to press: {element}" for element in page.evaluate(TO_PRESS)]
    wrong += [f"cut: {element}" for element in page.evaluate(CUT)]
    wrong += [f"stretched: {image}" for image in page.evaluate(STRETCHED)]
    if wide := page.evaluate(SIDEWAYS):
        wrong.append(wide)
    pdf = page.pdf(prefer_css_page_size=True)
    papers = {
        (round(float(width)), round(float(height)))
        for width, height in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    }
    if papers != {A4}:
        wrong.append(f"on paper of {papers} points")
    printed = len(re.findall(rb"/Type /Page\b", pdf))
    if sheets is not None and printed != sheets:
        wrong.append(f"{printed} sheets instead of {sheets}")
    return wrong


def test_every_print(open_page: Open, demo_site: str) -> None:
    page = open_page()
    wrong = []
    for sheet in prints():
        page.context.clear_cookies()
        if sheet.by is not None:
            carry_session(page.context, demo_site, sheet.by)
        page.emulate_media(media="screen")
        response = page.goto(sheet.path)
        assert response is not None
        assert response.status == 200, sheet.path
        wrong += [f"{sheet.path}: {fault}" for fault in faults(page, sheet.sheets)]
        card = page.locator(".registration-card")
        if card.count():
            box = card.bounding_box()
            assert box is not None
            assert (box["width"], box["height"]) == pytest.approx([mm * 96 / 25.4 for mm in CARD_MM], abs=1)

    assert not wrong, f"{len(wrong)} found:\n" + "\n".join(wrong)


def test_a_persons_records_on_paper(open_page: Open, demo_site: str, tmp_path: Path) -> None:
    data = person_export.as_data(Consultation.objects.order_by("pk")[:2], with_notes=True)
    for name in DOCUMENT:
        (tmp_path / name).write_text(render_to_string(FOLDER + name, {"centre": current_centre(), **data}))
    page = open_page()

    page.goto((tmp_path / DOCUMENT[0]).as_uri())

    assert faults(page, sheets=None) == []
