"""The inbox of the centre's staff: the first page of the day. Filters stay with the person until they are set back."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import requests
from accounts.models import User
from consultations.actions import saved_views, steps, tags
from consultations.forms.inbox import BulkCloseForm, BulkFollowUpForm, FilterForm
from consultations.models import Consultation, SavedView
from consultations.queries import inbox as queries
from consultations.queries.filters import Choices, office_of
from consultations.queries.inbox import Sort, Tab
from consultations.queries.opening import open_for
from consultations.rules import rights
from kyodo import dates, numbers, staff_pages

KEPT = "consultations_inbox"
"""Of the session: tab, order and filters as they were left."""
MOST_AT_ONCE = queries.PER_PAGE
WORDS = "words"
UNPROCESSABLE = 422
FORMS: dict[str, type[BulkCloseForm | BulkFollowUpForm]] = {
    "close": BulkCloseForm,
    "follow_up": BulkFollowUpForm,
}
"""What is done to several at once and asks for more than a choice."""


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """GET shows it; POST sets the filters, so that the words somebody looks for stand in no address."""
    user = requests.staff(request)
    choices = Choices(user)
    if request.method == "POST":
        _keep(request, {**_kept(request), "filters": _asked(request, choices)})
        return redirect("admin:consultations_inbox")
    kept = _kept(request) | _named(request.GET)
    return _page(request, user, choices, kept)


def _page(
    request: HttpRequest,
    user: User,
    choices: Choices,
    kept: dict[str, Any],
    *,
    refused: forms.Form | None = None,
    ticked: Sequence[str] = (),
) -> HttpResponse:
    """As it was left; with what was typed for several at once, where that was refused."""
    form = FilterForm(kept["filters"], choices)
    kept["filters"] = form.chosen
    _keep(request, kept)
    close_form = refused if isinstance(refused, BulkCloseForm) else BulkCloseForm()
    follow_up_form = refused if isinstance(refused, BulkFollowUpForm) else BulkFollowUpForm()
    found = queries.inbox(user, Tab(kept["tab"]), kept["sort"], form.chosen, request.GET.get("page", ""))
    return staff_pages.page(
        request,
        "consultations/staff/inbox.html",
        _("相談の対応"),
        status=UNPROCESSABLE if refused else 200,
        inbox=found,
        ticked=ticked,
        close_form=close_form,
        follow_up_form=follow_up_form,
        inbound_count=queries.queued_mails(user),
        form=form,
        is_narrowed=bool(form.chosen),
        sort=kept["sort"],
        sorts=Sort.choices,
        views=SavedView.objects.filter(user=user),
        colleagues=[(one, found.loads.get(one.pk, 0)) for one in choices.colleagues]
        if rights.can_assign_others(user)
        else (),
        tags=choices.tags,
        may_make_tags=user.has_perm("consultations.add_tag"),
    )


def _kept(request: HttpRequest) -> dict[str, Any]:
    """As it was left; whatever is no longer known is as on the first day."""
    kept = request.session.get(KEPT, {})
    return {
        "tab": kept.get("tab") if kept.get("tab") in Tab.values else Tab.NEW.value,
        "sort": kept.get("sort") if kept.get("sort") in Sort.values else Sort.DUE.value,
        "filters": kept.get("filters", {}),
    }


def _named(asked: QueryDict) -> dict[str, Any]:
    """What a link names: one tab, one order, or no filters."""
    named: dict[str, Any] = {}
    if asked.get("tab") in Tab.values:
        named["tab"] = asked["tab"]
    if asked.get("sort") in Sort.values:
        named["sort"] = asked["sort"]
    return named


def _asked(request: HttpRequest, choices: Choices) -> dict[str, str]:
    return {} if "reset" in request.POST else FilterForm(request.POST, choices).chosen


def _keep(request: HttpRequest, kept: dict[str, Any]) -> None:
    if request.session.get(KEPT) != kept:
        request.session[KEPT] = kept


# ── The next one ─────────────────────────────────────────────────────────────────────────────────────────────────


@require_GET
def next_one(request: HttpRequest, pk: int) -> HttpResponse:
    """From an open consultation to the line after it, without the way back to the list."""
    user = requests.staff(request)
    return redirect(address_of_next(request, user, open_for(user, pk).consultation))


def address_of_next(request: HttpRequest, user: User, one: Consultation) -> str:
    """Of the inbox as it was left: tab, order and filters. To be asked before a step moves the line."""
    kept = _kept(request)
    filters = FilterForm(kept["filters"], Choices(user)).chosen
    found = queries.next_of(user, Tab(kept["tab"]), kept["sort"], filters, one)
    if found is None:
        return reverse("admin:consultations_inbox")
    return reverse("admin:consultations_consultation_change", args=[found.pk])


# ── Views kept under a name ──────────────────────────────────────────────────────────────────────────────────────


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """The inbox as it stands. Words are left out: they may be somebody's name."""
    user = requests.staff(request)
    kept = _kept(request)
    filters = {name: value for name, value in kept["filters"].items() if name != WORDS}
    query = urlencode({"tab": kept["tab"], "sort": kept["sort"], **filters})
    try:
        view = saved_views.save_view(name=request.POST.get("name", ""), query=query, by=user)
    except ValidationError as refusal:
        staff_pages.tell(request, refusal)
    else:
        messages.success(request, _("表示「%(name)s」を保存しました。") % {"name": view.name})
    return redirect("admin:consultations_inbox")


@require_http_methods(["GET", "POST"])
def saved_view(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the inbox so; POST removes the view."""
    user = requests.staff(request)
    view = get_object_or_404(SavedView.objects.filter(user=user), pk=pk)
    if request.method == "POST":
        saved_views.remove_view(view=view, by=user)
        messages.success(request, _("表示「%(name)s」を消しました。") % {"name": view.name})
        return redirect("admin:consultations_inbox")
    named = dict(parse_qsl(view.query))
    _keep(request, {"tab": named.pop("tab", ""), "sort": named.pop("sort", ""), "filters": named})
    return redirect("admin:consultations_inbox")


# ── Several at once ──────────────────────────────────────────────────────────────────────────────────────────────

Step = Callable[[Consultation, int], object]


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Assign, tag, close or put off what was ticked: each by itself, and told by its reference where it could not be done."""
    user = requests.staff(request)
    back = redirect("admin:consultations_inbox")
    chosen = [_choice(one) for one in dict.fromkeys(request.POST.getlist("chosen"))]
    if not chosen:
        messages.error(request, _("相談を選んでください。"))
        return back
    if len(chosen) > MOST_AT_ONCE:
        messages.error(request, _("一度に選べるのは%(limit)s件までです。") % {"limit": MOST_AT_ONCE})
        return back
    typed = FORMS[request.POST["do"]](request.POST) if request.POST.get("do") in FORMS else None
    if typed is not None and not typed.is_valid():
        ticked = request.POST.getlist("chosen")
        return _page(request, user, Choices(user), _kept(request), refused=typed, ticked=ticked)
    try:
        step, done = _form_step(typed, user) if typed else _step(request, user)
    except ValidationError as refusal:
        staff_pages.tell(request, refusal)
        return back
    _take(request, user, [one for one in chosen if one is not None], step, done, len(chosen))
    return back


def _choice(sent: str) -> tuple[int, int] | None:
    """A row and its version, out of what its checkbox sent."""
    pk, _colon, version = sent.partition(":")
    row, seen = numbers.typed(pk), numbers.typed(version)
    return None if row is None or seen is None else (row, seen)


def _form_step(form: forms.Form, user: User) -> tuple[Step, str]:
    typed = form.cleaned_data
    if isinstance(form, BulkCloseForm):
        return lambda one, seen: steps.close(consultation=one, version=seen, by=user, **typed), _(
            "%(count)s件を完了にしました。"
        )
    told = _("%(count)s件の様子をたずねる日を%(day)sにしました。")
    return lambda one, seen: steps.set_follow_up(consultation=one, version=seen, by=user, **typed), (
        told.replace("%(day)s", dates.short_day(typed["on"]))
    )


def _step(request: HttpRequest, user: User) -> tuple[Step, str]:
    """What to do with each, and how to say that it was done."""
    if request.POST.get("do") == "assign":
        return _assignment(user, request.POST.get("to", ""))
    name = request.POST.get("new_tag", "").strip() or request.POST.get("tag", "")
    tag = tags.tag_named(name=name, by=user)
    if request.POST.get("do") == "untag":
        taken_off = _("%(count)s件からタグ「%(tag)s」をはずしました。")
        return lambda one, seen: tags.remove_tag(consultation=one, version=seen, tag=tag, by=user), (
            taken_off.replace("%(tag)s", tag.name.replace("%", "%%"))
        )
    put_on = _("%(count)s件にタグ「%(tag)s」をつけました。")
    return lambda one, seen: tags.add_tag(consultation=one, version=seen, tag=tag, by=user), (
        put_on.replace("%(tag)s", tag.name.replace("%", "%%"))
    )


def _assignment(user: User, to: str) -> tuple[Step, str]:
    if to == "none":
        return lambda one, seen: steps.assign(consultation=one, version=seen, to=None, by=user), _(
            "%(count)s件を共通の受付に戻しました。"
        )
    colleague = user if to == "me" else office_of(user).filter(pk=numbers.typed(to) or 0).first()
    if colleague is None:
        raise ValidationError(_("担当にする人を選んでください。"), code="assignee")
    assigned = _("%(count)s件の担当を%(name)sにしました。")
    return lambda one, seen: steps.assign(consultation=one, version=seen, to=colleague, by=user), (
        assigned.replace("%(name)s", str(colleague).replace("%", "%%"))
    )


def _take(
    request: HttpRequest, user: User, chosen: list[tuple[int, int]], step: Step, done: str, asked: int
) -> None:
    seen = Consultation.objects.in_hand_of(user).in_bulk([pk for pk, _version in chosen])
    taken = 0
    for pk, version in chosen:
        consultation = seen.get(pk)
        if consultation is None:
            continue
        try:
            step(consultation, version)
        except ValidationError as refusal:
            words = " ".join(refusal.messages)
            messages.error(request, f"{consultation.reference}{_('：')}{words}")
        except PermissionDenied:
            sentence = _("%(reference)s：この操作はできません。")
            messages.error(request, sentence % {"reference": consultation.reference})
        else:
            taken += 1
    if missing := asked - len(seen):
        sentence = _("選んだうち%(count)s件は、いま見ることができないため、変えていません。")
        messages.error(request, sentence % {"count": missing})
    if taken:
        messages.success(request, done % {"count": taken})
