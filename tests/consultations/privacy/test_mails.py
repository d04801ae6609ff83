"""Mails of a consultation in the list of all mails: for the office that has it in hand, and nobody kept out of it."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from consultations.actions import lock_outs
from consultations.emails import people
from consultations.models import Consultation
from consultations.queries.ward_desk import ward_desk
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from kyodo.portal.queries.work import todays_work
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory, ReferralFactory

LIST = "/admin/mail/outgoingmail/"
UNSENT = "メールが届いていません"


@pytest.fixture(autouse=True)
def _centre(db: None) -> None:
    CentreFactory()
    usual_week()


def failed_mail(consultation: Consultation) -> OutgoingMail:
    mail = people.received(consultation)
    OutgoingMail.objects.filter(pk=mail.pk).update(state="failed", next_attempt_at=None)
    return mail


def test_a_colleague_kept_out_finds_neither_reference_nor_address(
    client: Client, coordinator: User, manager: User
) -> None:
    consultation = ConsultationFactory(in_progress=True, assignee=manager)
    mail = failed_mail(consultation)
    lock_outs.lock_out(consultation=consultation, user=coordinator, reason="親族", by=manager)

    client.force_login(coordinator)
    page = client.get(LIST)
    counted = todays_work(coordinator).failed_mails, todays_work(manager).failed_mails

    assert consultation.reference not in page.content.decode()
    assert consultation.contact.email not in page.content.decode()
    assert counted == (0, 1)
    client.force_login(manager)
    assert list(client.get(LIST).context["cl"].result_list) == [mail]


def test_what_a_ward_has_in_hand_is_told_at_the_wards_desk_alone(
    client: Client, ward_officer: User, manager: User
) -> None:
    theirs = ConsultationFactory(ward_centre=ward_officer.ward_centre, in_progress=True)
    failed_mail(theirs)
    failed_mail(ConsultationFactory())
    client.force_login(manager)

    page = client.get(LIST).content.decode()
    needs = [one for one in ward_desk(ward_officer).needs if one.reasons[0].words == UNSENT]

    assert theirs.contact.email not in page
    assert theirs.reference not in page
    assert todays_work(manager).failed_mails == 1
    assert [one.reference for one in needs] == [theirs.reference]


def test_a_mail_that_came_back_is_told_at_the_desk_as_well(ward_officer: User) -> None:
    theirs = ConsultationFactory(ward_centre=ward_officer.ward_centre, in_progress=True)
    mail = people.received(theirs)
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state="sent",
        next_attempt_at=None,
        sent_at=clock.now(),
        delivery="undelivered",
        delivery_reason="no_address",
        delivery_at=clock.now(),
    )

    needs = [one.reference for one in ward_desk(ward_officer).needs if one.reasons[0].words == UNSENT]

    assert needs == [theirs.reference]


def test_an_office_that_reads_it_through_a_referral_sees_no_mail_of_it(
    ward_officer: User, manager: User
) -> None:
    theirs = ConsultationFactory(
        ward_centre=ward_officer.ward_centre, in_progress=True, assignee=ward_officer
    )
    ReferralFactory(consultation=theirs, to_centre=True, sent_by=ward_officer, status="accepted")
    failed_mail(theirs)

    assert not OutgoingMail.objects.visible_to(manager).exists()


def test_a_mail_that_was_sent_or_is_old_needs_nobody(ward_officer: User) -> None:
    theirs = ConsultationFactory(ward_centre=ward_officer.ward_centre, in_progress=True)
    people.received(theirs)

    assert UNSENT not in [one.reasons[0].words for one in ward_desk(ward_officer).needs]


def test_every_mail_of_a_consultation_says_so() -> None:
    """One written without would show its address and its subject to everybody who handles mails."""
    calls = []
    for path in sorted((Path(settings.BASE_DIR) / "consultations/emails").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "queue_template",
                "queue_mail",
            ):
                given = [ast.unparse(one.value) for one in node.keywords if one.arg is None]
                calls.append((path.name, any(one.startswith("about(") for one in given)))

    # The list for one person is about no single one; its text is theirs alone.
    assert sorted(name for name, is_told in calls if not is_told) == ["overdue.py"]
    assert len(calls) >= 7
