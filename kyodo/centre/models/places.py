from typing import Any, ClassVar

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kyodo.centre.models.contact import phone_number, postal_code
from kyodo.db import models


class Ward(models.Model):
    """A ward of the city (区), with its code in the national list of municipalities (全国地方公共団体コード, JIS X 0402)."""

    code = models.CharField(_("区のコード"), max_length=5, unique=True, help_text=_("JISの5桁。例：14101"))
    name = models.CharField(_("区名"), max_length=20, unique=True)
    kana = models.KanaField(_("ふりがな"), max_length=40)
    position = models.PositiveSmallIntegerField(_("並び順"), default=0)

    class Meta:
        verbose_name = _("区")
        verbose_name_plural = _("区")
        ordering: ClassVar[list[str]] = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{5}$"),
                name="ward_code_five_digits",
                violation_error_message=_("区のコードは5桁の数字で書いてください。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """What the offices near people have in common: where they are and how to call them."""

    name = models.CharField(_("名称"), max_length=80)
    postal_code = models.PostalCodeField(_("郵便番号"), max_length=8, blank=True, validators=[postal_code])
    address = models.CharField(_("住所"), max_length=120)
    phone = models.PhoneField(_("電話番号"), max_length=20, validators=[phone_number])
    fax = models.PhoneField(_("FAX"), max_length=20, blank=True, validators=[phone_number])
    email = models.EmailField(_("メールアドレス"), blank=True)
    website = models.URLField(_("ウェブサイト"), blank=True)
    confirmed_on = models.DateField(
        _("最後に確かめた日"), null=True, blank=True, help_text=_("住所と電話番号を先方に確かめた日です。")
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def full_address(self) -> str:
        return f"〒{self.postal_code} {self.address}" if self.postal_code else self.address


class WardCentre(Place):
    """A ward's own centre for citizens' activities (区市民活動支援センター): the first door near home."""

    ward = models.ForeignKey(
        Ward, models.PROTECT, related_name="centres", verbose_name=Ward._meta.verbose_name
    )

    class Meta:
        verbose_name = _("区の市民活動支援センター")
        verbose_name_plural = _("区の市民活動支援センター")
        ordering: ClassVar[list[str]] = ["ward__position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="ward_centre_name_once",
                violation_error_message=_("この名称のセンターは、すでにあります。"),
            ),
        ]


class SupportOrganisation(Place):
    """Someone else who helps groups (支援機関): a ward's council of social welfare, an exchange association, ..."""

    class Kind(models.TextChoices):
        SOCIAL_WELFARE_COUNCIL = "shakyo", _("社会福祉協議会")
        INTERNATIONAL_LOUNGE = "international", _("国際交流ラウンジ")
        INTERMEDIARY = "intermediary", _("中間支援組織")
        PUBLIC_OFFICE = "public", _("行政の窓口")
        OTHER = "other", _("その他")

    kind = models.CharField(_("種類"), max_length=16, choices=Kind.choices)
    ward = models.ForeignKey(
        Ward,
        models.PROTECT,
        related_name="support_organisations",
        verbose_name=Ward._meta.verbose_name,
        null=True,
        blank=True,
        help_text=_("市全体を対象とするときは空にします。"),
    )
    description = models.CharField(_("できること"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("支援機関")
        verbose_name_plural = _("支援機関")
        ordering: ClassVar[list[Any]] = ["kind", F("ward__position").asc(nulls_first=True), "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name"],
                name="support_organisation_name_once",
                violation_error_message=_("この名称の支援機関は、すでにあります。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["shakyo", "international", "intermediary", "public", "other"]),
                name="support_organisation_known_kind",
                violation_error_message=_("種類を選んでください。"),
            ),
        ]
