import re
from typing import TYPE_CHECKING, ClassVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from consultations.models.entries import Entry
from consultations.models.oversight import LockOut
from kyodo import clock
from kyodo.db import models

if TYPE_CHECKING:
    from accounts.models import User

_MESSAGE_ID = re.compile(r"[!-;=?A-~]{1,120}@[!-;=?A-~]{1,110}")


def _waits_for(user: "User") -> Q:
    """By joins: a list of all that an office has in hand would be read whole for the few mails that wait. No office is
    the centre's, with or without a consultation.
    """
    office = user.ward_centre_id
    return ~Q(state=InboundMail.State.MATCHED) & (
        Q(about__duplicate_of=None, about__ward_centre=office)
        | Q(about__duplicate_of__isnull=False, about__duplicate_of__ward_centre=office)
    )


class InboundMailQuerySet(models.QuerySet["InboundMail"]):
    def visible_to(self, user: "User") -> "InboundMailQuerySet":
        """What lies in a consultation is seen by who reads that. What waits is seen by the office that has in hand the
        consultation its address names; what names none, by the centre's staff, since mail arrives in one place. Nobody
        reads a mail about a consultation that they are kept out of.
        """
        if not (user.is_staff or user.is_ward_officer):
            return self.none()
        placed = Q(state=InboundMail.State.MATCHED, about__in=Consultation.objects.readable_by(user))
        return self.filter(_waits_for(user) | placed).without_locked_out(user)

    def queued_for(self, user: "User") -> "InboundMailQuerySet":
        """The part of `visible_to` that waits to be placed: every page of an inbox counts it."""
        if not (user.is_staff or user.is_ward_officer):
            return self.none()
        return self.queued().filter(_waits_for(user)).without_locked_out(user)

    def without_locked_out(self, user: "User") -> "InboundMailQuerySet":
        # Django reads a NULL under "not in" as no reason to leave a row out.
        hidden = LockOut.objects.hidden_from(user)
        return self.exclude(about__in=hidden).exclude(about__duplicate_of__in=hidden)

    def queued(self) -> "InboundMailQuerySet":
        return self.filter(state=InboundMail.State.QUEUED)


class InboundMail(models.Model):
    """A mail that reached us (届いたメール): matched to a consultation by its address, or kept for staff to place.

    Written before anything is read out of it, so that no mail is lost whatever is in it.
    """

    class State(models.TextChoices):
        MATCHED = "matched", _("相談に入れた")
        QUEUED = "queued", _("確認が必要")
        IGNORED = "ignored", _("相談ではない")

    class Why(models.TextChoices):
        """Why staff must look at it, or why nobody needs to."""

        UNREAD = "unread", _("読み取れなかった")
        TOO_BIG = "too_big", _("大きすぎて読み取れなかった")
        UNKNOWN = "unknown", _("宛先から相談が分からない")
        SEVERAL = "several", _("宛先に相談がいくつもある")
        ANONYMISED = "anonymised", _("消去した相談への返信")
        BOUNCE = "bounce", _("メールが届かなかった知らせ")
        AUTOMATIC = "automatic", _("自動返信や一斉送信")
        LOOP = "loop", _("センターのメールが戻ってきた")

    message_id = models.CharField(max_length=300, unique=True)
    """So that the same mail, given to us twice, is kept once."""
    state = models.CharField(_("状態"), max_length=8, choices=State.choices, default=State.QUEUED)
    why_queued = models.CharField(_("確認が必要な理由"), max_length=20, choices=Why.choices, blank=True)
    sender = models.CharField(_("差出人"), max_length=254, blank=True)
    recipient = models.CharField(_("宛先"), max_length=254, blank=True)
    subject = models.CharField(_("件名"), max_length=300, blank=True)
    text = models.TextField(_("本文"), blank=True)
    """All of it, with what the mail quotes; the entry has what the person wrote."""
    leaves_out = models.BooleanField(_("引用などを省いた"), default=False)
    """The entry has less than `text`: a quote or a signature was cut."""
    size = models.PositiveIntegerField(_("大きさ"), default=0, help_text=_("バイト"))
    received_at = models.DateTimeField(_("届いた日時"), default=clock.now)
    about = models.ForeignKey(
        Consultation,
        models.PROTECT,
        related_name="inbound_mails",
        verbose_name=_("相談"),
        null=True,
        blank=True,
    )
    """The consultation that it was put into; of a mail in the queue, the one that its address names."""
    entry = models.OneToOneField(Entry, models.SET_NULL, related_name="inbound", null=True, blank=True)
    handled_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", null=True, blank=True)
    handled_at = models.DateTimeField(_("処理した日時"), null=True, blank=True)
    reason = models.CharField(_("相談ではない理由"), max_length=200, blank=True)
    purged_at = models.DateTimeField(_("本文の消去"), null=True, blank=True)

    objects: ClassVar[InboundMailQuerySet] = InboundMailQuerySet.as_manager()  # type: ignore[assignment]

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
                condition=Q(purged_at__isnull=True) | Q(text="", subject="", sender="", recipient=""),
                name="inbound_purged_is_empty",
            ),
            models.CheckConstraint(
                condition=~Q(state="matched") | Q(about__isnull=False),
                name="inbound_matched_has_consultation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def header_id(self) -> str:
        """The Message-ID that its sender gave it, as headers name it; empty where it had none that can be named."""
        name = self.message_id.rpartition(" ")[0]
        return f"<{name}>" if _MESSAGE_ID.fullmatch(name) else ""


class InboundOriginal(models.Model):
    """The mail as it came, byte by byte (届いたままのメール): in a row of its own, since nothing but a download reads it."""

    inbound = models.OneToOneField(InboundMail, models.CASCADE, primary_key=True, related_name="original")
    content = models.BinaryField()

    class Meta:
        verbose_name = _("届いたままのメール")
        verbose_name_plural = _("届いたままのメール")

    def __str__(self) -> str:
        return f"{self.pk}"


class InboundFileQuerySet(models.QuerySet["InboundFile"]):
    def visible_to(self, user: "User") -> "InboundFileQuerySet":
        return self.filter(inbound__in=InboundMail.objects.visible_to(user))


class InboundFile(models.Model):
    """A file of a mail that nobody has placed yet, or that we don't take into consultations (届いた添付ファイル)."""

    inbound = models.ForeignKey(InboundMail, models.CASCADE, related_name="files")
    file = models.FileField(_("ファイル"), upload_to="inbound/%Y/%m/", max_length=200)
    name = models.CharField(_("名前"), max_length=120)
    content_type = models.CharField(_("種類"), max_length=100)
    size = models.PositiveIntegerField(_("大きさ"), help_text=_("バイト"))

    objects: ClassVar[InboundFileQuerySet] = InboundFileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("届いた添付ファイル")
        verbose_name_plural = _("届いた添付ファイル")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.inbound_id} {self.pk}"
