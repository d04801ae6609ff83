"""The page of whoever asked: where it stands, what was said, what they asked. No name, no number, no note of staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from consultations.models import Attachment, Consultation, Entry, Referral, SpecialistSession
from consultations.queries.standing import Standing, standing_of
from kyodo import clock, dates

Outcome = Consultation.Outcome
Session = SpecialistSession.Status


@dataclass(frozen=True)
class Fact:
    label: str
    text: str


@dataclass(frozen=True)
class Appointment:
    """A talk that has its time: with a specialist, or with a ward centre joining."""

    title: str
    when: str
    begins_at: datetime
    place: str = ""


@dataclass(frozen=True)
class PersonPage:
    consultation: Consultation
    standing: Standing
    happenings: Sequence[str]
    """Who else looks into it, in plain words; only what the person agreed to."""
    appointments: Sequence[Appointment]
    entries: Sequence[Entry]
    asked: Sequence[Fact]
    wished_times: Sequence[datetime]
    attachments: Sequence[Attachment]
    goes_on_at: str
    """The number of the one it was put together with, where that is the same person's."""

    @property
    def office(self) -> str:
        ward_centre = self.consultation.ward_centre
        return ward_centre.name if ward_centre else ""

    @property
    def office_phone(self) -> str:
        ward_centre = self.consultation.ward_centre
        return ward_centre.phone if ward_centre else ""

    @property
    def may_write(self) -> bool:
        return self.consultation.anonymised_at is None

    @property
    def may_withdraw(self) -> bool:
        return self.consultation.is_open

    @property
    def shows_outcome(self) -> bool:
        """What an ending by the person's own hand or as a duplicate says stands in the status already."""
        is_told = self.consultation.outcome in (Outcome.WITHDRAWN, Outcome.DUPLICATE)
        return bool(self.consultation.outcome_text) and not is_told

    @property
    def may_ask_for_reopening(self) -> bool:
        """A duplicate goes on elsewhere: what is written here is read there."""
        consultation = self.consultation
        return (
            not consultation.is_open
            and self.may_write
            and consultation.outcome != Outcome.DUPLICATE
            and consultation.reopening_asked_at is None
        )


def person_page(consultation: Consultation) -> PersonPage:
    entries = Entry.objects.on_page_of(consultation)
    return PersonPage(
        consultation=consultation,
        standing=standing_of(consultation),
        happenings=_happenings(consultation),
        appointments=appointments(consultation),
        entries=list(entries.defer("search").prefetch_related("attachments")),
        asked=_asked(consultation),
        wished_times=[one.begins_at for one in consultation.wished_times.all()],
        attachments=list(consultation.attachments.filter(entry__isnull=True)),
        goes_on_at=_goes_on_at(consultation),
    )


def files_of(consultation: Consultation) -> Sequence[int]:
    """The keys of the files that the page links to."""
    with_question = consultation.attachments.filter(entry__isnull=True).values_list("pk", flat=True)
    entries = Entry.objects.on_page_of(consultation)
    said = Attachment.objects.filter(entry__in=entries).values_list("pk", flat=True)
    return [*with_question, *said]


def appointments(consultation: Consultation) -> list[Appointment]:
    """Today's too: somebody may look on the way. Chosen in Python, so that a list reads them for all its rows at once."""
    since = clock.day_begins(clock.today())
    talks = [
        Appointment(
            title=_("%(profession)sとの相談") % {"profession": one.get_profession_display()},
            when=dates.period(one.begins_at, one.ends_at),
            begins_at=one.begins_at,
            place=_("、").join(part for part in (one.get_way_display(), one.place) if part),
        )
        for one in consultation.specialist_sessions.all()
        if one.status == Session.FIXED and one.begins_at and one.ends_at and one.begins_at >= since
    ]
    joined = [
        Appointment(
            title=_("%(office)sも同席する相談") % {"office": one.to_name},
            when=dates.moment(one.meets_at),
            begins_at=one.meets_at,
        )
        for one in consultation.referrals.all()
        if (one.kind, one.status) == (Referral.Kind.JOIN, Referral.Status.ACCEPTED)
        and one.meets_at
        and one.meets_at >= since
    ]
    return sorted([*talks, *joined], key=lambda one: one.begins_at)


def _happenings(consultation: Consultation) -> list[str]:
    """Open referrals the person agreed to; sent without asking them they stay unsaid here."""
    words = {
        Referral.Kind.REFER: _("%(name)sに相談しています。"),
        Referral.Kind.TRANSFER: _("%(name)sに引き継ぎをお願いしています。"),
        Referral.Kind.JOIN: _("%(name)sに同席をお願いしています。"),
    }
    referrals = consultation.referrals.all().open().filter(is_without_consent=False).order_by("sent_at", "pk")
    found = [words[Referral.Kind(one.kind)] % {"name": one.to_name} for one in referrals]
    waiting = consultation.specialist_sessions.filter(
        status__in=(Session.REQUESTED, Session.HEARD, Session.MATCHED)
    )
    found += [
        _("%(profession)sとの相談の日時を決めています。") % {"profession": one.get_profession_display()}
        for one in waiting
    ]
    return found


def _asked(consultation: Consultation) -> list[Fact]:
    facts = [
        Fact(_("相談者の区分"), str(consultation.get_audience_display())),
        Fact(_("相談の種類"), str(consultation.get_kind_display())),
        Fact(_("相談したいこと"), consultation.text),
        Fact(_("活動の分野"), _("、").join(one.short_name for one in consultation.fields.all())),
        Fact(_("活動する区"), consultation.ward.name if consultation.ward else ""),
        Fact(_("登録団体"), consultation.group.name if consultation.group else ""),
        Fact(_("返事の受け取り方"), str(consultation.get_wish_display())),
        Fact(_("受け付けた日時"), dates.moment(consultation.received_at)),
    ]
    return [fact for fact in facts if fact.text]


def _goes_on_at(consultation: Consultation) -> str:
    other = consultation.duplicate_of
    if other is None:
        return ""
    is_same_account = consultation.person_id is not None and consultation.person_id == other.person_id
    own, others = consultation.contact.email.lower(), other.contact.email.lower()
    return other.reference if is_same_account or (own and own == others) else ""
