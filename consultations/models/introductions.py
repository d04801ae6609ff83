from typing import ClassVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from kyodo import clock
from kyodo.db import models


class Introduction(models.Model):
    """A partner or a support programme told to the person (相手の紹介), and what came of it."""

    class Result(models.TextChoices):
        PENDING = "pending", _("これから")
        MET = "met", _("会って話した")
        TOGETHER = "together", _("いっしょに取り組み始めた")
        NOTHING = "nothing", _("つながらなかった")
        USED = "used", _("制度を利用した")
        UNUSED = "unused", _("制度を利用しなかった")

    WENT_WELL: ClassVar = (Result.MET, Result.TOGETHER, Result.USED)
    OF_PARTNERS: ClassVar = (Result.PENDING, Result.MET, Result.TOGETHER, Result.NOTHING)
    OF_PROGRAMMES: ClassVar = (Result.PENDING, Result.USED, Result.UNUSED)

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="introductions")
    group = models.ForeignKey(
        "accounts.Group", models.PROTECT, related_name="+", verbose_name=_("登録団体"), null=True, blank=True
    )
    organisation = models.ForeignKey(
        "centre.SupportOrganisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("機関"),
        null=True,
        blank=True,
    )
    programme = models.ForeignKey(
        "centre.SupportProgramme",
        models.PROTECT,
        related_name="+",
        verbose_name=_("支援制度"),
        null=True,
        blank=True,
    )
    name = models.CharField(_("紹介した相手"), max_length=100)
    """As it was called then; stands alone for a partner who is registered nowhere."""
    reason = models.CharField(_("すすめた理由"), max_length=200, blank=True)
    introduced_at = models.DateTimeField(_("紹介した日時"), default=clock.now)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    result = models.CharField(_("その後"), max_length=8, choices=Result.choices, default=Result.PENDING)
    result_text = models.CharField(_("その後のようす"), max_length=400, blank=True)
    result_at = models.DateTimeField(_("その後を書いた日時"), null=True, blank=True)

    class Meta:
        verbose_name = _("相手の紹介")
        verbose_name_plural = _("相手の紹介")
        ordering = ["-introduced_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(group__isnull=True, organisation__isnull=True)
                | Q(group__isnull=True, programme__isnull=True)
                | Q(organisation__isnull=True, programme__isnull=True),
                name="introduction_of_one",
            ),
            models.CheckConstraint(
                condition=Q(programme__isnull=True, result__in=["pending", "met", "together", "nothing"])
                | Q(programme__isnull=False, result__in=["pending", "used", "unused"]),
                name="introduction_result_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.pk}"

    @property
    def possible_results(self) -> list[tuple[str, str]]:
        """A programme is used; a partner is met."""
        possible = self.OF_PROGRAMMES if self.programme_id else self.OF_PARTNERS
        return [(one.value, str(one.label)) for one in possible]
