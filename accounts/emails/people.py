"""Mails about an account. Texts: templates/mail/people/; those of allauth are in templates/account/email/."""

from collections.abc import Collection

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from accounts.models import Group, User
from accounts.queries import recipients
from kyodo.mail import actions as mail


def send_password_reset(user: User) -> None:
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    mail.queue_template(
        to=user.email,
        kind="people/password_reset",
        context={"url": get_adapter().get_reset_password_from_key_url(key)},
        is_private=True,
    )


def tell_second_factor_reset(user: User) -> None:
    mail.queue_template(
        to=user.email,
        kind="people/second_factor_reset",
        context={"url": settings.BASE_URL + reverse("mfa_index")},
    )


def tell_group_has_nobody(group: Group, *, leaving: Collection[str]) -> None:
    """To the group's own contact, unless that is the person who leaves."""
    for contact in recipients.contact(group):
        if contact.address.lower() not in leaving:
            mail.queue_template(
                to=contact.address,
                kind="people/group_has_nobody",
                context={"group": group},
                about_label=group.name,
                about_url=group.get_absolute_url(),
            )
