"""What staff write: notes for themselves, talks they had. Neither is mailed to anybody."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consultations.actions import entries, files
from consultations.forms.staff.writing import NoteForm, TalkForm
from consultations.views.staff.stepping import Step, open_to_work, take


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    form = NoteForm(request.POST, request.FILES)
    return take(
        request,
        user,
        opened,
        form,
        Step(_("職員メモを書く"), _("メモを残す"), _("職員メモを残しました。")),
        lambda consultation, by: entries.add_note(
            consultation=consultation,
            note=form.cleaned_data["note"],
            by=by,
            accepted=files.accept_all(form.cleaned_data["files"]),
        ),
        anchor="timeline",
    )


@require_POST
def talk(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    form = TalkForm(request.POST)
    return take(
        request,
        user,
        opened,
        form,
        Step(_("話したことを記録する"), _("記録する"), _("話したことを記録しました。")),
        lambda consultation, by: entries.log_talk(
            consultation=consultation,
            channel=form.cleaned_data["channel"],
            note=form.cleaned_data["note"],
            is_reached=form.cleaned_data["is_reached"],
            by=by,
            happened_at=form.happened_at,
            minutes=form.cleaned_data["minutes"],
            next_step=form.cleaned_data["next_step"],
            follow_up_on=form.cleaned_data["follow_up_on"],
        ),
        anchor="timeline",
    )
