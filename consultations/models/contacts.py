import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from kyodo.db import models


@pghistory.track(exclude=["search"])
class Contact(models.Model):
    """Who asked and how to reach them (連絡先): apart from the consultation, under a right of its own.

    The statistics never join it, and it goes first when a consultation is anonymised.
    """

    consultation = models.OneToOneField(Consultation, models.CASCADE, related_name="contact")
    name = models.CharField(_("お名前"), max_length=60, blank=True)
    name_kana = models.KanaField(_("ふりがな"), max_length=60, blank=True)
    organisation = models.CharField(_("団体・会社・部署の名前"), max_length=100, blank=True)
    email = models.EmailField(_("メールアドレス"), blank=True)
    phone = models.PhoneField(_("電話番号"), max_length=20, blank=True)
    phone_digits = models.CharField(max_length=20, blank=True, editable=False)
    """The number without its signs, to find a caller by."""

    may_phone = models.BooleanField(_("電話をしてよい"), default=True)
    may_mail = models.BooleanField(_("メールを送ってよい"), default=True)
    may_leave_message = models.BooleanField(_("留守番電話や家族に伝言してよい"), default=False)
    anonymised_at = models.DateTimeField(_("消去した日時"), null=True, blank=True)

    search = SearchVectorField(null=True, editable=False)

    class Meta:
        verbose_name = _("連絡先")
        verbose_name_plural = _("連絡先")
        indexes = [
            GinIndex(fields=["search"], name="contact_search"),
            models.Index(Lower("email"), name="contact_email"),
            models.Index(fields=["phone_digits"], condition=~Q(phone_digits=""), name="contact_phone"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(anonymised_at__isnull=True)
                | Q(name="", name_kana="", organisation="", email="", phone="", phone_digits=""),
                name="contact_anonymised_keeps_nothing",
            ),
        ]

    def __str__(self) -> str:
        """Never the name: this reaches logs, history and breadcrumbs."""
        return f"{self.consultation_id}"

    @property
    def can_be_mailed(self) -> bool:
        return bool(self.email and self.may_mail)
