"""What staff write for themselves is in no mail at all: every mail there is, to whomever, of a story full of it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import User
from consultations.actions import surveys
from consultations.emails import overdue, people, referrals, sessions, undelivered
from consultations.models import Consultation, Entry, Referral, SpecialistSession, Survey, Tag
from consultations.models.specialists import Profession
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.factories.centre import CentreFactory, WardCentreFactory, usual_week
from tests.factories.consultations import (
    ConsultationFactory,
    EntryFactory,
    LockOutFactory,
    ReferralFactory,
    SpecialistFactory,
)

SECRET = "要注意の人"
MAILS = Path(settings.BASE_DIR) / "templates/mail/consultations"


@pytest.fixture(autouse=True)
def _centre(db: None) -> None:
    CentreFactory(email="centre@example.jp")
    usual_week()


@pytest.fixture
def told(coordinator: User) -> Consultation:
    """With a word of the staff's own wherever they can write one."""
    one: Consultation = ConsultationFactory(
        in_progress=True, assignee=coordinator, next_step=SECRET, due_at=clock.now() - timedelta(days=3)
    )
    one.tags.add(Tag.objects.create(name=SECRET))
    for kind in (Entry.Kind.NOTE, Entry.Kind.TALK, Entry.Kind.PARTNER):
        EntryFactory(consultation=one, kind=kind, text=SECRET, by=coordinator)
    LockOutFactory(consultation=one, reason=SECRET)
    return one


@pytest.fixture
def referral(told: Consultation) -> Referral:
    return ReferralFactory(
        consultation=told,
        kind=Referral.Kind.JOIN,
        to_ward_centre=WardCentreFactory(email="ward@example.jp"),
        summary=SECRET,
        consent_text=SECRET,
        meets_at=clock.now() + timedelta(days=3),
    )


@pytest.fixture
def session(told: Consultation) -> SpecialistSession:
    return SpecialistSession(
        consultation=told,
        specialist=SpecialistFactory(),
        profession=Profession.LAWYER,
        hearing_note=SECRET,
        result=SECRET,
        way="on_site",
        place="会議室",
        begins_at=clock.now() + timedelta(days=3),
        ends_at=clock.now() + timedelta(days=3, hours=1),
    )


def write_every_mail(
    told: Consultation, referral: Referral, session: SpecialistSession, manager: User
) -> None:
    people.received(told)
    people.for_centre(told)
    people.page_code(told, "123456")
    people.reply(EntryFactory(consultation=told, kind=Entry.Kind.REPLY, text="お返事です。"))
    # To its office: whoever has it in hand is told as each chooses (notices).
    undelivered.tell(ConsultationFactory(text=SECRET), people.received(told))
    for of_referral in (
        referrals.sent_to_office,
        referrals.withdrawn,
        referrals.answered,
        referrals.finished,
        referrals.expired,
        referrals.meeting_fixed,
        referrals.meeting_cancelled,
    ):
        of_referral(referral)
    referral.to_email = "partner@example.jp"
    referrals.link_for_partner(referral, "token")
    for of_session in (sessions.fixed, sessions.moved, sessions.cancelled):
        of_session(session)
    for person, letter in ((manager, overdue.TO_MANAGERS), (told.assignee, overdue.TO_WARD_OFFICERS)):
        overdue.tell(person, [told], clock.now(), letter)
    closed = ConsultationFactory(
        closed=True, closed_at=clock.now() - timedelta(days=15), outcome_text=SECRET, next_step=SECRET
    )
    EntryFactory(consultation=closed, text=SECRET)
    assert isinstance(surveys.ask(consultation=closed), Survey)


def test_no_mail_of_any_kind_holds_a_word_of_the_staffs_own(
    told: Consultation, referral: Referral, session: SpecialistSession, manager: User
) -> None:
    write_every_mail(told, referral, session, manager)

    mails = list(OutgoingMail.objects.prefetch_related("attachments"))
    written = {mail.kind.removeprefix("consultations/") for mail in mails}
    wrong = [
        f"{mail.kind} to {mail.to}"
        for mail in mails
        if SECRET
        in "".join(
            [mail.subject, mail.body, mail.html, str(mail.headers), mail.about_label]
            + [bytes(file.content).decode().replace("\r\n ", "") for file in mail.attachments.all()]
        )
    ]
    assert wrong == []
    # A mail that somebody adds is tried here as well.
    assert written == {path.stem for path in MAILS.glob("*.txt") if not path.stem.startswith("_")}
