import secrets

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Group
from kyodo import clock
from kyodo.db import models
from spaces.models.spaces import Space


def new_token() -> str:
    return secrets.token_urlsafe(32)


class Feed(models.Model):
    """A secret calendar address (カレンダー購読): a group's bookings, or a space's for staff. Revocable.

    Each person has an address of their own, so that it ends with them: that of a group with its owner's membership,
    that of a space, which carries names of groups, with the officer's role. Nobody else's calendar breaks.
    """

    token = models.CharField(max_length=64, unique=True, default=new_token)
    group = models.ForeignKey(Group, models.CASCADE, related_name="feeds", null=True, blank=True)
    space = models.ForeignKey(Space, models.CASCADE, related_name="feeds", null=True, blank=True)
    created_by = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("カレンダー購読")
        verbose_name_plural = _("カレンダー購読")
        constraints = [
            models.CheckConstraint(
                condition=Q(group__isnull=False, space__isnull=True)
                | Q(group__isnull=True, space__isnull=False),
                name="feed_of_group_or_space",
            ),
            models.UniqueConstraint(
                fields=["group", "created_by"],
                condition=Q(revoked_at__isnull=True),
                name="feed_one_open_per_group_and_member",
            ),
            models.UniqueConstraint(
                fields=["space", "created_by"],
                condition=Q(revoked_at__isnull=True),
                name="feed_one_open_per_space_and_officer",
            ),
        ]

    def __str__(self) -> str:
        return str(self.group or self.space)

    def get_absolute_url(self) -> str:
        return reverse("feed", args=[self.token])
