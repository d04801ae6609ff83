"""What another office has in hand, and what a colleague is kept out of, behind the doors of the admin that lists forget."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from consultations.models import Access, Consultation, Entry, Reading
from kyodo import privacy
from kyodo.mail.models import OutgoingMail
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import (
    AttachmentFactory,
    ConsultationFactory,
    EntryFactory,
    LockOutFactory,
    ReferralFactory,
)

WORD = "里山の竹林"
LIST = "admin:consultations_consultation_changelist"

# Those in the admin whose rows tell of a consultation.
TELLING = [
    model
    for model in admin.site._registry
    if model._meta.app_label == "consultations" or model is OutgoingMail
]


@pytest.fixture(autouse=True)
def _centre(db: None) -> None:
    CentreFactory()
    usual_week()


@pytest.fixture(params=["elsewhere", "kept out"])
def hidden(request: pytest.FixtureRequest, manager: User, ward_officer: User) -> Consultation:
    """In a ward's hand, or in the centre's with the manager kept out of it by name."""
    if request.param == "elsewhere":
        return ConsultationFactory(ward_centre=ward_officer.ward_centre, subject=WORD)
    consultation: Consultation = ConsultationFactory(subject=WORD)
    LockOutFactory(consultation=consultation, user=manager)
    return consultation


@pytest.fixture
def at_work(client: Client, manager: User) -> Client:
    """A manager may do everything there is, but sees no more than others."""
    client.force_login(manager)
    return client


def test_an_export_holds_none_of_it(at_work: Client, hidden: Consultation) -> None:
    shown = ConsultationFactory(subject="商店街")

    for query in ("", f"?q={WORD}", f"?id__exact={hidden.pk}", f"?status__exact={hidden.status}"):
        file = at_work.post(reverse("admin:consultations_export") + query).content.decode()
        assert hidden.reference not in file
        assert WORD not in file

    assert not Reading.objects.filter(consultation=hidden).exists()
    assert Reading.objects.filter(consultation=shown, what=Reading.What.EXPORT).exists()


def test_no_list_to_choose_from_offers_it(at_work: Client, hidden: Consultation) -> None:
    """Django answers for every relation of every model to one that is in the admin, whether a form asks or not."""
    EntryFactory(consultation=hidden)
    AttachmentFactory(consultation=hidden)
    asked = 0
    for model in filter(lambda one: privacy.is_ours(one.__module__), apps.get_models()):
        for field in model._meta.fields:
            if field.is_relation and field.related_model in TELLING:
                where = {
                    "app_label": model._meta.app_label,
                    "model_name": model._meta.model_name,
                    "field_name": field.name,
                }
                for term in (hidden.reference, WORD, ""):
                    answer = at_work.get(reverse("admin:autocomplete"), where | {"term": term})
                    page = answer.content.decode("unicode_escape", errors="replace")
                    assert hidden.reference not in page, where
                    asked += answer.status_code == 200

    assert asked > 10


def test_no_search_finds_it(at_work: Client, hidden: Consultation) -> None:
    for term in (hidden.reference, WORD, hidden.contact.email, hidden.contact.name):
        for address in (reverse(LIST), reverse("admin:consultations_inbox") + "?tab=all"):
            answer = at_work.get(address, {"q": term, "words": term, "tab": "all"})
            # What was asked for stands in the box.
            links = [
                part for part in answer.content.decode().split('href="')[1:] if f"/{hidden.pk}/" in part[:80]
            ]
            assert links == []


def test_neither_its_entries_nor_its_files_are_counted_as_seen(manager: User, hidden: Consultation) -> None:
    entry, file = EntryFactory(consultation=hidden), AttachmentFactory(consultation=hidden)

    assert not Entry.objects.visible_to(manager).filter(pk=entry.pk).exists()
    assert not type(file).objects.visible_to(manager).filter(pk=file.pk).exists()
    assert Access.objects.filter(consultation=hidden).count() == 1


def _ways_to_a_consultation(model: type[models.Model], steps: int) -> list[str]:
    """Chains of relations, as an address of a list may name them."""
    if steps == 0:
        return []
    found = []
    for field in model._meta.get_fields():
        if field.is_relation and field.related_model not in (None, model):
            if field.related_model is Consultation:
                found.append(field.name)
            found += [
                f"{field.name}__{way}" for way in _ways_to_a_consultation(field.related_model, steps - 1)
            ]
    return found


def test_no_list_can_be_narrowed_by_words_of_a_consultation(rf: RequestFactory, manager: User) -> None:
    """Whoever may ask "begins with" of a row that they don't see reads it, sign by sign."""
    request = rf.get("/admin/")
    request.user = manager
    asked, open_ways = 0, []
    for model, at_work in admin.site._registry.items():
        for way in _ways_to_a_consultation(model, 3):
            for words in ("text__contains", "contact__email__startswith"):
                asked += 1
                if at_work.lookup_allowed(f"{way}__{words}", "x", request):
                    open_ways.append(f"{model.__name__}: {way}__{words}")

    assert open_ways == []
    assert asked > 100


def test_the_list_of_referrals_answers_no_question_about_another_wards_case(
    at_work: Client, ward_officer: User
) -> None:
    own = ConsultationFactory(ward_centre=ward_officer.ward_centre, in_progress=True)
    shown = ReferralFactory(consultation=own, to_centre=True)
    ConsultationFactory(ward_centre=ward_officer.ward_centre, text=WORD)
    address = reverse("admin:consultations_referral_changelist")

    narrowed = at_work.get(address, {"from_ward_centre__consultations__text__contains": WORD})
    by_filter = at_work.get(address, {"from_ward_centre__id__exact": ward_officer.ward_centre_id})

    assert narrowed.status_code == 400
    assert shown.consultation.reference in by_filter.content.decode()
