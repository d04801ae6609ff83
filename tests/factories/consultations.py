"""Consultations in any state, with their rows of access. `ConsultationFactory(in_progress=True, assignee=user)`."""

from datetime import timedelta
from typing import Any

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from consultations.actions import access
from consultations.models import (
    Attachment,
    Consultation,
    Contact,
    Entry,
    LockOut,
    MeetingMaterial,
    NetworkMeeting,
    Referral,
    Specialist,
    Survey,
)
from consultations.models.specialists import Profession
from kyodo import clock, text
from kyodo.centre.models import WardCentre

Status = Consultation.Status


class ConsultationFactory(DjangoModelFactory[Consultation]):
    """Received on the web by the centre, with a contact. `ward_centre=` gives it to a ward's office."""

    class Meta:
        model = Consultation
        skip_postgeneration_save = True

    class Params:
        assigned = factory.Trait(
            status=Status.ASSIGNED,
            assignee=factory.SubFactory("tests.factories.accounts.UserFactory", coordinator=True),
        )
        in_progress = factory.Trait(
            status=Status.IN_PROGRESS,
            assignee=factory.SubFactory("tests.factories.accounts.UserFactory", coordinator=True),
        )
        waiting = factory.Trait(
            status=Status.WAITING,
            waiting_for=Consultation.WaitingFor.PERSON,
            assignee=factory.SubFactory("tests.factories.accounts.UserFactory", coordinator=True),
            due_at=None,
            days_left=3,
        )
        closed = factory.Trait(
            status=Status.CLOSED,
            assignee=factory.SubFactory("tests.factories.accounts.UserFactory", coordinator=True),
            outcome=Consultation.Outcome.ANSWERED,
            outcome_text="助成金の窓口を伝えました。",
            closed_at=factory.LazyFunction(clock.now),
            due_at=None,
        )

    channel = Consultation.Channel.WEB
    audience = Consultation.Audience.CITIZEN
    kind = Consultation.Kind.START
    subject = "子ども食堂を始めたい"
    text = "自宅の近くで月に一度、子ども食堂を開きたいと考えています。何から始めればよいでしょうか。"
    received_at = factory.LazyFunction(lambda: clock.now() - timedelta(hours=1))
    due_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=2))
    consented_at = factory.LazyFunction(clock.now)
    search = factory.LazyAttribute(lambda row: text.vector(A=[row.subject], B=[row.text]))

    @factory.post_generation
    def contact(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        """contact=None for none; contact__email="..." to set its columns."""
        if create and (extracted is not None or "contact" not in kwargs):
            ContactFactory(consultation=self, **kwargs)

    @factory.post_generation
    def access(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            access.refresh(self)


class ContactFactory(DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    consultation = factory.SubFactory(ConsultationFactory)
    name = "相談 花子"
    name_kana = "そうだん はなこ"
    email = factory.Sequence(lambda n: f"asker{n}@example.jp")
    phone = "045-123-4567"
    phone_digits = "0451234567"
    search = factory.LazyAttribute(
        lambda row: text.vector(A=[row.name, row.name_kana], B=[row.email], C=[row.phone_digits])
    )


class EntryFactory(DjangoModelFactory[Entry]):
    """A note of staff; `kind=` for others."""

    class Meta:
        model = Entry

    consultation = factory.SubFactory(ConsultationFactory)
    kind = Entry.Kind.NOTE
    text = "区の担当に聞いてみる。"
    by = factory.SubFactory("tests.factories.accounts.UserFactory", coordinator=True)
    office = factory.LazyAttribute(lambda row: row.consultation.ward_centre)
    search = factory.LazyAttribute(lambda row: text.vector(B=[row.text]))


class AttachmentFactory(DjangoModelFactory[Attachment]):
    """A paper that came with the question itself; `entry=` for one that came with an entry."""

    class Meta:
        model = Attachment

    consultation = factory.SubFactory(ConsultationFactory)
    file = factory.LazyFunction(lambda: ContentFile(b"%PDF-1.7", "stored.pdf"))
    name = "計画.pdf"
    content_type = "application/pdf"
    size = 8


class LockOutFactory(DjangoModelFactory[LockOut]):
    class Meta:
        model = LockOut

    consultation = factory.SubFactory(ConsultationFactory)
    user = factory.SubFactory("tests.factories.accounts.UserFactory", coordinator=True)
    reason = "親族の相談のため"
    by = factory.SubFactory("tests.factories.accounts.UserFactory", manager=True)


class SpecialistFactory(DjangoModelFactory[Specialist]):
    class Meta:
        model = Specialist
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"専門 {n}郎")
    profession = Profession.TAX_ACCOUNTANT
    areas = "NPO法人の会計"
    email = factory.Sequence(lambda n: f"specialist{n}@example.jp")
    ways = factory.LazyFunction(lambda: ["on_site", "online"])


class ReferralFactory(DjangoModelFactory[Referral]):
    """From the office that has the consultation in hand; to a ward centre unless said otherwise. Access comes along."""

    class Meta:
        model = Referral
        skip_postgeneration_save = True

    class Params:
        to_centre = factory.Trait(to_kind=Referral.To.CENTRE, to_ward_centre=None)

    consultation = factory.SubFactory(ConsultationFactory, in_progress=True)
    kind = Referral.Kind.REFER
    from_ward_centre = factory.LazyAttribute(lambda row: row.consultation.ward_centre)
    to_kind = Referral.To.WARD_CENTRE
    to_ward_centre: Any = factory.SubFactory("tests.factories.centre.WardCentreFactory")
    from_name = factory.LazyAttribute(lambda row: _name(row.from_ward_centre))
    to_name = factory.LazyAttribute(lambda row: _name(row.to_ward_centre))
    summary = "子ども食堂を始めたい人。場所の探し方を知りたい。"
    sent_by = factory.LazyAttribute(lambda row: row.consultation.assignee)
    answer_until = factory.LazyFunction(lambda: clock.now() + timedelta(days=5))
    consent_text = "区の活動支援センターへ内容を伝えること"
    consented_on = factory.LazyFunction(clock.today)
    consent_by = factory.SelfAttribute("sent_by")

    @factory.post_generation
    def access(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            access.refresh(self.consultation)


def _name(ward_centre: WardCentre | None) -> str:
    return ward_centre.name if ward_centre else "市民協働推進センター"


class SurveyFactory(DjangoModelFactory[Survey]):
    """Asked two weeks after closing, and not answered yet."""

    class Meta:
        model = Survey

    consultation = factory.SubFactory(ConsultationFactory, closed=True)
    closed_at = factory.SelfAttribute("consultation.closed_at")
    sent_at = factory.LazyFunction(clock.now)


class NetworkMeetingFactory(DjangoModelFactory[NetworkMeeting]):
    """Of the ward centres, a week from now."""

    class Meta:
        model = NetworkMeeting

    title = factory.Sequence(lambda n: f"第{n + 1}回ネットワーク会議")
    begins_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=7))
    ends_at = factory.LazyAttribute(lambda row: row.begins_at + timedelta(hours=2))
    place = "センター 会議室"


class MaterialFactory(DjangoModelFactory[MeetingMaterial]):
    class Meta:
        model = MeetingMaterial

    meeting = factory.SubFactory(NetworkMeetingFactory)
    file = factory.LazyFunction(lambda: ContentFile(b"%PDF-1.7", "stored.pdf"))
    name = "次第.pdf"
    content_type = "application/pdf"
