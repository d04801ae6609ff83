"""The page on which a partner without an account answers: one link in force a referral, kept as a hash."""

import hashlib
import secrets

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from consultations.emails import referrals as emails
from consultations.models import AnswerLink, Referral
from kyodo import clock


def open_link(referral: Referral) -> str:
    """Freeze what the partner may read, and mail the address. Under the referral's lock. Returns the token.

    An address that was mailed before no longer opens the page."""
    if not referral.to_email:
        raise ValidationError(_("送り先のメールアドレスを書いてください。"), code="no_address")
    revoke(referral)
    token = secrets.token_urlsafe(24)
    AnswerLink.objects.create(
        referral=referral,
        token_hash=hash_of(token),
        excerpt=referral.summary,
        expires_at=referral.answer_until,
    )
    emails.link_for_partner(referral, token)
    return token


def revoke(referral: Referral) -> None:
    referral.links.filter(revoked_at__isnull=True).update(revoked_at=clock.now())


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
