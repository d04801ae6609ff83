"""Somebody deletes their account: what they asked no longer leads to them."""

import pytest

from accounts.actions.deletion import delete_account
from accounts.models import User
from consultations.models import Consultation
from tests.factories.consultations import ConsultationFactory, ReferralFactory

pytestmark = pytest.mark.django_db


def test_what_is_closed_loses_the_person_and_the_contact_with_its_history(citizen: User) -> None:
    one = ConsultationFactory(closed=True, person=citizen, contact__email=citizen.email)

    delete_account(user=citizen, by=citizen)

    one.refresh_from_db()
    assert one.person is None
    assert one.contact.anonymised_at is not None
    assert one.contact.name == one.contact.email == ""
    assert not one.contact.events.exclude(name="", email="").exists()
    assert not Consultation.pgh_event_model.objects.filter(person=citizen).exists()
    assert one.text


def test_what_is_open_keeps_its_contact_so_that_somebody_can_answer(citizen: User) -> None:
    one = ConsultationFactory(in_progress=True, person=citizen, contact__email=citizen.email)

    delete_account(user=citizen, by=citizen)

    one.refresh_from_db()
    assert one.person is None
    assert one.contact.email


def test_what_is_closed_and_still_goes_on_elsewhere_keeps_it_too(citizen: User) -> None:
    one = ConsultationFactory(closed=True, person=citizen)
    ReferralFactory(consultation=one, sent_by=one.assignee)

    delete_account(user=citizen, by=citizen)

    one.refresh_from_db()
    assert one.person is None
    assert one.contact.name


def test_what_they_asked_without_signing_in_is_known_by_the_address(citizen: User) -> None:
    mine = ConsultationFactory(closed=True, contact__email=citizen.email.upper())
    other = ConsultationFactory(closed=True)

    delete_account(user=citizen, by=citizen)

    mine.contact.refresh_from_db()
    other.contact.refresh_from_db()
    assert mine.contact.name == ""
    assert other.contact.name
