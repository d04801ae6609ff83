"""Every mail of the folder `mails`: its words and files stand in the timeline or with the mail, and nothing is lost."""

import pytest

from consultations.actions.inbound import receiving
from consultations.emails.about import about
from consultations.models import Attachment, Entry, InboundMail
from consultations.rules.addresses import reply_address
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.consultations.inbound.mails import QUOTED, SENDER, TO
from tests.consultations.inbound.mails.clients import CLIENTS
from tests.consultations.inbound.mails.faults import FAULTS
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory

pytestmark = pytest.mark.django_db
MAILS = CLIENTS | FAULTS


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


def test_there_are_many_kinds() -> None:
    assert len(MAILS) == len(CLIENTS) + len(FAULTS) >= 60


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_loses_no_word_and_no_file(name: str) -> None:
    mail = MAILS[name]
    consultation = ConsultationFactory(in_progress=True, contact__email=SENDER)
    said = f"相談 花子 様\n\n{QUOTED}"
    OutgoingMail.objects.create(
        to=SENDER,
        next_attempt_at=clock.now(),
        sender="no-reply@example.jp",
        subject="【ご相談へのお返事】",
        body=said,
        **about(consultation),
    )

    received = receiving.receive(mail.content.replace(TO.encode(), reply_address(consultation).encode()))

    entry = consultation.entries.filter(kind=Entry.Kind.MESSAGE).first()
    says = entry.text if entry else received.text
    assert (received.state == InboundMail.State.MATCHED, received.why_queued) == (not mail.why, mail.why)
    assert says == mail.says
    assert tuple(file.name for file in Attachment.objects.all()) == mail.files
    if not mail.why:
        assert tuple(file.name for file in received.files.all()) == mail.stays
        assert "@" in received.sender
