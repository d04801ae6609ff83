"""Replies on their way (書きかけの返信): typed, looked at as the mail that would leave, sent or thrown away.

A draft is its writer's own and no change of the consultation; sending it is, under the consultation's lock.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import entries, steps
from consultations.actions.files import MOST_FILES
from consultations.actions.locking import check_version, lock_to_work
from consultations.emails import people as emails
from consultations.models import Consultation, DraftFile, Entry, ReplyDraft
from consultations.rules import rights
from kyodo import clock, files
from kyodo.files import Accepted, kept_with_rows

KEPT_FOR = timedelta(days=30)


def save_draft(
    *,
    consultation: Consultation,
    version: int,
    message: str,
    waits_for_answer: bool,
    by: User,
    accepted: Sequence[Accepted] = (),
    copies_to: Sequence[str] = (),
) -> ReplyDraft:
    """Keep what was typed; files come to those already there."""
    if not rights.can_work_on(by, consultation):
        raise PermissionDenied
    with kept_with_rows(), transaction.atomic():
        draft, _is_new = ReplyDraft.objects.update_or_create(
            consultation=consultation,
            by=by,
            defaults={
                "message": message,
                "waits_for_answer": waits_for_answer,
                "copies_to": " ".join(copies_to),
                "version": version,
                "saved_at": clock.now(),
            },
        )
        if draft.files.count() + len(accepted) > MOST_FILES:
            raise ValidationError(
                _("ファイルは一度に%(limit)sつまでです。"),
                code="too_many_files",
                params={"limit": MOST_FILES},
            )
        for one in accepted:
            file = DraftFile(draft=draft, name=one.name, content_type=one.content_type, size=one.content.size)
            files.store(file.file, one.stored_name, one.content)
            file.save()
    return draft


def send_draft(*, draft: ReplyDraft, version: int, seal: str, by: User) -> Entry:
    """Mail exactly what was shown: `seal` is that of the preview the person saw."""
    return _send(draft, version, seal, by=by)


def send_draft_and_close(
    *, draft: ReplyDraft, version: int, seal: str, outcome: str, outcome_text: str, by: User
) -> Entry:
    """The answer was all it needed: mail it and close the consultation, both or neither. It then waits for nobody."""
    steps.check_ending(outcome, outcome_text)
    with transaction.atomic():
        # Before anything is written, as with the seal below: a file stays in the store.
        steps.check_may_close(lock_to_work(draft.consultation, by=by))
        entry = _send(draft, version, seal, by=by, closes=True)
        steps.close(
            consultation=entry.consultation,
            version=entry.consultation.version,
            outcome=outcome,
            outcome_text=outcome_text,
            by=by,
        )
    return entry


def _send(draft: ReplyDraft, version: int, seal: str, *, by: User, closes: bool = False) -> Entry:
    if draft.by_id != by.pk:
        raise PermissionDenied
    with kept_with_rows(), transaction.atomic():
        # The consultation's row first, as everywhere: whoever forgets its words holds it and waits for the draft.
        consultation = lock_to_work(draft.consultation, by=by)
        # Two presses of the button: the second finds the draft gone.
        found = ReplyDraft.objects.select_for_update(of=("self",)).filter(pk=draft.pk).first()
        if found is None:
            raise ValidationError(_("この返信は、もう送りました。"), code="gone")
        draft = found
        check_version(consultation, version)
        # Before anything is written: a file stays in the store, though its row is taken back.
        if _preview(consultation, draft).seal != seal:
            raise ValidationError(
                _("送る内容が、お見せしたものから変わりました。もう一度確かめてください。"),
                code="not_as_shown",
            )
        accepted = [Accepted(file.file, file.content_type, file.name) for file in draft.files.all()]
        entry = entries.reply(
            consultation=consultation,
            version=version,
            message=draft.message,
            by=by,
            accepted=accepted,
            waits_for_answer=draft.waits_for_answer and not closes,
            copies_to=copies_of(draft),
        )
        for one in accepted:
            one.content.close()
        _throw_away(draft)
    return entry


def discard_draft(*, draft: ReplyDraft, by: User) -> None:
    if draft.by_id != by.pk:
        raise PermissionDenied
    with transaction.atomic():
        _throw_away(draft)


def forget_old() -> int:
    """Drafts that nobody has touched for a month, with their files. How many went."""
    old = ReplyDraft.objects.filter(saved_at__lt=clock.now() - KEPT_FOR)
    drafts = list(old.prefetch_related("files"))
    for draft in drafts:
        with transaction.atomic():
            _throw_away(draft)
    return len(drafts)


def remove_file(*, file: DraftFile, by: User) -> None:
    if file.draft.by_id != by.pk:
        raise PermissionDenied
    with transaction.atomic():
        _forget(file)
        file.delete()


def names_of(draft: ReplyDraft) -> list[tuple[str, int]]:
    return [(file.name, file.size) for file in draft.files.all()]


def copies_of(draft: ReplyDraft) -> list[str]:
    return draft.copies_to.split()


def _preview(consultation: Consultation, draft: ReplyDraft) -> emails.Preview:
    return emails.preview_of_reply(consultation, draft.message, names_of(draft), copies_of(draft))


def _throw_away(draft: ReplyDraft) -> None:
    for file in draft.files.all():
        _forget(file)
    draft.delete()


def _forget(file: DraftFile) -> None:
    """The file itself goes once the row is gone for good."""
    storage, name = file.file.storage, str(file.file.name)
    transaction.on_commit(lambda: storage.delete(name))
