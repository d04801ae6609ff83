from django.contrib import admin

from consultations.forms.staff.canned import CannedReplyForm
from consultations.models import CannedReply


@admin.register(CannedReply)
class CannedReplyAdmin(admin.ModelAdmin):
    """Texts that staff send often, by kind of consultation."""

    list_display = ("title", "kind", "position", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("title", "body")
    show_full_result_count = False
    form = CannedReplyForm
