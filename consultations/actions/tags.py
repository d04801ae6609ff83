"""Tags (タグ): the staff's own words, put on consultations and taken off again."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions.locking import lock_to_work, save_next
from consultations.models import Consultation, Tag
from kyodo import plain

NAME_LENGTH = 30


def add_tag(*, consultation: Consultation, version: int, tag: Tag, by: User) -> Consultation:
    """One that bears the tag already stays as it is, with its version."""
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by, version=version)
        if not consultation.tags.contains(tag):
            consultation.tags.add(tag)
            save_next(consultation)
    return consultation


def remove_tag(*, consultation: Consultation, version: int, tag: Tag, by: User) -> Consultation:
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by, version=version)
        if consultation.tags.contains(tag):
            consultation.tags.remove(tag)
            save_next(consultation)
    return consultation


def tag_named(*, name: str, by: User) -> Tag:
    """The tag of that name; who may make tags gets a new one when there is none."""
    name = plain.words(name.replace("\0", " "))
    if not name:
        raise ValidationError(_("タグを選ぶか、書いてください。"), code="tag")
    if len(name) > NAME_LENGTH:
        raise ValidationError(
            _("タグは%(limit)s文字までです。"), code="tag_length", params={"limit": NAME_LENGTH}
        )
    known = Tag.objects.filter(name=name).first()
    if known is not None:
        return known
    if not by.has_perm("consultations.add_tag"):
        raise PermissionDenied
    return Tag.objects.get_or_create(name=name)[0]
