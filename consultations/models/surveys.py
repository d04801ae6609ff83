from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from kyodo.db import models


class Survey(models.Model):
    """Three questions mailed fourteen days after a consultation was closed (アンケート). "Not solved" asks for reopening."""

    class Solved(models.TextChoices):
        YES = "yes", _("解決した")
        PARTLY = "partly", _("少し進んだ")
        NO = "no", _("解決していない")

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="surveys")
    closed_at = models.DateTimeField(_("完了日時"))
    sent_at = models.DateTimeField(_("送った日時"))
    answered_at = models.DateTimeField(_("答えた日時"), null=True, blank=True)
    solved = models.CharField(_("解決しましたか"), max_length=6, choices=Solved.choices, blank=True)
    rating = models.PositiveSmallIntegerField(_("対応について"), null=True, blank=True)
    """1 (poor) to 5 (good)."""
    comment = models.TextField(_("ひとこと"), max_length=1000, blank=True)
    anonymised_at = models.DateTimeField(_("消去した日時"), null=True, blank=True)

    class Meta:
        verbose_name = _("アンケート")
        verbose_name_plural = _("アンケート")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "closed_at"], name="survey_once_a_closing"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)), name="survey_rating_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, solved="", rating__isnull=True, comment="")
                | (Q(answered_at__isnull=False) & ~Q(solved="")),
                name="survey_answered_has_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.solved}"
