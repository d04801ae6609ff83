"""A page with several forms: pressing the button of one never drops what was typed in another."""

from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import Application, Group, User
from consultations.models import Consultation, Referral, SpecialistSession
from spaces.models import Booking
from tests.factories.consultations import ReferralFactory
from tests.journeys.conftest import Open, carry_session

WRITTEN = "書きかけの文"

# Every text of every form is another one, and told from those of an earlier round.
FILL = """(words) => {
  const written = [];
  for (const form of document.querySelectorAll("form[method=post i]")) {
    const areas = [...form.querySelectorAll("textarea, input[type=text]")].filter((field) => field.name);
    areas.forEach((area, place) => (area.value = `${words} ${written.length}-${place}。`));
    if (areas.length) written.push(areas.map((area) => area.value));
  }
  return written;
}"""
PRESS = """(number) => {
  const forms = [...document.querySelectorAll("form[method=post i]")];
  const form = forms.filter((one) => one.querySelector("textarea[name], input[type=text][name]"))[number];
  form.noValidate = true;
  form.requestSubmit();
}"""
# As a press whose answer never comes.
ASK = """(number) => {
  const forms = [...document.querySelectorAll("form[method=post i]")];
  const form = forms.filter((one) => one.querySelector("textarea[name], input[type=text][name]"))[number];
  form.dispatchEvent(new Event("submit", { bubbles: true }));
}"""
# In a field, kept or saved; where the step took the forms away, in what the page says.
MISSING = """(texts) => {
  const fields = [...document.querySelectorAll("form[method=post i] textarea, form[method=post i] input[type=text]")];
  const values = fields.flatMap((area) => [area.value, area.defaultValue]);
  const page = document.body.textContent;
  return texts.filter((text) => !values.includes(text) && !page.includes(text));
}"""


def lost(page: Page, path: str) -> list[str] | None:
    """What is lost by pressing each form in turn; None for a page with fewer than two forms that hold text."""
    page.goto(path)
    forms = len(page.evaluate(FILL, WRITTEN))
    if forms < 2:
        return None
    wrong = []
    for number in range(forms):
        page.goto(path)
        written = page.evaluate(FILL, f"{WRITTEN}{number}")
        if len(written) != forms:
            break  # the step before was taken: this page has other forms now
        with page.expect_navigation():
            page.evaluate(PRESS, number)
        others = [text for form in written[:number] + written[number + 1 :] for text in form]
        missing = page.evaluate(MISSING, others)
        if missing:
            # The press led to a page of its own: the others wait where they were written.
            page.goto(path)
            missing = page.evaluate(MISSING, others)
        wrong += [f"{path} form {number + 1}: {text}" for text in missing]
    return wrong


def test_no_form_drops_what_was_typed_in_another(open_page: Open, demo_site: str) -> None:
    coordinator = User.objects.get(email="coordinator@example.jp")
    page = open_page(user=coordinator)
    page.on("dialog", lambda dialog: dialog.accept())
    waiting = Application.objects.filter(status__in=("submitted", "hearing")).order_by("pk")
    requested = Booking.objects.get(status="requested")
    mine = Consultation.objects.filter(ward_centre=None).exclude(status="closed").order_by("pk")
    ReferralFactory(
        consultation=mine[0],
        to_kind="organisation",
        to_ward_centre=None,
        to_name="みなと福祉の会",
        sent_by=coordinator,
    )
    paths = [
        *(reverse("admin:accounts_application_change", args=[one.pk]) for one in waiting[:1]),
        reverse("admin:spaces_booking_change", args=[requested.pk]),
        reverse("admin:accounts_group_change", args=[Group.objects.current().earliest("pk").pk]),
        *(reverse("admin:consultations_consultation_change", args=[one.pk]) for one in mine[:1]),
        *(
            reverse("admin:consultations_referral_change", args=[one.pk])
            for one in Referral.objects.filter(status="sent")[:1]
        ),
        *(
            reverse("admin:consultations_specialistsession_change", args=[one.pk])
            for one in SpecialistSession.objects.filter(status="requested")[:1]
        ),
    ]

    found = {path: lost(page, path) for path in paths}

    walked = [path for path, wrong in found.items() if wrong is not None]
    assert [text for wrong in found.values() for text in wrong or []] == []
    assert len(walked) >= 4, walked


def test_what_was_typed_is_not_shown_to_the_next_person(open_page: Open, demo_site: str) -> None:
    """At a shared desk: another person opens the same page in the same tab, and who signs out leaves nothing."""
    coordinator = User.objects.get(email="coordinator@example.jp")
    page = open_page(user=coordinator)
    application = Application.objects.filter(status="submitted")[0]
    path = reverse("admin:accounts_application_change", args=[application.pk])
    page.goto(path)
    page.evaluate(FILL, WRITTEN)
    page.evaluate(ASK, 0)

    carry_session(page.context, demo_site, User.objects.get(email="manager@example.jp"))
    page.goto(path)
    assert WRITTEN not in page.evaluate(
        "() => JSON.stringify([...document.querySelectorAll('textarea')].map((one) => one.value))"
    )
    assert WRITTEN not in page.locator("body").inner_text()

    carry_session(page.context, demo_site, coordinator)
    page.goto("/my/")
    assert WRITTEN in page.evaluate("() => JSON.stringify(sessionStorage)")
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="ログアウト").click()
    page.wait_for_load_state()
    assert WRITTEN not in page.evaluate("() => JSON.stringify(sessionStorage)")
