from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kyodo.centre.models.contact import phone_number, postal_code
from kyodo.db import models


class Centre(models.Model):
    """The centre itself (市民協働推進センター): what it is called, where it is and how to reach it. One row."""

    has_closures: bool = False
    """Whether a closure is to be told of now; read along with the row (kyodo.centre.queries)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("名称"), max_length=60)
    name_kana = models.KanaField(_("名称のふりがな"), max_length=100, blank=True)
    operator = models.CharField(_("運営者"), max_length=120, blank=True)
    introduction = models.TextField(
        _("紹介文"),
        max_length=400,
        blank=True,
        help_text=_("トップページと検索結果に出ます。2〜3文で書いてください。"),
    )

    postal_code = models.PostalCodeField(_("郵便番号"), max_length=8, validators=[postal_code])
    address = models.CharField(_("住所"), max_length=120)
    building = models.CharField(_("建物・階"), max_length=60, blank=True)
    latitude = models.DecimalField(
        _("緯度"),
        max_digits=8,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(20), MaxValueValidator(46)],
    )
    longitude = models.DecimalField(
        _("経度"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(122), MaxValueValidator(154)],
    )
    access = models.TextField(
        _("交通案内"), max_length=600, blank=True, help_text=_("1行に1つずつ書いてください。")
    )

    phone = models.PhoneField(_("電話番号"), max_length=20, validators=[phone_number])
    fax = models.PhoneField(_("FAX"), max_length=20, blank=True, validators=[phone_number])
    email = models.EmailField(_("メールアドレス"), blank=True)
    website = models.URLField(_("ウェブサイト"), blank=True)
    disaster_phone = models.PhoneField(
        _("災害時の連絡先"),
        max_length=20,
        blank=True,
        validators=[phone_number],
        help_text=_("ふだんと同じ電話番号のときは、空のままにしてください。"),
    )

    class Meta:
        verbose_name = _("センターの情報")
        verbose_name_plural = _("センターの情報")
        constraints = [
            models.CheckConstraint(
                condition=Q(id=1),
                name="centre_only_one",
                violation_error_message=_("センターの情報は1件だけです。"),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="centre_coordinates_pair",
                violation_error_message=_("緯度と経度は、両方書くか、両方空にしてください。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def access_lines(self) -> list[str]:
        return [line.strip() for line in self.access.splitlines() if line.strip()]

    @property
    def full_address(self) -> str:
        return f"〒{self.postal_code} {self.address} {self.building}".strip()
