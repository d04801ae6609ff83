from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.requests import person
from spaces.actions import feeds as actions
from spaces.models import Feed
from spaces.rules import rights


class OpenFilter(admin.SimpleListFilter):
    title = _("状態")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("使える")), ("stopped", _("止めた"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Feed]) -> QuerySet[Feed]:
        if self.value() in ("open", "stopped"):
            return queryset.filter(revoked_at__isnull=self.value() == "open")
        return queryset


@admin.register(Feed)
class FeedAdmin(admin.ModelAdmin):
    """Who has a calendar address, to stop it when asked. The address itself is a key and is shown to its owner only."""

    list_display = ("what", "owner", "made_at", "stopped_at")
    list_filter = (OpenFilter,)
    list_select_related = ("group", "space", "created_by")
    list_per_page = 50
    search_fields = ("group__name", "group__name_kana", "=group__number", "created_by__email")
    search_help_text = _("団体名、ふりがな、登録番号、メールアドレス")
    ordering = ("-created_at", "-pk")
    show_full_result_count = False
    fields = ("what", "owner", "made_at", "stopped_at")
    readonly_fields = fields
    actions = ("stop",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The list would tell the key sign by sign to whoever asks how it begins."""
        return not lookup.startswith("token") and super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feed]:
        return super().get_queryset(request).defer("token", "group__search")

    @admin.display(description=_("団体・場所"), ordering="group__name_kana")
    def what(self, feed: Feed) -> str:
        return str(feed)

    @admin.display(description=_("持ち主"), ordering="created_by__email")
    def owner(self, feed: Feed) -> str:
        return f"{feed.created_by}（{feed.created_by.email}）"

    @admin.display(description=_("作った日時"), ordering="created_at")
    def made_at(self, feed: Feed) -> Any:
        return feed.created_at

    @admin.display(description=_("止めた日時"), ordering="revoked_at", empty_value="-")
    def stopped_at(self, feed: Feed) -> Any:
        return feed.revoked_at

    @admin.action(description=_("選んだアドレスを止める"), permissions=["stop"])
    def stop(self, request: HttpRequest, queryset: QuerySet[Feed]) -> None:
        feeds = list(queryset.filter(revoked_at__isnull=True))
        for feed in feeds:
            actions.stop_feed(feed=feed, by=person(request))
        messages.success(
            request,
            _("%(count)d件のアドレスを止めました。これまでのアドレスでは、もう読めません。")
            % {"count": len(feeds)},
        )

    def has_stop_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and rights.can_hold(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Feed | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Feed | None = None) -> bool:
        return False
