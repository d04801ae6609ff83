"""The one lock of a consultation: its own row. Everything that belongs to it changes under it."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.models import Consultation
from consultations.rules import rights


def lock(consultation: Consultation) -> Consultation:
    return Consultation.objects.select_for_update(of=("self",), no_key=True).get(pk=consultation.pk)


def lock_to_work(consultation: Consultation, *, by: User, version: int | None = None) -> Consultation:
    """Locked and read anew, by somebody who works on it; refused as "stale" when it changed since `version`."""
    consultation = lock(consultation)
    if not rights.can_work_on(by, consultation):
        raise PermissionDenied
    if version is not None:
        check_version(consultation, version)
    return consultation


def lock_to_write(consultation: Consultation, *, by: User) -> Consultation:
    """The same, to add words to it: where they were forgotten by rule, nothing would ever forget new ones."""
    consultation = lock_to_work(consultation, by=by)
    if consultation.anonymised_at:
        raise wrong_status(consultation)
    return consultation


def check_version(consultation: Consultation, version: int) -> None:
    if consultation.version != version:
        raise ValidationError(
            _("開いているあいだに、この相談が変わりました。いまの内容を確かめてください。"), code="stale"
        )


def save_next(consultation: Consultation) -> None:
    """Save a locked consultation; whoever still looks at the former version is told so when they save."""
    consultation.version += 1
    consultation.save()


def wrong_status(consultation: Consultation) -> ValidationError:
    return ValidationError(
        _("この相談はいま「%(status)s」なので、その操作はできません。"),
        code="status",
        params={"status": consultation.get_status_display()},
    )
