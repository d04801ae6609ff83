from typing import TYPE_CHECKING, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from kyodo import clock
from kyodo.db import models

if TYPE_CHECKING:
    from accounts.models import User


class Profession(models.TextChoices):
    """The professions of the centre's specialist consultations (士業)."""

    TAX_ACCOUNTANT = "tax_accountant", _("税理士")
    LABOUR_CONSULTANT = "labour_consultant", _("社会保険労務士")
    LAWYER = "lawyer", _("弁護士")
    ARCHITECT = "architect", _("建築士")


class Way(models.TextChoices):
    """How a session is held."""

    ON_SITE = "on_site", _("センターで会う")
    ONLINE = "online", _("オンライン")
    PHONE = "phone", _("電話")


@pghistory.track()
class Specialist(models.Model):
    """A specialist on the centre's roster (専門家): without an account; answers on a page by link."""

    name = models.CharField(_("お名前"), max_length=60)
    name_kana = models.KanaField(_("ふりがな"), max_length=60, blank=True)
    profession = models.CharField(_("資格"), max_length=20, choices=Profession.choices)
    office_name = models.CharField(_("事務所"), max_length=100, blank=True)
    areas = models.CharField(
        _("得意な分野"), max_length=200, blank=True, help_text=_("例：NPO法人の会計、助成金の経理")
    )
    wards = models.ManyToManyField("centre.Ward", verbose_name=_("行ける区"), blank=True, related_name="+")
    ways = ArrayField(
        models.CharField(max_length=8, choices=Way.choices),
        verbose_name=_("相談の方法"),
        default=list,
        blank=True,
    )
    email = models.EmailField(_("メールアドレス"))
    phone = models.PhoneField(_("電話番号"), max_length=20, blank=True)
    note = models.TextField(_("職員メモ"), max_length=1000, blank=True)
    is_active = models.BooleanField(_("名簿に載せる"), default=True)

    class Meta:
        verbose_name = _("専門家")
        verbose_name_plural = _("専門家")
        ordering = ["profession", "name_kana", "pk"]

    def __str__(self) -> str:
        return f"{self.get_profession_display()} {self.name}"


class SpecialistSlotQuerySet(models.QuerySet["SpecialistSlot"]):
    def free(self) -> "SpecialistSlotQuerySet":
        """Ahead, and taken by no session."""
        return self.filter(begins_at__gt=clock.now(), specialist__is_active=True).exclude(
            sessions__status__in=SpecialistSession.LIVE
        )


class SpecialistSlot(models.Model):
    """A time at which a specialist can hold a session (専門家の空き時間)."""

    specialist = models.ForeignKey(Specialist, models.CASCADE, related_name="slots", verbose_name=_("専門家"))
    begins_at = models.DateTimeField(_("開始"))
    ends_at = models.DateTimeField(_("終了"))

    objects: ClassVar[SpecialistSlotQuerySet] = SpecialistSlotQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("空き時間")
        verbose_name_plural = _("空き時間")
        ordering = ["begins_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["specialist", "begins_at"], name="specialist_slot_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")),
                name="specialist_slot_ends_after_it_begins",
                violation_error_message=_("終了は開始より後にしてください。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.specialist_id} {self.begins_at}"


class SpecialistSessionQuerySet(models.QuerySet["SpecialistSession"]):
    def visible_to(self, user: "User") -> "SpecialistSessionQuerySet":
        """The centre's staff, of consultations whose text they may read. The person has a page of their own for it."""
        if not user.is_staff:
            return self.none()
        return self.filter(consultation__in=Consultation.objects.readable_by(user))

    def live(self) -> "SpecialistSessionQuerySet":
        return self.filter(status__in=SpecialistSession.LIVE)


@pghistory.track()
class SpecialistSession(models.Model):
    """One talk of a person with a specialist (士業相談).

    requested → heard (staff have asked what it is about) → matched (a specialist was asked) → fixed (time and place)
    → held (with its result); cancelled from anywhere before.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("申し込み")
        HEARD = "heard", _("聞き取り済み")
        MATCHED = "matched", _("専門家に依頼中")
        FIXED = "fixed", _("日時決定")
        HELD = "held", _("実施済み")
        CANCELLED = "cancelled", _("取りやめ")

    LIVE = (Status.REQUESTED, Status.HEARD, Status.MATCHED, Status.FIXED)

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="specialist_sessions", verbose_name=_("相談")
    )
    profession = models.CharField(_("資格"), max_length=20, choices=Profession.choices)
    status = models.CharField(_("状態"), max_length=10, choices=Status.choices, default=Status.REQUESTED)
    hearing_note = models.TextField(_("聞き取ったこと"), max_length=2000, blank=True)
    """Becomes the excerpt that the specialist reads: no names."""
    specialist = models.ForeignKey(
        Specialist, models.PROTECT, related_name="sessions", verbose_name=_("専門家"), null=True, blank=True
    )
    slot = models.ForeignKey(
        SpecialistSlot,
        models.SET_NULL,
        related_name="sessions",
        verbose_name=_("空き時間"),
        null=True,
        blank=True,
    )
    referral = models.OneToOneField(
        "consultations.Referral", models.PROTECT, related_name="session", null=True, blank=True
    )
    begins_at = models.DateTimeField(_("開始"), null=True, blank=True)
    ends_at = models.DateTimeField(_("終了"), null=True, blank=True)
    way = models.CharField(_("方法"), max_length=8, choices=Way.choices, blank=True)
    place = models.CharField(
        _("場所"), max_length=200, blank=True, help_text=_("部屋の名前、またはオンライン会議のアドレス")
    )
    hold = models.ForeignKey(
        "spaces.Hold",
        models.SET_NULL,
        related_name="+",
        verbose_name=_("確保した場所"),
        null=True,
        blank=True,
    )
    """The space kept for it, when on site."""
    calendar_sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    result = models.TextField(_("結果"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("申し込み日時"), default=clock.now)
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", null=True, blank=True)
    held_at = models.DateTimeField(_("実施を記録した日時"), null=True, blank=True)
    anonymised_at = models.DateTimeField(_("消去した日時"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[SpecialistSessionQuerySet] = SpecialistSessionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("士業相談")
        verbose_name_plural = _("士業相談")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["begins_at"], condition=Q(status="fixed"), name="specialist_session_ahead"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["matched", "fixed", "held"]) | Q(specialist__isnull=False),
                name="specialist_session_matched_has_specialist",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["fixed", "held"])
                | (Q(begins_at__isnull=False, ends_at__gt=F("begins_at")) & ~Q(way="")),
                name="specialist_session_fixed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="held") | ~Q(result="") | Q(anonymised_at__isnull=False),
                name="specialist_session_held_has_result",
                violation_error_message=_("結果を書いてください。"),
            ),
            models.UniqueConstraint(
                fields=["slot"],
                condition=Q(status__in=["requested", "heard", "matched", "fixed"]),
                name="specialist_slot_taken_once",
                violation_error_message=_("この時間は、ほかの相談に決まりました。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.profession}"

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE
