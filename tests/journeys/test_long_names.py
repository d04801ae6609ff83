"""Names of sixty letters without a space, as foreign names, addresses and files have them: no page scrolls sideways."""

from django.db.models import Model
from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import Application, Document, Group, User
from consultations.models import Attachment, Consultation, Contact, InboundMail, Referral, Specialist
from kyodo.mail.models import OutgoingMail
from spaces.models import Booking, Hold
from tests.journeys.conftest import Open, carry_session
from tests.journeys.looking import DESKTOP, PHONE, sideways
from tests.journeys.test_every_page import admin_lists, fail_on, group_of, user

NARROW = {"width": 320, "height": 640}
LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewis"
ADDRESS = f"{LONG.lower()}@{LONG.lower()}.example.jp"
# What people type as one word, and where it is kept.
NAMES: dict[type[Model], tuple[str, ...]] = {
    User: ("name",),
    Group: ("name", "contact_name", "contact_email"),
    Application: ("name", "contact_name", "contact_email"),
    Document: ("filename",),
    Contact: ("name", "organisation", "email"),
    Consultation: ("subject",),
    Attachment: ("name",),
    Referral: ("to_name", "from_name"),
    Specialist: ("name", "office_name", "email"),
    InboundMail: ("sender", "subject"),
    OutgoingMail: ("to", "subject"),
    Booking: ("purpose",),
    Hold: ("title",),
}


def lengthen() -> None:
    for model, columns in NAMES.items():
        values = {
            column: ADDRESS if "email" in column or column in ("to", "sender") else LONG for column in columns
        }
        model._default_manager.update(**values)


def walk(page: Page, paths: list[str]) -> list[str]:
    wrong = []
    for path in paths:
        page.set_viewport_size(NARROW)
        page.goto(path)
        for size in (NARROW, PHONE, DESKTOP):
            page.set_viewport_size(size)
            wrong += [f"{path} ({size['width']}): {problem}" for problem in sideways(page)]
    return wrong


def test_long_names_wrap_on_the_pages_of_people(open_page: Open, demo_site: str) -> None:
    aoba, ward = user("aoba@example.jp"), User.objects.filter(role=User.Role.WARD).earliest("pk")
    group = group_of(aoba.email)
    lengthen()
    booking = Booking.objects.filter(group=group, status="confirmed").latest("begins_at")
    page = open_page(user=aoba)

    of_group = ("group", "group_contact", "invite", "group_card", "leave_group", "group_calendar")
    wrong = walk(
        page,
        [
            "/my/",
            "/groups/",
            "/bookings/",
            "/lobby/",
            "/my/profile/",
            "/accounts/email/",
            "/spaces/kyodo-lab/book/",
            booking.get_absolute_url(),
            reverse("booking_cancel", args=[booking.reference]),
            *(reverse(name, args=[group.number]) for name in of_group),
        ],
    )
    for application in Application.objects.exclude(submitted_at=None)[:1]:
        carry_session(page.context, demo_site, application.applicant)
        wrong += walk(page, ["/my/", application.get_absolute_url()])
    carry_session(page.context, demo_site, ward)
    opened = Consultation.objects.in_hand_of(ward).latest("pk")
    wrong += walk(
        page,
        [
            "/ward/",
            reverse("ward_consultations"),
            reverse("ward_consultation", args=[opened.reference]),
            reverse("ward_referrals"),
        ],
    )

    fail_on(wrong)


def test_long_names_wrap_on_the_pages_of_staff(open_page: Open, demo_site: str) -> None:
    lengthen()
    page = open_page(user=user("manager@example.jp"))

    opened = Consultation.objects.filter(
        entries__attachments__isnull=False
    ).first() or Consultation.objects.latest("pk")
    wrong = walk(
        page,
        [
            "/admin/",
            reverse("admin:spaces_booking_day"),
            reverse("admin:consultations_consultation_change", args=[opened.pk]),
        ],
    )
    for address in admin_lists():
        wrong += walk(page, [address])
        first = page.locator("#result_list tbody th a").first
        if first.count():
            wrong += walk(page, [str(first.get_attribute("href"))])

    fail_on(wrong)
