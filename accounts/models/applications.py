from typing import TYPE_CHECKING

import pghistory
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.groups import Group, GroupProfile, Membership
from kyodo import clock
from kyodo.db import models

if TYPE_CHECKING:
    from accounts.models.users import User


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: "User") -> "ApplicationQuerySet":
        """Centre staff see what has been handed in; the applicant and the group's representative their own.

        A renewal or change is the group's: who represented it once and asked for it sees it no longer.
        """
        if user.is_staff:
            return self.exclude(status=Application.Status.DRAFT, is_paper=False)
        return self.filter(
            Q(applicant_id=user.pk, type=Application.Type.NEW)
            | Q(
                group__memberships__user_id=user.pk,
                group__memberships__role=Membership.Role.REPRESENTATIVE,
            )
        ).distinct()


@pghistory.track()
class Application(GroupProfile):
    """An application (登録申請) of a group: new, yearly renewal, or a change of what is registered.

    draft -> submitted -> hearing -> approved / returned / rejected; withdrawn by the applicant at any time before
    the decision; a returned one can be edited and submitted again.
    """

    class Type(models.TextChoices):
        NEW = "new", _("新規")
        RENEWAL = "renewal", _("更新")
        CHANGE = "change", _("変更")

    class Status(models.TextChoices):
        DRAFT = "draft", _("下書き")
        SUBMITTED = "submitted", _("受付済み")
        HEARING = "hearing", _("ヒアリング日決定")
        RETURNED = "returned", _("確認のお願い")
        APPROVED = "approved", _("登録")
        REJECTED = "rejected", _("見送り")
        WITHDRAWN = "withdrawn", _("取下げ")

    OPEN = (Status.DRAFT, Status.SUBMITTED, Status.HEARING, Status.RETURNED)

    class HearingWay(models.TextChoices):
        ON_SITE = "on_site", _("センターで")
        ONLINE = "online", _("オンラインで")
        PHONE = "phone", _("電話で")

    reference = models.CharField(_("受付番号"), max_length=8, unique=True)
    type = models.CharField(_("申請の種類"), max_length=16, choices=Type.choices, default=Type.NEW)
    status = models.CharField(_("状態"), max_length=16, choices=Status.choices, default=Status.DRAFT)
    applicant = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        related_name="applications",
        verbose_name=_("申請者"),
        null=True,
        blank=True,
    )
    """The person who applies; empty on paper applications entered by staff for someone without an account."""
    group = models.ForeignKey(
        Group, models.PROTECT, related_name="applications", verbose_name=_("団体"), null=True, blank=True
    )
    """The group renewed or changed; for a new one, the group that came of it."""
    is_paper = models.BooleanField(_("紙の申請"), default=False)
    entered_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        related_name="+",
        verbose_name=_("入力した職員"),
        null=True,
        blank=True,
    )
    change_note = models.TextField(_("変わったこと"), max_length=1000, blank=True)
    """What the representative says has changed, in a renewal or a change."""

    wants_model_bylaws = models.BooleanField(_("会則のひな型がほしい"), default=False)
    hearing_way = models.CharField(
        _("ヒアリングの方法"), max_length=16, choices=HearingWay.choices, blank=True
    )
    hearing_at = models.DateTimeField(_("ヒアリング日時"), null=True, blank=True)
    hearing_place = models.CharField(_("場所・接続先"), max_length=200, blank=True)
    hearing_with = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("担当職員"), null=True, blank=True
    )
    hearing_sequence = models.PositiveIntegerField(default=0)
    """SEQUENCE of the calendar entry mailed to the applicant."""

    completed_steps = models.JSONField(default=list, blank=True)
    """Names of the wizard's steps already filled in; so that it can be left and resumed."""
    version = models.PositiveIntegerField(default=1)
    """Rises with every write; two people who decide at once are told apart by it."""

    created_at = models.DateTimeField(_("作成日時"), default=clock.now)
    submitted_at = models.DateTimeField(_("提出日時"), null=True, blank=True)
    decided_at = models.DateTimeField(_("決定日時"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        related_name="+",
        verbose_name=_("決定した職員"),
        null=True,
        blank=True,
    )
    reason = models.TextField(_("お知らせした理由"), blank=True)
    """Text the applicant reads: why it was returned or rejected."""
    staff_note = models.TextField(_("職員メモ"), blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("登録申請")
        verbose_name_plural = _("登録申請")
        ordering = ["submitted_at", "pk"]
        indexes = [models.Index(fields=["status", "submitted_at"], name="application_queue")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft") | Q(status="withdrawn") | Q(submitted_at__isnull=False),
                name="application_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="application_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "rejected"]) | Q(decided_at__isnull=False),
                name="application_decision_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["returned", "rejected"]) | ~Q(reason=""),
                name="application_refusal_has_reason",
                violation_error_message=_("理由を書いてください。"),
            ),
            models.CheckConstraint(
                condition=~Q(status="hearing") | Q(hearing_at__isnull=False),
                name="application_hearing_has_time",
            ),
            models.CheckConstraint(
                condition=Q(type="new") | Q(group__isnull=False), name="application_renewal_has_group"
            ),
            models.CheckConstraint(
                condition=Q(is_paper=True) | Q(applicant__isnull=False), name="application_has_applicant"
            ),
            models.CheckConstraint(
                condition=Q(is_paper=True, entered_by__isnull=False)
                | Q(is_paper=False, entered_by__isnull=True),
                name="application_paper_has_writer",
            ),
            models.UniqueConstraint(
                fields=["group", "type"],
                condition=Q(status__in=["draft", "submitted", "hearing", "returned"], group__isnull=False),
                name="application_one_open_per_group",
                violation_error_message=_("この団体の申請は、すでに受け付けています。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("application", args=[self.reference])

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class HearingWish(models.Model):
    """One of up to three wished times (希望日時) for the hearing, within opening hours."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="hearing_wishes")
    rank = models.PositiveSmallIntegerField(_("希望順"))
    begins_at = models.DateTimeField(_("希望日時"))

    class Meta:
        verbose_name = _("ヒアリングの希望日時")
        verbose_name_plural = _("ヒアリングの希望日時")
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["application", "rank"], name="hearing_wish_rank_once"),
            models.CheckConstraint(condition=Q(rank__range=(1, 3)), name="hearing_wish_rank_1_to_3"),
        ]

    def __str__(self) -> str:
        return f"{self.rank} {self.begins_at}"


@pghistory.track()
class CriterionCheck(models.Model):
    """One of the four criteria (登録の要件), looked at by staff. Source: the centre's rules for registration."""

    class Criterion(models.TextChoices):
        NON_PROFIT = "non_profit", _("非営利性")
        AUTONOMOUS = "autonomous", _("自主性")
        PUBLIC_BENEFIT = "public_benefit", _("公益性")
        OF_THE_CITY = "of_the_city", _("属市域性")

    application = models.ForeignKey(Application, models.CASCADE, related_name="criterion_checks")
    criterion = models.CharField(_("要件"), max_length=16, choices=Criterion.choices)
    is_met = models.BooleanField(_("満たす"), default=False)
    note = models.TextField(_("確認したこと"), blank=True)
    checked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("要件の確認")
        verbose_name_plural = _("要件の確認")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "criterion"], name="criterion_once_per_application"
            ),
        ]

    def __str__(self) -> str:
        return self.get_criterion_display()


class ExpiryReminder(models.Model):
    """The record that a group was reminded (期限のお知らせ) of its expiry, so that no mail goes twice."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="expiry_reminders")
    valid_until = models.DateField(_("有効期限"))
    days = models.PositiveSmallIntegerField(_("何日前のお知らせか"))
    reminded_at = models.DateTimeField(_("お知らせした日時"), default=clock.now)

    class Meta:
        verbose_name = _("期限のお知らせ")
        verbose_name_plural = _("期限のお知らせ")
        ordering = ["-reminded_at"]
        constraints = [
            models.UniqueConstraint(fields=["group", "valid_until", "days"], name="expiry_reminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.days}"
