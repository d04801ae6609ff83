"""The one AdminSite: Django's own, under the centre's name and rules of entry."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kyodo import access


class AdminSite(admin.AdminSite):
    site_header = _("センターの仕事")
    site_title = _("センターの仕事")
    index_title = _("今日の仕事")
    site_url = "/"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return access.may_enter_admin(request)
