"""How a referral begins (紹介する): what is asked of whom, with whose consent. What follows stands in actions.referrals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import access, answer_links, steps
from consultations.actions.locking import lock_to_work, wrong_status
from consultations.emails import referrals as emails
from consultations.emails import staff
from consultations.models import Consultation, Referral, ReferralTime, Specialist
from consultations.rules import anonymity, deadlines
from consultations.rules import referrals as rules
from kyodo import clock, dates
from kyodo.centre import hours
from kyodo.centre.models import SupportOrganisation, WardCentre
from kyodo.centre.queries import current_centre

To = Referral.To
Status = Referral.Status


@dataclass(frozen=True)
class Receiver:
    """Where a referral goes: the centre, one ward centre, one specialist, or an organisation with its mail address."""

    kind: str
    ward_centre: WardCentre | None = None
    specialist: Specialist | None = None
    organisation: SupportOrganisation | None = None
    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Consent:
    """What the person agreed to, when, and who asked them; or why it had to go without."""

    text: str
    given_on: date | None
    is_override: bool = False
    is_from_form: bool = False
    """The person said so when asking: the day and the words are those of the form."""


@dataclass(frozen=True)
class Request:
    """What somebody asks of a receiver: to take it up, to take it over, or to join the talk."""

    kind: str
    to: Receiver
    summary: str
    consent: Consent
    wished_times: Sequence[datetime] = ()
    answer_before: datetime | None = None
    """The time that is kept for it: an answer after that would come too late."""


def send(
    *,
    consultation: Consultation,
    version: int,
    kind: str,
    to: Receiver,
    summary: str,
    consent: Consent,
    by: User,
    wished_times: Sequence[datetime] = (),
    answer_before: datetime | None = None,
) -> Referral:
    """Refer, ask to take over, or ask to join. The receiver reads the summary; the rest only after accepting."""
    request = Request(kind, to, summary, consent, wished_times, answer_before)
    with transaction.atomic():
        referral = _prepare(consultation, version, request, by)
        consultation = referral.consultation
        referral.save()
        ReferralTime.objects.bulk_create(
            ReferralTime(referral=referral, rank=rank, begins_at=moment)
            for rank, moment in enumerate(wished_times, start=1)
        )
        if to.kind in Referral.OFFICES:
            access.refresh(consultation)
            emails.sent_to_office(referral)
            staff.referral_came(referral, by)
        else:
            answer_links.open_link(referral)
        steps.wait_for_partner(consultation, by=by)
    return referral


def check(*, consultation: Consultation, version: int, request: Request, by: User) -> Referral:
    """The referral as it would be sent, or the refusal; nothing is written. For the page that asks before it leaves."""
    with transaction.atomic():
        return _prepare(consultation, version, request, by)


def _prepare(consultation: Consultation, version: int, request: Request, by: User) -> Referral:
    """All that is asked before a referral leaves, and the row itself, not yet saved. Locks the consultation."""
    to = request.to
    if request.kind not in Referral.Kind.values or to.kind not in To.values:
        raise ValidationError(_("送り先を選んでください。"), code="receiver")
    if not request.summary.strip():
        raise ValidationError(_("要約を書いてください。名前と連絡先は書きません。"), code="summary")
    if not rules.can_send_to(by, to.kind):
        raise PermissionDenied
    _check_named(to, request.kind, by)
    _check_times(request.wished_times, request.kind)
    consultation = lock_to_work(consultation, by=by, version=version)
    if not consultation.is_open:
        raise wrong_status(consultation)
    _check_consent(request.consent, consultation, by)
    anonymity.check(request.summary, consultation)
    _check_alone(consultation, to, request.kind)
    referral = _row(consultation, request, by)
    _check_row(referral)
    return referral


def _row(consultation: Consultation, request: Request, by: User) -> Referral:
    to, consent = request.to, request.consent
    return Referral(
        consultation=consultation,
        kind=request.kind,
        from_ward_centre=by.ward_centre,
        to_kind=to.kind,
        to_ward_centre=to.ward_centre,
        to_organisation=to.organisation,
        to_specialist=to.specialist,
        to_email=_address(to),
        from_name=_name_of(by.ward_centre),
        to_name=_receiver_name(to),
        summary=request.summary.strip(),
        sent_by=by,
        answer_until=_answer_until(to.kind, request.answer_before),
        consent_text=consent.text.strip(),
        consented_on=_consented_on(consent, consultation),
        consent_by=None if consent.is_override or consent.is_from_form else by,
        is_without_consent=consent.is_override,
    )


def _check_named(to: Receiver, kind: str, by: User) -> None:
    """One receiver, of the kind that was said, and another than the sender's own office."""
    named = {
        To.CENTRE: True,
        To.WARD_CENTRE: to.ward_centre is not None,
        To.ORGANISATION: bool(to.organisation or to.name.strip()),
        To.SPECIALIST: to.specialist is not None,
    }
    if not named[To(to.kind)]:
        raise ValidationError(_("送り先を選んでください。"), code="receiver")
    if to.kind == To.WARD_CENTRE and to.ward_centre == by.ward_centre:
        raise ValidationError(_("自分のセンターには送れません。"), code="itself")
    if to.kind not in Referral.OFFICES and not _address(to):
        raise ValidationError(_("送り先のメールアドレスを書いてください。"), code="no_address")
    if to.kind not in Referral.OFFICES and kind != Referral.Kind.REFER:
        raise ValidationError(_("引き継ぎと同席は、センターと区のセンターの間だけでできます。"), code="kind")


def _check_times(wished_times: Sequence[datetime], kind: str) -> None:
    if wished_times and kind != Referral.Kind.JOIN:
        raise ValidationError(_("希望日時は、同席のお願いのときに書きます。"), code="times")
    if len(wished_times) > rules.MOST_TIMES or len(set(wished_times)) < len(wished_times):
        raise ValidationError(_("ちがう日時を、3つまで選んでください。"), code="times")
    for moment in wished_times:
        if moment <= clock.now():
            raise ValidationError(_("これからの日時を選んでください。"), code="times")
        if not hours.is_open_at(moment):
            raise ValidationError(
                _("%(when)s は、センターが開いていません。開館時間の中で選んでください。"),
                code="closed",
                params={"when": dates.moment(moment)},
            )


def _check_consent(consent: Consent, consultation: Consultation, by: User) -> None:
    if not consent.text.strip():
        raise ValidationError(_("同意の内容を書いてください。"), code="consent")
    if consent.is_override:
        if not rules.can_send_without_consent(by):
            raise PermissionDenied
    elif consent.is_from_form:
        if consultation.referral_consented_at is None:
            raise ValidationError(_("この相談の記録には、紹介への同意がありません。"), code="consent")
    elif consent.given_on is None:
        raise ValidationError(_("本人が同意した日を入れてください。"), code="consent")
    elif consent.given_on > clock.today():
        raise ValidationError(_("同意の日が、これからの日になっています。"), code="consent")


def _consented_on(consent: Consent, consultation: Consultation) -> date | None:
    if consent.is_override:
        return None
    if consent.is_from_form and consultation.referral_consented_at:
        return clock.local(consultation.referral_consented_at).date()
    return consent.given_on


def _check_alone(consultation: Consultation, to: Receiver, kind: str) -> None:
    """One open referral a receiver; and one that asks to take over stands alone: whoever gets the consultation would
    inherit questions that another office asked, and could neither withdraw them nor close it.
    """
    rows = consultation.referrals.all().open()
    if rows.filter(kind=Referral.Kind.TRANSFER).exists():
        raise ValidationError(_("引き継ぎをお願いしているので、ほかの紹介はできません。"), code="transfer")
    if kind == Referral.Kind.TRANSFER and rows.exists():
        raise ValidationError(
            _("ほかの紹介が進んでいます。終わってから、または取り下げてから引き継いでください。"),
            code="transfer",
        )
    if kind == Referral.Kind.TRANSFER and consultation.specialist_sessions.all().live().exists():
        raise ValidationError(
            _("士業相談が進んでいます。終わってから、または取りやめてから引き継いでください。"),
            code="transfer",
        )
    receiver: dict[str, object] = {"to_ward_centre": to.ward_centre, "to_specialist": to.specialist}
    if to.kind == To.ORGANISATION:
        receiver |= {"to_name": _receiver_name(to)}
    if rows.filter(to_kind=to.kind, **receiver).exists():
        raise ValidationError(_("この送り先への紹介は、すでに進んでいます。"), code="twice")


def _check_row(referral: Referral) -> None:
    """What the row itself refuses, told as one sentence: its columns are not the fields of every form."""
    try:
        referral.full_clean()
    except ValidationError as refusal:
        raise ValidationError("".join(refusal.messages), code="invalid") from refusal


def _answer_until(to_kind: str, before: datetime | None) -> datetime:
    if to_kind in Referral.OFFICES:
        return deadlines.due_after(clock.now(), rules.ANSWER_DAYS)
    until = deadlines.end_of(clock.today() + timedelta(days=rules.PARTNER_DAYS))
    return min(until, rules.latest_answer(before)) if before else until


def _name_of(ward_centre: WardCentre | None) -> str:
    return ward_centre.name if ward_centre else current_centre().name


def _receiver_name(to: Receiver) -> str:
    named = to.ward_centre or to.organisation
    if to.specialist:
        return str(to.specialist)
    return named.name if named else to.name.strip() or current_centre().name


def _address(to: Receiver) -> str:
    if to.kind in Referral.OFFICES:
        return ""
    return (
        to.email.strip()
        or (to.specialist.email if to.specialist else "")
        or (to.organisation.email if to.organisation else "")
    )
