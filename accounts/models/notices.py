from django.utils.translation import gettext_lazy as _

from kyodo import clock
from kyodo.db import models


class NoticeChoice(models.Model):
    """How somebody at work wants to hear of one kind of thing (お知らせの設定); without a row, as usual for their role."""

    class How(models.TextChoices):
        AT_ONCE = "at_once", _("すぐに")
        DAILY = "daily", _("1日1回まとめて")
        NEVER = "never", _("受け取らない")

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="notice_choices")
    kind = models.CharField(_("種類"), max_length=40)
    """The code of a kind in accounts.notices: apps register them, so the column knows no list."""
    how = models.CharField(_("知らせ方"), max_length=10, choices=How.choices)

    class Meta:
        verbose_name = _("お知らせの設定")
        verbose_name_plural = _("お知らせの設定")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="notice_choice_once_per_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.how}"


class PendingNotice(models.Model):
    """A line that waits for somebody's daily mail (まとめて送る知らせ); gone once it is in the outbox."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="pending_notices")
    kind = models.CharField(_("種類"), max_length=40)
    line = models.CharField(_("知らせ"), max_length=200)
    path = models.CharField(_("ページ"), max_length=300)
    happened_at = models.DateTimeField(_("日時"), default=clock.now)

    class Meta:
        verbose_name = _("まとめて送る知らせ")
        verbose_name_plural = _("まとめて送る知らせ")
        ordering = ["happened_at", "pk"]

    def __str__(self) -> str:
        return self.line
