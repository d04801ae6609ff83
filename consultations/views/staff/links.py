"""Consultations that belong together, and the partners found for one."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import requests
from accounts.models import User
from consultations.actions import introductions, links, readings
from consultations.forms.staff.partners import IntroduceForm, ResultForm
from consultations.forms.staff.steps import NothingForm, ReferenceForm
from consultations.models import Consultation
from consultations.queries import partners as queries
from consultations.queries import similar as similar_queries
from consultations.queries.opening import Opened, open_for
from consultations.queries.pairs import Pair, with_contact
from consultations.views.staff.stepping import Step, open_to_work, show_step, take
from consultations.views.versions import posted_version
from kyodo import numbers, references, staff_pages


@require_POST
def relate(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    form = ReferenceForm(request.POST)
    step = Step(_("関係する相談にする"), _("つなぐ"), _("関係する相談につなぎました。"))
    return take(
        request,
        user,
        opened,
        form,
        step,
        lambda consultation, by: links.relate(
            consultation=consultation, other=_other(user, form.cleaned_data["reference"]), by=by
        ),
        anchor="others",
    )


@require_POST
def unrelate(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    seen = Consultation.objects.visible_to(user)
    other = get_object_or_404(seen, pk=numbers.typed(request.POST.get("other", "")) or 0)
    return take(
        request,
        user,
        opened,
        NothingForm(request.POST),
        Step(_("つながりを外す"), _("外す"), _("つながりを外しました。")),
        lambda consultation, by: links.unrelate(consultation=consultation, other=other, by=by),
        anchor="others",
    )


@require_POST
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """First both are shown side by side; the press under them closes the one, if it is still the pair that was shown."""
    user, opened = open_to_work(request, pk)
    form = ReferenceForm(request.POST)
    step = Step(
        _("同じ相談として閉じる"),
        _("同じ相談として閉じる"),
        _("同じ相談として閉じました。これからのメッセージは、元の相談に届きます。"),
    )
    if form.is_valid() and (pair := _pair_to_show(request, user, opened, form)):
        readings.record_reading(consultation=pair.other, what=readings.What.PAGE, by=user)
        version = posted_version(request)
        return show_step(request, user, opened, form, step, version=version, pair=pair)
    return take(
        request,
        user,
        opened,
        form,
        step,
        lambda consultation, by: links.mark_duplicate(
            consultation=consultation,
            version=posted_version(request),
            of=_other(user, form.cleaned_data["reference"]),
            by=by,
        ),
    )


@require_POST
def unduplicate(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    return take(
        request,
        user,
        opened,
        NothingForm(request.POST),
        Step(_("別の相談にもどす"), _("別の相談にもどす"), _("別の相談として、再開しました。")),
        lambda consultation, by: links.unmark_duplicate(
            consultation=consultation, version=posted_version(request), by=by
        ),
    )


@require_GET
def similar(request: HttpRequest, pk: int) -> HttpResponse:
    """Closed ones like it: looked for when somebody asks, since few do."""
    user = requests.staff(request)
    opened = open_for(user, pk)
    if not opened.is_readable:
        raise PermissionDenied
    readings.record_reading(consultation=opened.consultation, what=readings.What.PAGE, by=user)
    return staff_pages.page(
        request,
        "consultations/staff/consultation/similar.html",
        _("似た相談"),
        consultation=opened.consultation,
        similar=similar_queries.similar_to(opened.consultation, opened.fields, user),
    )


@require_GET
def partners(request: HttpRequest, pk: int) -> HttpResponse:
    """Who or what could help, each with the reason; and whom we named already."""
    user, opened = open_to_work(request, pk)
    readings.record_reading(consultation=opened.consultation, what=readings.What.PAGE, by=user)
    asked = request.GET.get("q", "")
    return staff_pages.page(
        request,
        "consultations/staff/consultation/partners.html",
        _("相手をさがす"),
        opened=opened,
        consultation=opened.consultation,
        asked=asked,
        found=queries.partners_for(opened.consultation, user, asked),
        introductions=opened.consultation.introductions.select_related("by"),
    )


@require_POST
def introduce(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    form = IntroduceForm(request.POST, by=user)
    step = Step(
        _("相手の紹介を記録する"), _("記録する"), _("紹介した相手を記録しました。メールは送っていません。")
    )
    return take(
        request,
        user,
        opened,
        form,
        step,
        lambda consultation, by: introductions.introduce(
            consultation=consultation, by=by, **form.cleaned_data
        ),
        anchor="partners",
    )


@require_POST
def introduction(request: HttpRequest, pk: int, introduction: int) -> HttpResponse:
    """What came of it."""
    user, opened = open_to_work(request, pk)
    row = get_object_or_404(opened.consultation.introductions, pk=introduction)
    form = ResultForm(request.POST)
    step = Step(_("その後を記録する"), _("記録する"), _("その後を記録しました。"))
    return take(
        request,
        user,
        opened,
        form,
        step,
        lambda consultation, by: introductions.record_result(
            introduction=row,
            version=posted_version(request),
            result=form.cleaned_data["result"],
            words=form.cleaned_data["result_text"],
            by=by,
        ),
        anchor="partners",
    )


def _pair_to_show(request: HttpRequest, user: User, opened: Opened, form: ReferenceForm) -> Pair | None:
    """None: it was shown already, or there is nothing to set beside it, which the action says."""
    asked = references.normalise(form.cleaned_data["reference"])
    other = with_contact(user).filter(reference=asked).exclude(pk=opened.consultation.pk).first()
    if other is None or request.POST.get("shown") == str(other.pk):
        return None
    return Pair(opened.consultation, other)


def _other(user: User, reference: str) -> Consultation:
    """One that the office has in hand, by what was typed."""
    found = Consultation.objects.in_hand_of(user).filter(reference=references.normalise(reference)).first()
    if found is None:
        raise ValidationError(_("この受付番号の相談は見つかりません。"), code="unknown")
    return found
