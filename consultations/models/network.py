from typing import TYPE_CHECKING, ClassVar

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kyodo import clock
from kyodo.db import models

if TYPE_CHECKING:
    from accounts.models import User


class NetworkMeetingQuerySet(models.QuerySet["NetworkMeeting"]):
    def visible_to(self, user: "User") -> "NetworkMeetingQuerySet":
        return self if user.is_staff or user.is_ward_officer else self.none()


class NetworkMeeting(models.Model):
    """A meeting of the ward centres' staff with the centre (ネットワーク会議)."""

    title = models.CharField(_("題名"), max_length=80)
    begins_at = models.DateTimeField(_("開始"))
    ends_at = models.DateTimeField(_("終了"))
    place = models.CharField(_("場所"), max_length=100)
    agenda = models.TextField(_("話し合うこと"), max_length=4000, blank=True)

    objects: ClassVar[NetworkMeetingQuerySet] = NetworkMeetingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("ネットワーク会議")
        verbose_name_plural = _("ネットワーク会議")
        ordering = ["-begins_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")),
                name="network_meeting_ends_after_it_begins",
                violation_error_message=_("終了は開始より後にしてください。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class MeetingMaterial(models.Model):
    """A paper of a network meeting (会議の資料)."""

    meeting = models.ForeignKey(NetworkMeeting, models.CASCADE, related_name="materials")
    file = models.FileField(_("ファイル"), upload_to="network/%Y/%m/", max_length=200)
    name = models.CharField(_("名前"), max_length=120)
    content_type = models.CharField(_("種類"), max_length=100, editable=False)
    added_at = models.DateTimeField(_("追加した日時"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("会議の資料")
        verbose_name_plural = _("会議の資料")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
