"""The code that opens the page of a consultation (確認コード): mailed to the person, good once, for a quarter of an hour."""

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from consultations.actions.locking import lock
from consultations.emails import people as emails
from consultations.models import Consultation, PageCode
from kyodo import clock

SALT = "consultations.page-code"


def send_code(*, consultation: Consultation) -> None:
    """Mail a new one; those sent before open nothing any longer. Nobody is mailed who asked not to be."""
    with transaction.atomic():
        consultation = lock(consultation)
        if not consultation.contact.can_be_mailed:
            return
        code = f"{secrets.randbelow(10**PageCode.DIGITS):0{PageCode.DIGITS}}"
        now = clock.now()
        expire(consultation)
        PageCode.objects.create(
            consultation=consultation,
            code_hash=hash_of(code, consultation),
            created_at=now,
            expires_at=now + timedelta(minutes=PageCode.MINUTES),
        )
        emails.page_code(consultation, code)


def expire(consultation: Consultation) -> None:
    """Those that were mailed open nothing any longer: a newer one is on its way, or the mailbox was the wrong one."""
    now = clock.now()
    PageCode.objects.filter(consultation=consultation, used_at=None, expires_at__gt=now).update(
        expires_at=now
    )


def use_code(*, reference: str, code: str) -> Consultation:
    """The consultation that the code opens. Whatever is wrong, with the number, the code or its time, is refused alike.

    Wrong tries are counted: after a few the code opens nothing any longer.
    """
    opened = None
    with transaction.atomic():
        page_code = (
            PageCode.objects.select_for_update(of=("self",))
            .filter(consultation__reference=reference, used_at=None, expires_at__gt=clock.now())
            .select_related("consultation")
            .order_by("-pk")
            .first()
        )
        # Compared in any case, so that a number without a code takes as long as one with it.
        expected = page_code.code_hash if page_code else hash_of("", None)
        is_right = constant_time_compare(
            hash_of(code, page_code.consultation if page_code else None), expected
        )
        if page_code is not None:
            if is_right and page_code.wrong_tries < PageCode.WRONG_TRIES:
                page_code.used_at = clock.now()
                opened = page_code.consultation
            else:
                page_code.wrong_tries += 1
            page_code.save(update_fields=["used_at", "wrong_tries"])
    # Outside: the wrong try stays counted.
    if opened is None:
        raise ValidationError(
            _("確認コードが違うか、時間が過ぎています。数字を確かめるか、新しいコードを受け取ってください。"),
            code="code",
        )
    return opened


def hash_of(code: str, consultation: Consultation | None) -> str:
    """With the site's key: a million codes are soon tried by whoever has the table alone."""
    bound = f"{consultation.pk if consultation else 0}:{code}"
    return salted_hmac(SALT, bound, algorithm="sha256").hexdigest()
