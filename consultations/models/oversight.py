"""Who must not see, who has seen, and who is looking just now."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from kyodo import clock
from kyodo.db import models

if TYPE_CHECKING:
    from accounts.models import User


class LockOutQuerySet(models.QuerySet["LockOut"]):
    def hidden_from(self, user: "User") -> Any:
        """The keys of the consultations that somebody is kept out of; none are NULL, so that NOT IN may ask for them."""
        return self.filter(user=user.pk).values("consultation")


class LockOut(models.Model):
    """A member of staff kept out of one consultation (担当から外れる職員): a neighbour, a relative, their own group."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="lock_outs")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", verbose_name=_("職員"))
    reason = models.CharField(_("理由"), max_length=200)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects: ClassVar[LockOutQuerySet] = LockOutQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("閲覧の制限")
        verbose_name_plural = _("閲覧の制限")
        constraints = [models.UniqueConstraint(fields=["consultation", "user"], name="lock_out_once")]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.user_id}"


class Reading(models.Model):
    """That somebody read, exported or took a file out of a consultation (閲覧の記録). Kept when it is anonymised."""

    class What(models.TextChoices):
        PAGE = "page", _("閲覧")
        FILE = "file", _("ファイル")
        EXPORT = "export", _("書き出し")

    class Reader(models.TextChoices):
        ACCOUNT = "account", _("アカウントのある人")
        PERSON = "person", _("相談者（確認コード）")
        PARTNER = "partner", _("回答ページのリンク")

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="readings")
    reader = models.CharField(_("だれが"), max_length=8, choices=Reader.choices, default=Reader.ACCOUNT)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", null=True, blank=True)
    what = models.CharField(_("何を"), max_length=8, choices=What.choices)
    at = models.DateTimeField(_("日時"), default=clock.now)

    class Meta:
        verbose_name = _("閲覧の記録")
        verbose_name_plural = _("閲覧の記録")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["consultation", "-at"], name="reading_of_consultation"),
            models.Index(fields=["by", "-at"], name="reading_by_person"),
            models.Index(fields=["-at", "-id"], name="reading_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reader="account", by__isnull=False)
                | (~models.Q(reader="account") & models.Q(by__isnull=True)),
                name="reading_account_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.what} {self.by_id}"


class Presence(models.Model):
    """Who has a consultation open, or is writing in it (いま見ている人); told to others, stops nobody."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="presences")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    since = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(default=clock.now)
    is_writing = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("いま見ている人")
        verbose_name_plural = _("いま見ている人")
        constraints = [models.UniqueConstraint(fields=["consultation", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.user_id}"


class RetentionRun(models.Model):
    """One night's forgetting (保存期間の処理): how much went, and what had to wait and why. Numbers only."""

    started_at = models.DateTimeField(_("開始"), default=clock.now)
    finished_at = models.DateTimeField(_("終了"), null=True, blank=True)
    """None: it was stopped on the way; the next one goes on from there."""
    contacts = models.PositiveIntegerField(_("連絡先を消去した相談"), default=0)
    texts = models.PositiveIntegerField(_("本文を消去した相談"), default=0)
    files = models.PositiveIntegerField(_("削除したファイル"), default=0)
    mails = models.PositiveIntegerField(_("消去した届いたメール"), default=0)
    readings = models.PositiveIntegerField(_("削除した閲覧の記録"), default=0)
    waiting = models.JSONField(_("待っている相談"), default=dict)
    """How many wait, by reason."""

    class Meta:
        verbose_name = _("保存期間の処理")
        verbose_name_plural = _("保存期間の処理")
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.started_at}"
