"""The code that opens the page of a consultation (確認コード): mailed to the person, good once, for a quarter of an hour.

Six digits are safe while few are tried, and a limit that strangers can use up locks the person out. So the page on which
a code is asked for gets a ticket: its tries are its own, and nobody without the ticket touches them. Tries from anywhere
else (another device, or somebody who knows the number) share a few, and when these are gone the page with the ticket
still opens. In the worst case, somebody who knows number and address and asks from many places, a day brings CODES_A_DAY
codes, each tried TRIES times and at most twice STRAY_TRIES: 165 tries among a million, and 15 mails that nobody asked for.
"""

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from consultations.actions.locking import lock
from consultations.emails import people as emails
from consultations.models import Consultation, PageCode
from kyodo import clock, ratelimit

SALT, TICKET_SALT = "consultations.page-code", "consultations.page-code-ticket"
WINDOW = PageCode.MINUTES * 60
"""As long as a code lives: no allowance comes back while it does, but for the strays' that began before it."""

TRIES = 5
"""For the page that asked for it: enough for a slip of the finger and a look into the wrong mail."""
STRAY_TRIES = 3
"""For everybody else together: enough to type it on the phone where the mail was read."""
CODES_A_QUARTER, CODES_A_DAY = 5, 15
"""Mails of one consultation: more than one visitor may ask for (views.person), so that no single one uses them up."""


def send_code(*, consultation: Consultation, ticket: str = "") -> None:
    """Mail a new one, for the page whose ticket has this hash. Nobody is mailed who asked not to be.

    Those on their way stay good for their time: else whoever asks for another would take the person's away.
    """
    with transaction.atomic():
        consultation = lock(consultation)
        if not (consultation.contact.can_be_mailed and _may_mail(consultation)):
            return
        code = f"{secrets.randbelow(10**PageCode.DIGITS):0{PageCode.DIGITS}}"
        now = clock.now()
        PageCode.objects.create(
            consultation=consultation,
            code_hash=hash_of(code, consultation),
            ticket_hash=ticket,
            created_at=now,
            expires_at=now + timedelta(minutes=PageCode.MINUTES),
        )
        emails.page_code(consultation, code)


def expire(consultation: Consultation) -> None:
    """Those that were mailed open nothing any longer: the mailbox was the wrong one."""
    now = clock.now()
    PageCode.objects.filter(consultation=consultation, used_at=None, expires_at__gt=now).update(
        expires_at=now
    )


def use_code(*, reference: str, code: str, ticket: str = "") -> Consultation:
    """The consultation that the code opens. Whatever is wrong, with the number, the code, its time or the count of
    tries, is refused alike, after as many queries.
    """
    live = list(
        PageCode.objects.filter(consultation__reference=reference, used_at=None, expires_at__gt=clock.now())
        .select_related("consultation")
        .defer("consultation__search", "consultation__text", "consultation__outcome_text")
        .order_by("-pk")
    )
    held = ticket_hash(ticket, reference)
    own = [one for one in live if ticket and constant_time_compare(one.ticket_hash, held)]
    if own:
        may_try = ratelimit.allow("page-code-try", held, times=TRIES, seconds=WINDOW)
    else:
        may_try = ratelimit.allow("page-code-stray", reference, times=STRAY_TRIES, seconds=WINDOW)
    fitting = [one for one in own or live if _fits(code, one)]
    # Of two presses at once one has used it.
    if not (may_try and fitting and _mark_used(fitting[0])):
        raise ValidationError(
            _("確認コードが違うか、時間が過ぎています。数字を確かめるか、新しいコードを受け取ってください。"),
            code="code",
        )
    return fitting[0].consultation


def new_ticket() -> str:
    """For the page that asks for a code; it goes along in the page's address and opens nothing by itself."""
    return secrets.token_urlsafe(16)


def ticket_hash(ticket: str, reference: str) -> str:
    return salted_hmac(TICKET_SALT, f"{reference}:{ticket}", algorithm="sha256").hexdigest()


def hash_of(code: str, consultation: Consultation) -> str:
    """With the site's key: a million codes are soon tried by whoever has the table alone."""
    return salted_hmac(SALT, f"{consultation.pk}:{code}", algorithm="sha256").hexdigest()


def _may_mail(consultation: Consultation) -> bool:
    return ratelimit.allow(
        "page-code-mail", consultation.pk, times=CODES_A_QUARTER, seconds=WINDOW
    ) and ratelimit.allow("page-code-mail-day", consultation.pk, times=CODES_A_DAY, seconds=24 * 3600)


def _fits(code: str, page_code: PageCode) -> bool:
    return constant_time_compare(hash_of(code, page_code.consultation), page_code.code_hash)


def _mark_used(page_code: PageCode) -> bool:
    return bool(PageCode.objects.filter(pk=page_code.pk, used_at=None).update(used_at=clock.now()))
