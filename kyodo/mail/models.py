import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from kyodo import clock
from kyodo.db import models
from kyodo.mail import about


def new_message_id() -> str:
    """Fixed when the mail is written, so that a second copy of it is known for one."""
    return f"<{uuid.uuid4().hex}@{settings.MESSAGE_ID_DOMAIN}>"


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def visible_to(self, user: Any) -> "OutgoingMailQuerySet":
        """Those who handle mails; of a mail about something that not all of them may see, whoever may.

        List, page, search, counts, abort and sending again all ask here.
        """
        if not user.has_perm("mail.view_outgoingmail"):
            return self.none()
        return self.filter(about.seen_by(user))

    def about(self, kind: str, pks: Iterable[int]) -> "OutgoingMailQuerySet":
        return self.filter(about_kind=kind, about_id__in=list(pks))

    def failed(self) -> "OutgoingMailQuerySet":
        """Waiting for somebody's decision."""
        return self.filter(state=OutgoingMail.State.FAILED)

    def not_arrived(self) -> "OutgoingMailQuerySet":
        """Given up at once, or come back afterwards."""
        came_back = Q(delivery=OutgoingMail.Delivery.UNDELIVERED)
        return self.filter(Q(state=OutgoingMail.State.FAILED) | came_back)

    def due(self) -> "OutgoingMailQuerySet":
        """Waiting, and its next try has come."""
        return self.filter(state=OutgoingMail.State.WAITING, next_attempt_at__lte=clock.now())

    def stuck(self) -> "OutgoingMailQuerySet":
        """Claimed so long ago that whoever sent it must have died on the way."""
        limit = clock.now() - OutgoingMail.LONGEST_SENDING
        return self.filter(state=OutgoingMail.State.SENDING, claimed_at__lt=limit)


class OutgoingMail(models.Model):
    """A mail of the portal (送信メール) to one person, written in the transaction of the change that it tells about.

    waiting → sending → sent; back to waiting after a passing error; failed for good; aborted by staff before it left.
    A mail whose sender died on the way ends as failed and `is_uncertain`: staff decide, it is never sent twice by itself.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("送信待ち")
        SENDING = "sending", _("送信中")
        SENT = "sent", _("送信済み")
        FAILED = "failed", _("送れませんでした")
        ABORTED = "aborted", _("取りやめ")

    class Delivery(models.TextChoices):
        """What servers reported of it after it was sent."""

        LATE = "late", _("届くのが遅れています")
        UNDELIVERED = "undelivered", _("届きませんでした")

    class Reason(models.TextChoices):
        NO_ADDRESS = "no_address", _("このアドレスは見つかりません。書きまちがいがないか、確かめてください。")
        NOT_IN_USE = "not_in_use", _("このアドレスは、いま使われていません。")
        NO_DOMAIN = (
            "no_domain",
            _("アドレスの＠より後ろが見つかりません。書きまちがいがないか、確かめてください。"),
        )
        FULL = "full", _("相手の受信箱がいっぱいです。")
        TOO_LARGE = "too_large", _("メールが大きすぎて、相手が受け取れません。添付を減らしてください。")
        REFUSED = (
            "refused",
            _("相手のサーバーが受け取りを断りました。迷惑メールの設定で止まることがあります。"),
        )
        NOT_REACHED = "not_reached", _("相手のメールサーバーにつながりません。")
        UNKNOWN = "unknown", _("理由は書かれていません。")

    LONGEST_SENDING = timedelta(minutes=5)

    kind = models.CharField(_("種類"), max_length=50)
    key = models.CharField(_("二重送信を防ぐ印"), max_length=200, null=True, blank=True, unique=True)  # noqa: DJ001
    state = models.CharField(_("状態"), max_length=10, choices=State.choices, default=State.WAITING)

    to = models.EmailField(_("宛先"), max_length=254)
    sender = models.CharField(_("差出人"), max_length=254)
    reply_to = models.CharField(_("返信先"), max_length=254, blank=True)
    subject = models.CharField(_("件名"), max_length=200)
    body = models.TextField(_("本文"), blank=True)
    html = models.TextField(_("HTML本文"), blank=True)
    headers = models.JSONField(_("追加のヘッダー"), default=dict, blank=True)
    search = SearchVectorField(null=True, editable=False)
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True, default=new_message_id)
    is_private = models.BooleanField(
        _("本人だけに届く内容"),
        default=False,
        help_text=_("再設定のリンクなど。本文は職員にも表示せず、送信後に消します。"),
    )

    is_automatic = models.BooleanField(
        _("システムが書いたメール"), default=True, help_text=_("職員が書いた返信などは、そうではありません。")
    )

    about_kind = models.CharField(_("関係するものの種類"), max_length=20, blank=True)
    """Set where fewer people may see it than handle mails (kyodo.mail.about); with the key of the very thing."""
    about_id = models.PositiveBigIntegerField(_("関係するものの番号"), null=True, blank=True)
    about_label = models.CharField(_("関係するもの"), max_length=200, blank=True)
    about_url = models.CharField(_("関係するページ"), max_length=300, blank=True)

    attempts = models.PositiveSmallIntegerField(_("送信した回数"), default=0)
    attempts_left = models.PositiveSmallIntegerField(_("残りの回数"), default=0)
    next_attempt_at = models.DateTimeField(_("次に送る時刻"), null=True, blank=True)
    last_error = models.TextField(_("最後のエラー"), blank=True)
    is_uncertain = models.BooleanField(_("届いたか不明"), default=False)

    delivery = models.CharField(_("届いたか"), max_length=12, choices=Delivery.choices, blank=True)
    delivery_reason = models.CharField(_("届かない理由"), max_length=12, choices=Reason.choices, blank=True)
    delivery_words = models.TextField(_("サーバーの返事"), blank=True)
    delivery_at = models.DateTimeField(_("届かないと分かった時刻"), null=True, blank=True)
    provider_id = models.CharField(_("送信サービスの番号"), max_length=200, blank=True)
    """How the provider that sent it names it in its news."""

    created_at = models.DateTimeField(_("作成"), default=clock.now)
    claimed_at = models.DateTimeField(_("送信開始"), null=True, blank=True)
    sent_at = models.DateTimeField(_("送信"), null=True, blank=True)
    purged_at = models.DateTimeField(_("本文の消去"), null=True, blank=True)

    objects: ClassVar[OutgoingMailQuerySet] = OutgoingMailQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("送信メール")
        verbose_name_plural = _("送信メール")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="mail_newest"),
            models.Index(fields=["state", "-created_at", "-id"], name="mail_state_newest"),
            models.Index(
                fields=["next_attempt_at"],
                name="mail_unfinished",
                condition=Q(state__in=["waiting", "sending"]),
            ),
            # What "begins with" asks, whatever the collation of the server.
            models.Index(OpClass(Upper("to"), name="text_pattern_ops"), name="mail_to"),
            models.Index(
                fields=["about_kind", "about_id"], name="mail_about", condition=Q(about_id__isnull=False)
            ),
            models.Index(
                fields=["created_at"],
                name="mail_not_arrived",
                condition=Q(state="failed") | Q(delivery="undelivered"),
            ),
            models.Index(fields=["provider_id"], name="mail_provider_id", condition=~Q(provider_id="")),
            GinIndex(fields=["search"], name="mail_search"),
            models.Index(fields=["created_at"], name="mail_unpurged", condition=Q(purged_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(about_kind="", about_id__isnull=True)
                | (~Q(about_kind="") & Q(about_id__isnull=False)),
                name="mail_about_has_kind_and_key",
                violation_error_message=_("関係するものは、種類と番号の両方で書きます。"),
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="mail_sent_with_time",
                violation_error_message=_("送信済みのメールには送信の時刻が必要です。"),
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", next_attempt_at__isnull=False)
                | (~Q(state="waiting") & Q(next_attempt_at__isnull=True)),
                name="mail_waiting_with_time",
                violation_error_message=_("送信待ちのメールには次に送る時刻が必要です。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(claimed_at__isnull=False),
                name="mail_sending_with_time",
                violation_error_message=_("送信中のメールには送信開始の時刻が必要です。"),
            ),
            models.CheckConstraint(
                condition=Q(delivery="", delivery_reason="", delivery_words="", delivery_at__isnull=True)
                | (~Q(delivery="") & ~Q(delivery_reason="") & Q(delivery_at__isnull=False)),
                name="mail_delivery_with_reason",
                violation_error_message=_("届かないメールには、理由と時刻が必要です。"),
            ),
            models.CheckConstraint(
                condition=Q(purged_at__isnull=True) | Q(body="", html=""),
                name="mail_purged_is_empty",
                violation_error_message=_("消去したメールに本文は残せません。"),
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_purged(self) -> bool:
        return self.purged_at is not None

    @property
    def fate(self) -> str:
        """In words: how far it came, or that it did not arrive."""
        return self.get_delivery_display() if self.delivery else self.get_state_display()

    def forget_delivery(self) -> None:
        """It arrived after all, or leaves once more. Not saved here."""
        self.delivery = self.delivery_reason = self.delivery_words = ""
        self.delivery_at = None


class MailAttachment(models.Model):
    """A file that goes with a mail (添付ファイル): a calendar entry, a card."""

    mail = models.ForeignKey(
        OutgoingMail, models.CASCADE, related_name="attachments", verbose_name=_("メール")
    )
    name = models.CharField(_("ファイル名"), max_length=120)
    content_type = models.CharField(
        _("種類"), max_length=120, help_text=_("予定表は text/calendar; method=REQUEST のように書きます。")
    )
    content = models.BinaryField(_("内容"))

    class Meta:
        verbose_name = _("添付ファイル")
        verbose_name_plural = _("添付ファイル")

    def __str__(self) -> str:
        return self.name
