"""What lets somebody without an account in, for a while: stored as hashes, so that the database holds no key."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from consultations.models.referrals import Referral
from kyodo import clock
from kyodo.db import models


class PageCode(models.Model):
    """A six-digit code mailed to the person (確認コード) that opens the page of their consultation once.

    Bound to the page it was asked for on: tries from elsewhere can't use up those of that page (actions.page_codes).
    """

    DIGITS = 6
    MINUTES = 15

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="page_codes")
    code_hash = models.CharField(max_length=64)
    ticket_hash = models.CharField(max_length=64, blank=True)
    """Of the ticket that the page got which asked for it."""
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("確認コード")
        verbose_name_plural = _("確認コード")
        indexes = [models.Index(fields=["consultation", "-created_at"], name="page_code_newest")]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.created_at}"


class AnswerLink(models.Model):
    """The address at which a partner without an account answers a referral (回答ページ), with what they may read.

    The excerpt is frozen when it is sent: what is written later in the consultation never reaches the partner.
    """

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    excerpt = models.TextField(_("見せる内容"), max_length=2000, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(_("期限"))
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("回答ページ")
        verbose_name_plural = _("回答ページ")
        constraints = [
            models.UniqueConstraint(
                fields=["referral"], condition=Q(revoked_at__isnull=True), name="answer_link_one_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referral_id} {self.created_at}"
