from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from accounts.requests import person
from kyodo import dates, numbers
from kyodo.admin_saving import SavesWhatWasTyped
from spaces.actions import lottery as actions
from spaces.forms.lottery import RoundForm
from spaces.models import LotteryEntry, LotteryRound

# What was announced stays as it was announced, from the first entry on.
ANNOUNCED = (
    "space",
    "first_date",
    "last_date",
    "entries_from",
    "entries_until",
    "draw_at",
    "claim_until",
    "entries_per_group",
)
MADE_BY_THE_DRAW = ("seed", "drawn_at", "closed_at")


@admin.register(LotteryRound)
class LotteryRoundAdmin(SavesWhatWasTyped):
    """Draws: announced here, drawn by the clock. The button is for the day the clock stood still."""

    list_display = ("name", "space", "days", "phase", "entry_count", "draw_at")
    list_filter = ("space",)
    list_select_related = ("space",)
    search_fields = ("name",)
    show_full_result_count = False
    form = RoundForm
    fieldsets = (
        (None, {"fields": ("name", "space", ("first_date", "last_date"), "entries_per_group")}),
        (_lazy("日程"), {"fields": ("entries_from", "entries_until", "draw_at", "claim_until")}),
        (_lazy("抽選"), {"fields": MADE_BY_THE_DRAW}),
    )
    change_form_template = "admin/spaces/lottery_round.html"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[LotteryRound]:
        rounds: QuerySet[LotteryRound] = super().get_queryset(request).defer("record")
        return rounds.annotate(count_of_entries=Count("entries"))

    def get_readonly_fields(self, request: HttpRequest, obj: LotteryRound | None = None) -> tuple[str, ...]:
        if obj is not None and obj.entries.exists():
            return (*ANNOUNCED, *MADE_BY_THE_DRAW)
        return MADE_BY_THE_DRAW

    def has_delete_permission(self, request: HttpRequest, obj: LotteryRound | None = None) -> bool:
        if obj is not None and obj.entries.exists():
            return False
        return super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: LotteryRound, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = person(request)
        super().save_model(request, obj, form, change)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The entries, to look at: groups enter and withdraw on the site's own pages."""
        entries = LotteryEntry.objects.filter(round_id=numbers.typed(object_id) or 0)
        shown = entries.select_related("group", "booking").order_by(F("rank").asc(nulls_last=True), "number")
        return super().change_view(request, object_id, form_url, {"entries": shown, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        draw = self.admin_site.admin_view(require_POST(self.draw))
        return [path("<int:pk>/draw/", draw, name="spaces_lotteryround_draw"), *super().get_urls()]

    def draw(self, request: HttpRequest, pk: int) -> HttpResponse:
        lottery = get_object_or_404(LotteryRound, pk=pk)
        try:
            actions.draw_lottery(lottery=lottery, by=person(request))
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            messages.success(request, _("抽選しました。結果を申込のあった団体にメールで知らせます。"))
        return redirect("admin:spaces_lotteryround_change", pk)

    @admin.display(description=_lazy("対象の日"), ordering="first_date")
    def days(self, lottery: LotteryRound) -> str:
        return f"{dates.short_day(lottery.first_date)}–{dates.short_day(lottery.last_date)}"

    @admin.display(description=_lazy("状態"))
    def phase(self, lottery: LotteryRound) -> str:
        return str(lottery.phase.label)

    @admin.display(description=_lazy("申込"))
    def entry_count(self, lottery: LotteryRound) -> int:
        return int(getattr(lottery, "count_of_entries", 0))
