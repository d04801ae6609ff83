"""Draws (抽選): the public pages, and what a group does there. The seed and the record are for everybody."""

import csv
from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import person
from kyodo import ratelimit
from kyodo.access import sign_in_because
from spaces.actions import lottery as actions
from spaces.forms.lottery import EntryForm
from spaces.models import Booking, LotteryEntry, LotteryRound
from spaces.queries import lottery as queries
from spaces.queries.prefill import Prefill
from spaces.rules import lottery as rules

RERUNS_PER_MINUTE = 30
# An entry can be taken back and made again, a mail each time.
ENTRIES_PER_HOUR = 100
COLUMNS = ("number", "group", "begins", "ends", "units", "barred", "digest", "rank", "result")


@login_not_required
@require_GET
def lotteries(request: HttpRequest) -> HttpResponse:
    return render(request, "spaces/lottery/list.html", {"rounds": queries.rounds_on_show()})


@login_not_required
@require_GET
def lottery(request: HttpRequest, pk: int) -> HttpResponse:
    return render(
        request, "spaces/lottery/round.html", {"page": queries.round_page(_round(pk), request.user)}
    )


@login_not_required
@require_GET
def lottery_rerun(request: HttpRequest, pk: int) -> HttpResponse:
    """Draws again, from nothing but the published seed and record, and writes nothing."""
    if not ratelimit.allow_address(request, "lottery-rerun", times=RERUNS_PER_MINUTE, seconds=60):
        return ratelimit.too_many(request, seconds=60)
    found = get_object_or_404(_rounds(), pk=pk, drawn_at__isnull=False)
    context = {
        "lottery": found,
        "record": queries.record_of(found),
        "rerun": queries.rerun(found),
        "recipe": _recipe(found),
    }
    return render(request, "spaces/lottery/rerun.html", context)


@login_not_required
@require_GET
def lottery_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The record and the result, for whoever runs the draw again at home. The first six columns are the record."""
    if not ratelimit.allow_address(request, "lottery-rerun", times=RERUNS_PER_MINUTE, seconds=60):
        return ratelimit.too_many(request, seconds=60)
    found = get_object_or_404(_rounds(), pk=pk, drawn_at__isnull=False)
    disposition = f'attachment; filename="lottery-{found.pk}.csv"'
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    writer.writerows(_rows(found))
    return response


@require_http_methods(["GET", "POST"])
@ratelimit.limit("lottery-entry", times=ENTRIES_PER_HOUR, seconds=3600)
@sign_in_because(gettext_lazy("抽選に申し込むには、ログインしてください。"))
def lottery_enter(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = person(request), _round(pk)
    form = EntryForm(
        request.POST or None,
        initial=Prefill.from_query(request.GET.dict()).known,
        lottery=found,
        choices=queries.choices(found),
        user=user,
    )
    if request.method == "POST" and form.is_valid():
        try:
            entry = actions.enter_lottery(lottery=found, by=user, **form.wish)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("%(number)d番で申し込みました。") % {"number": entry.number})
            return redirect(found)
    context = {"form": form, "page": queries.round_page(found, user)}
    return render(request, "spaces/lottery/enter.html", context)


@require_http_methods(["GET", "POST"])
def lottery_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user, entry = person(request), _entry(request, pk)
    if not rules.can_enter(user, entry.group):
        raise PermissionDenied
    if request.method == "POST":
        try:
            actions.withdraw_entry(entry=entry, by=user)
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            messages.success(request, _("%(number)d番を取り下げました。") % {"number": entry.number})
        return redirect(entry.round)
    return render(request, "spaces/lottery/withdraw.html", {"entry": entry})


@require_http_methods(["GET", "POST"])
def lottery_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail leads here; only the button claims."""
    user, entry = person(request), _entry(request, pk)
    if not rules.can_enter(user, entry.group):
        raise PermissionDenied
    if request.method == "POST":
        try:
            entry = actions.claim_win(entry=entry, by=user)
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
            return redirect(entry.round)
        messages.success(request, _claimed(entry))
        return redirect(entry.booking or entry.round)
    return render(request, "spaces/lottery/claim.html", {"entry": entry})


def _claimed(entry: LotteryEntry) -> str:
    if entry.booking and entry.booking.status == Booking.Status.REQUESTED:
        return _("使うことを受け付けました。催しなので、職員が確かめて、結果をメールでお知らせします。")
    return _("予約が確定しました。お待ちしています。")


def _rows(found: LotteryRound) -> Iterator[list[object]]:
    lines = {line["number"]: line for line in queries.record_of(found)["entries"]}
    for turn in queries.turns_of(found):
        line = lines[turn.number]
        yield [
            line["number"],
            line["group"],
            line["begins"],
            line["ends"],
            line.get("units", 1),
            line["barred"],
            turn.digest,
            turn.rank,
            turn.result,
        ]


def _recipe(found: LotteryRound) -> str:
    """The draw as a few lines of Python that need nothing of ours but the downloaded file."""
    context = {"seed": found.seed, "record": queries.record_of(found), "filename": f"lottery-{found.pk}.csv"}
    return render_to_string("spaces/lottery/recipe.txt", context)


def _rounds() -> QuerySet[LotteryRound]:
    return LotteryRound.objects.select_related("space__policy")


def _round(pk: int) -> LotteryRound:
    return get_object_or_404(_rounds(), pk=pk)


def _entry(request: HttpRequest, pk: int) -> LotteryEntry:
    entries = LotteryEntry.objects.visible_to(person(request))
    return get_object_or_404(entries.select_related("round__space", "group", "booking__space"), pk=pk)
