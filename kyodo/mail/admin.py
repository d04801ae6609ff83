from datetime import time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kyodo import clock, text
from kyodo.admin_paging import NearPaginator
from kyodo.mail import actions, rules
from kyodo.mail.models import OutgoingMail

SHOWN_DAYS = (("1", _("今日")), ("7", _("7日以内")), ("30", _("30日以内")), ("365", _("1年以内")))


class WhenFilter(admin.SimpleListFilter):
    """In place of a date hierarchy, which reads every row for its list of years."""

    title = _("作成した日")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return SHOWN_DAYS

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in dict(SHOWN_DAYS):
            return queryset
        since = clock.today() - timedelta(days=int(self.value() or 1) - 1)
        return queryset.filter(created_at__gte=clock.at(since, time.min))


class UncertainFilter(admin.SimpleListFilter):
    title = _("職員の判断")
    parameter_name = "decide"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("1", _("必要（送れなかった・届いたか不明）"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=OutgoingMail.State.FAILED) if self.value() == "1" else queryset


@admin.register(OutgoingMail)
class OutgoingMailAdmin(admin.ModelAdmin):
    list_display = ("created_at", "how_far", "to", "subject")
    list_display_links = ("subject",)
    list_filter = ("state", "delivery", UncertainFilter, WhenFilter)
    list_per_page = 50
    search_fields = ("to", "subject")
    search_help_text = _("宛先のアドレス（はじめの文字から）、または件名のことば")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = NearPaginator
    ordering = ("-created_at", "-id")

    readonly_fields = ("fate",)
    fields = (
        "state", "fate", "delivery_words", "last_error", "to", "sender", "reply_to", "subject", "kind", "about_label",
        "attempts", "created_at", "next_attempt_at", "sent_at", "message_id",
    )  # fmt: skip

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """By its state alone: the list would tell, word by word, of texts that no page shows."""
        return lookup in (
            "state",
            "state__exact",
            "delivery",
            "delivery__exact",
            WhenFilter.parameter_name,
            UncertainFilter.parameter_name,
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutgoingMail | None = None) -> bool:
        """Nobody edits a mail; buttons on its page abort it or send it again."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutgoingMail | None = None) -> bool:
        return False

    @admin.display(description=_("状態"), ordering="state")
    def how_far(self, mail: OutgoingMail) -> str:
        return mail.fate

    @admin.display(description=_("届いたか"))
    def fate(self, mail: OutgoingMail) -> str:
        if mail.delivery:
            return f"{mail.get_delivery_display()}：{mail.get_delivery_reason_display()}"
        if mail.is_uncertain:
            return gettext("分かりません。届いていないことを確かめてから、もう一度送ってください。")
        if mail.state == OutgoingMail.State.SENT:
            return gettext("宛先のメールサーバーが受け取りました。")
        return gettext("まだ届いていません。")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutgoingMail]:
        queryset = OutgoingMail.objects.visible_to(request.user).order_by(*self.ordering)
        name = str(request.resolver_match.url_name) if request.resolver_match else ""
        return (
            queryset.defer("body", "html", "headers", "search") if name.endswith("changelist") else queryset
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OutgoingMail], search_term: str
    ) -> tuple[QuerySet[OutgoingMail], bool]:
        """An address by its beginning, through the index; anything else within subjects."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if term.isascii() and " " not in term:
            return queryset.filter(to__istartswith=term), False
        query = text.query(term)
        return queryset.filter(search=query) if query else queryset.none(), False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/abort/", view(require_POST(self.abort)), name="mail_outgoingmail_abort"),
            path(
                "<int:pk>/send-again/",
                view(require_POST(self.send_again)),
                name="mail_outgoingmail_send_again",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        mail = self.get_object(request, object_id)
        extra = self._page(request, mail) if mail else {}
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))

    def _page(self, request: HttpRequest, mail: OutgoingMail) -> dict[str, Any]:
        may_manage = rules.can_manage_mail(request.user)
        return {
            "title": _("送信メール"),
            "mail": mail,
            "shows_body": rules.shows_body(mail, in_production=settings.PRODUCTION),
            "is_read_elsewhere": rules.is_read_elsewhere(mail),
            "attachments": mail.attachments.defer("content"),
            "may_abort": may_manage and rules.can_abort(mail),
            "may_send_again": may_manage and rules.can_send_again(mail),
            "is_copy": mail.state == OutgoingMail.State.SENT,
        }

    def abort(self, request: HttpRequest, pk: int) -> HttpResponse:
        mail = self._find(request, pk)
        try:
            actions.abort_mail(mail=mail, by=request.user)
        except ValidationError as refusal:
            self.message_user(request, refusal.messages[0], messages.ERROR)
        else:
            self.log_change(request, mail, _("送信を取りやめました。"))
            self.message_user(request, _("送信を取りやめました。"), messages.SUCCESS)
        return _to_page(mail)

    def send_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        mail = self._find(request, pk)
        try:
            mail = actions.send_again(mail=mail, by=request.user)
        except ValidationError as refusal:
            self.message_user(request, refusal.messages[0], messages.ERROR)
        else:
            self.log_change(request, mail, _("もう一度送ります。"))
            self.message_user(request, _("もう一度送ります。少しお待ちください。"), messages.SUCCESS)
        return _to_page(mail)

    def _find(self, request: HttpRequest, pk: int) -> OutgoingMail:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(OutgoingMail.objects.visible_to(request.user), pk=pk)


def _to_page(mail: OutgoingMail) -> HttpResponse:
    return redirect(reverse("admin:mail_outgoingmail_change", args=[mail.pk]))
