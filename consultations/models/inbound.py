from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kyodo import clock


class InboundMail(models.Model):
    """A mail that reached us (届いたメール): matched to a consultation by its address, or kept for staff to place."""

    class State(models.TextChoices):
        MATCHED = "matched", _("相談に入れた")
        QUEUED = "queued", _("確認が必要")
        IGNORED = "ignored", _("相談ではない")

    message_id = models.CharField(max_length=300, unique=True)
    """So that the same mail, given to us twice, is kept once."""
    state = models.CharField(_("状態"), max_length=8, choices=State.choices, default=State.QUEUED)
    why_queued = models.CharField(_("確認が必要な理由"), max_length=20, blank=True)
    sender = models.CharField(_("差出人"), max_length=254, blank=True)
    recipient = models.CharField(_("宛先"), max_length=254, blank=True)
    subject = models.CharField(_("件名"), max_length=300, blank=True)
    text = models.TextField(_("本文"), blank=True)
    received_at = models.DateTimeField(_("届いた日時"), default=clock.now)
    entry = models.OneToOneField(
        "consultations.Entry", models.SET_NULL, related_name="inbound", null=True, blank=True
    )
    handled_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", null=True, blank=True)
    handled_at = models.DateTimeField(_("処理した日時"), null=True, blank=True)
    purged_at = models.DateTimeField(_("本文の消去"), null=True, blank=True)

    class Meta:
        verbose_name = _("届いたメール")
        verbose_name_plural = _("届いたメール")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(state="queued"), name="inbound_queue"),
            models.Index(fields=["-received_at", "-id"], name="inbound_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(purged_at__isnull=True) | Q(text="", subject="", sender=""),
                name="inbound_purged_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class InboundFile(models.Model):
    """A file that came with a mail nobody has placed yet (届いた添付ファイル); it moves into the consultation with it."""

    inbound = models.ForeignKey(InboundMail, models.CASCADE, related_name="files")
    file = models.FileField(_("ファイル"), upload_to="inbound/%Y/%m/", max_length=200)
    name = models.CharField(_("名前"), max_length=120)
    content_type = models.CharField(_("種類"), max_length=100)
    size = models.PositiveIntegerField(_("大きさ"), help_text=_("バイト"))

    class Meta:
        verbose_name = _("届いた添付ファイル")
        verbose_name_plural = _("届いた添付ファイル")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.inbound_id} {self.pk}"
