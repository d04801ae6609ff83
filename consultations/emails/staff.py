"""What people of an office are told of consultations, by their references alone; each chooses how (accounts.notices)."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actions.notices import tell
from accounts.models import User
from accounts.notices import Kind
from consultations import notices
from consultations.emails import offices
from consultations.emails.about import about
from consultations.models import Consultation, Referral


def assigned(consultation: Consultation, by: User) -> None:
    _tell(
        consultation,
        _assignee(consultation),
        notices.ASSIGNED,
        _("【担当】相談 %(reference)s の担当になりました"),
        by=by,
    )


def message_came(consultation: Consultation) -> None:
    """To whoever has it in hand; in a ward centre, where nobody has yet, to its officers."""
    people = _assignee(consultation)
    if consultation.assignee_id is None and consultation.ward_centre_id is not None:
        people = User.objects.filter(ward_centre_id=consultation.ward_centre_id)
    _tell(
        consultation,
        people,
        notices.MESSAGE,
        _("【メッセージ】相談 %(reference)s に新しいメッセージが届きました"),
    )


def did_not_arrive(consultation: Consultation) -> None:
    """To whoever has it in hand."""
    _tell(
        consultation,
        _assignee(consultation),
        notices.UNDELIVERED,
        _("【届かない】相談 %(reference)s のメールが届きませんでした"),
    )


def mentioned(consultation: Consultation, colleagues: Collection[User], by: User) -> None:
    """A note names them. The note itself stays where reading is written down."""
    _tell(
        consultation,
        User.objects.filter(pk__in=[one.pk for one in colleagues]),
        notices.MENTION,
        _("【メモ】相談 %(reference)s の職員メモで、あなたの名前が挙がりました"),
        by=by,
    )


def referral_came(referral: Referral, by: User) -> None:
    """To the people of the office, beside the mail to its own address; whoever got that one themselves gets no second."""
    consultation = referral.consultation
    if referral.to_ward_centre_id is None:
        people = User.objects.filter(role__in=User.CENTRE_ROLES)
    else:
        people = User.objects.filter(ward_centre_id=referral.to_ward_centre_id)
    told = offices.addresses(referral.to_ward_centre, consultation)
    address_of = {
        True: reverse("admin:consultations_referral_change", args=[referral.pk]),
        False: reverse("ward_referral", args=[referral.pk]),
    }
    tell(
        kind=notices.REFERRAL,
        people=_not_kept_out(consultation, people.exclude(email__in=told)),
        line=_("【紹介】相談 %(reference)s の紹介が届きました") % {"reference": consultation.reference},
        path=lambda person: address_of[person.is_staff],
        by=by,
        about=about(consultation),
    )


def _tell(
    consultation: Consultation,
    people: "QuerySet[User]",
    kind: Kind,
    words: str,
    *,
    by: User | None = None,
) -> None:
    address_of = {
        True: reverse("admin:consultations_consultation_change", args=[consultation.pk]),
        False: reverse("ward_consultation", args=[consultation.reference]),
    }
    tell(
        kind=kind,
        people=_not_kept_out(consultation, people),
        line=words % {"reference": consultation.reference},
        path=lambda person: address_of[person.is_staff],
        by=by,
        about=about(consultation),
    )


def _not_kept_out(consultation: Consultation, people: "QuerySet[User]") -> "QuerySet[User]":
    return people.exclude(pk__in=consultation.lock_outs.values("user"))


def _assignee(consultation: Consultation) -> "QuerySet[User]":
    """Whoever has it in hand; nobody while it lies in the common inbox."""
    return User.objects.filter(pk=consultation.assignee_id or 0)
