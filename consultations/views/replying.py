"""A reply on its way, for the centre's page and the ward desk alike: kept as its writer's draft, shown as the mail it
will be, sent. No admin in here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import drafts, files
from consultations.emails import people as emails
from consultations.emails.people import Preview
from consultations.forms.staff.steps import CloseForm
from consultations.forms.staff.writing import ReplyForm
from consultations.models import CannedReply, Consultation, DraftFile, Entry, ReplyDraft
from consultations.queries import changes
from consultations.queries.changes import Meanwhile
from consultations.queries.consultation_page import canned_for, canned_texts
from consultations.queries.opening import Opened
from consultations.rules import replies
from consultations.views.versions import posted_version
from kyodo.files import INFECTED, UNCHECKED

SAID = 3
CLOSES = "close"
"""The button under the mail that closes as well."""
Outcome = Consultation.Outcome
# Refusals that belong to the files; the others stand above the form.
OF_FILES = ("too_many_files", "file_size", "file_type", "file_broken", INFECTED, UNCHECKED)


@dataclass(frozen=True)
class Writing:
    """The form as it stands, with the person's last words to look at."""

    form: ReplyForm
    draft: ReplyDraft | None
    version: int
    canned: Sequence[tuple[int, str, str]]
    said: Sequence[Entry]
    lost_files: Sequence[str] = ()
    """Chosen in a form that was refused: a browser doesn't send them again by itself."""


@dataclass(frozen=True)
class Letter:
    """The mail as it would leave now, and what changed since the reply was begun."""

    draft: ReplyDraft
    preview: Preview
    meanwhile: Meanwhile | None
    ending: CloseForm | None
    """How it closes with the same press; none where it is closed already."""


def draft_of(consultation: Consultation, user: User) -> ReplyDraft | None:
    return consultation.reply_drafts.filter(by=user).prefetch_related("files").first()


def begin(user: User, opened: Opened) -> Writing:
    """With what was begun."""
    draft = draft_of(opened.consultation, user)
    if draft is None:
        return _writing(user, opened, ReplyForm(), None, opened.consultation.version)
    initial = {
        "message": draft.message,
        "waits_for_answer": draft.waits_for_answer,
        "copies_to": draft.copies_to,
    }
    return _writing(user, opened, ReplyForm(initial=initial), draft, draft.version)


def keep(request: HttpRequest, user: User, opened: Opened) -> Writing | None:
    """Keep what was typed; a canned text comes to it, or a file goes from it, where that was pressed. None: kept."""
    consultation = opened.consultation
    form = ReplyForm(request.POST, request.FILES, canned=canned_for(consultation))
    if form.is_valid() and form.is_whole and not consultation.contact.can_be_mailed:
        sentence = _("この人にはメールを送れません。連絡先を確かめてください。")
        form.add_error(None, ValidationError(sentence, code="no_mail"))
    if not form.errors and _kept(request, form, user, consultation):
        return None
    lost = [str(file.name) for file in request.FILES.getlist("files")]
    draft = draft_of(consultation, user)
    return _writing(user, opened, form, draft, posted_version(request), lost)


def remove_file(*, pk: int, user: User, consultation: Consultation) -> None:
    own = DraftFile.objects.filter(draft__by=user, draft__consultation=consultation)
    drafts.remove_file(file=get_object_or_404(own.select_related("draft"), pk=pk), by=user)


def letter(
    user: User,
    opened: Opened,
    draft: ReplyDraft,
    since: int | None = None,
    ending: CloseForm | None = None,
) -> Letter:
    consultation = opened.consultation
    begun = draft.version if since is None else since
    shown = emails.preview_of_reply(
        consultation, draft.message, drafts.names_of(draft), drafts.copies_of(draft)
    )
    meanwhile = changes.since_version(consultation, begun, user) if begun != consultation.version else None
    return Letter(draft, shown, meanwhile, ending or suggested_ending(consultation))


def send(request: HttpRequest, user: User, draft: ReplyDraft, ending: CloseForm | None) -> Entry:
    """What the letter showed, and nothing else; with an ending, the consultation is closed by the same press."""
    version, seal = posted_version(request), request.POST.get("seal", "")
    if ending is None:
        return drafts.send_draft(draft=draft, version=version, seal=seal, by=user)
    return drafts.send_draft_and_close(
        draft=draft, version=version, seal=seal, by=user, **ending.cleaned_data
    )


def ending_of(request: HttpRequest) -> CloseForm | None:
    """Pressed was 'send, close, and on to the next'."""
    return CloseForm(request.POST) if CLOSES in request.POST else None


def suggested_ending(consultation: Consultation) -> CloseForm | None:
    """Most questions end with their answer; what the person will read of it may be changed before the press."""
    if not consultation.is_open:
        return None
    return CloseForm(initial={"outcome": Outcome.ANSWERED, "outcome_text": _("メールでお返事しました。")})


def said(entry: Entry, *, is_closed: bool) -> str:
    words = {"to": entry.consultation.contact.email, "reference": entry.consultation.reference}
    if is_closed:
        return _("%(to)s へ返信を送り、%(reference)s を完了にしました。") % words
    return _("返信を %(to)s へ送りました。") % words


def _kept(request: HttpRequest, form: ReplyForm, user: User, consultation: Consultation) -> bool:
    message = form.cleaned_data["message"]
    chosen: CannedReply | None = form.cleaned_data["canned"]
    if form.inserts and chosen:
        message = replies.appended(message, replies.filled(chosen.body, consultation, user))
    try:
        if len(message) > Entry.LONGEST:
            raise ValidationError(
                _("長すぎます。%(limit)s文字までで書いてください。"),
                code="too_long",
                params={"limit": Entry.LONGEST},
            )
        drafts.save_draft(
            consultation=consultation,
            version=posted_version(request),
            message=message,
            waits_for_answer=form.cleaned_data["waits_for_answer"],
            copies_to=form.cleaned_data["copies_to"],
            by=user,
            accepted=files.accept_all(form.cleaned_data["files"]),
        )
    except ValidationError as refusal:
        form.add_error("files" if refusal.code in OF_FILES else None, refusal)
        return False
    return True


def _writing(
    user: User,
    opened: Opened,
    form: ReplyForm,
    draft: ReplyDraft | None,
    version: int,
    lost_files: Sequence[str] = (),
) -> Writing:
    said: Any = Entry.objects.visible_to(user).filter(consultation=opened.consultation, kind__in=Entry.PUBLIC)
    return Writing(
        form=form,
        draft=draft,
        version=version,
        canned=canned_texts(opened, user),
        said=said.select_related("by").defer("search").order_by("-happened_at", "-pk")[:SAID],
        lost_files=lost_files,
    )
