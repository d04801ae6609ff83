"""The steps of a consultation as buttons: one action each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consultations.actions import entries, steps, tags
from consultations.forms.staff.steps import AssignForm, CloseForm, NothingForm, StartForm, TagForm, WaitForm
from consultations.models import Tag
from consultations.queries.consultation_page import colleagues_for
from consultations.views.staff.stepping import Step, open_to_work, take
from consultations.views.versions import posted_version
from kyodo import numbers


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    form = AssignForm(request.POST, colleagues=colleagues_for(opened.consultation, user))
    return take(
        request,
        user,
        opened,
        form,
        Step(_("担当を決める"), _("決める"), _("担当を決めました。")),
        lambda consultation, by: steps.assign(
            consultation=consultation, version=posted_version(request), to=form.cleaned_data["to"], by=by
        ),
    )


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    form = StartForm(request.POST)
    return take(
        request,
        user,
        opened,
        form,
        Step(_("対応を始める"), _("始める"), _("対応中にしました。")),
        lambda consultation, by: steps.start(
            consultation=consultation,
            version=posted_version(request),
            by=by,
            next_step=form.cleaned_data["next_step"],
        ),
    )


@require_POST
def wait(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    form = WaitForm(request.POST)
    return take(
        request,
        user,
        opened,
        form,
        Step(_("返事を待つ"), _("返事待ちにする"), _("返事待ちにしました。期限は止まっています。")),
        lambda consultation, by: steps.wait(
            consultation=consultation, version=posted_version(request), by=by, **form.cleaned_data
        ),
    )


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    form = CloseForm(request.POST)
    return take(
        request,
        user,
        opened,
        form,
        Step(_("完了にする"), _("完了にする"), _("完了にしました。")),
        lambda consultation, by: steps.close(
            consultation=consultation, version=posted_version(request), by=by, **form.cleaned_data
        ),
    )


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    return take(
        request,
        user,
        opened,
        NothingForm(request.POST),
        Step(_("再開する"), _("再開する"), _("再開しました。")),
        lambda consultation, by: steps.reopen(
            consultation=consultation, version=posted_version(request), by=by
        ),
    )


@require_POST
def decline_reopening(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    return take(
        request,
        user,
        opened,
        NothingForm(request.POST),
        Step(_("再開しない"), _("再開しない"), _("完了のままにしました。相談者には、返信で伝えてください。")),
        lambda consultation, by: steps.decline_reopening(
            consultation=consultation, version=posted_version(request), by=by
        ),
    )


@require_POST
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """The new message needs no answer."""
    user, opened = open_to_work(request, pk)
    return take(
        request,
        user,
        opened,
        NothingForm(request.POST),
        Step(_("確認済みにする"), _("確認済みにする"), _("確認済みにしました。日にちの予定はそのままです。")),
        lambda consultation, by: entries.mark_seen(
            consultation=consultation, version=posted_version(request), by=by
        ),
    )


@require_POST
def tag(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one on by its name, or take one off by its key."""
    user, opened = open_to_work(request, pk)
    step = Step(_("タグ"), _("付ける"), _("タグを直しました。"))
    if "remove" in request.POST:
        removed = get_object_or_404(Tag, pk=numbers.typed(request.POST["remove"]) or 0)
        return take(
            request,
            user,
            opened,
            NothingForm(request.POST),
            step,
            lambda consultation, by: tags.remove_tag(
                consultation=consultation, version=posted_version(request), tag=removed, by=by
            ),
            anchor="tags",
        )
    form = TagForm(request.POST)
    return take(
        request,
        user,
        opened,
        form,
        step,
        lambda consultation, by: tags.add_tag(
            consultation=consultation,
            version=posted_version(request),
            tag=tags.tag_named(name=form.cleaned_data["name"], by=by),
            by=by,
        ),
        anchor="tags",
    )
