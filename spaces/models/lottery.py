from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Group
from kyodo import clock
from kyodo.db import models
from spaces.models.bookings import Booking, Use, Wished
from spaces.models.spaces import Space

if TYPE_CHECKING:
    from accounts.models import User


@pghistory.track()
class LotteryRound(models.Model):
    """A draw (抽選) for a space over some days: entries, an announced draw, results, claims.

    The seed is published; whoever has the entries and the seed gets the same result.
    """

    class Phase(models.TextChoices):
        ANNOUNCED = "announced", _("申込開始前")
        ENTRIES = "entries", _("申込受付中")
        WAITING = "waiting", _("抽選待ち")
        CLAIMS = "claims", _("当選の確認中")
        OVER = "over", _("終了")

    space = models.ForeignKey(Space, models.PROTECT, related_name="lottery_rounds", verbose_name=_("場所"))
    name = models.CharField(_("名前"), max_length=100)
    first_date = models.DateField(_("対象の最初の日"))
    last_date = models.DateField(_("対象の最後の日"))
    entries_from = models.DateTimeField(_("申込開始"))
    entries_until = models.DateTimeField(_("申込締切"))
    draw_at = models.DateTimeField(_("抽選の日時"))
    claim_until = models.DateTimeField(_("当選の確認期限"))
    entries_per_group = models.PositiveSmallIntegerField(_("1団体の申込の上限"), default=3)

    seed = models.CharField(_("抽選の種"), max_length=64, blank=True)
    record = models.JSONField(_("抽選の記録"), null=True, blank=True)
    """What the draw looked at, frozen and published: with the seed, all that running it again needs."""
    drawn_at = models.DateTimeField(_("抽選した日時"), null=True, blank=True)
    closed_at = models.DateTimeField(_("確認を締め切った日時"), null=True, blank=True)
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("抽選")
        verbose_name_plural = _("抽選")
        ordering = ["-draw_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_date__gte=F("first_date")),
                name="lottery_last_after_first",
                violation_error_message=_("最後の日は最初の日以後にしてください。"),
            ),
            models.CheckConstraint(
                condition=Q(entries_until__gt=F("entries_from"))
                & Q(draw_at__gte=F("entries_until"))
                & Q(claim_until__gt=F("draw_at")),
                name="lottery_times_in_order",
                violation_error_message=_("申込開始・締切・抽選・確認期限の順にしてください。"),
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True, seed="", record__isnull=True)
                | (Q(drawn_at__isnull=False, record__isnull=False) & ~Q(seed="")),
                name="lottery_drawn_has_seed_and_record",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(drawn_at__isnull=False),
                name="lottery_closed_was_drawn",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("lottery", args=[self.pk])

    def covers(self, moment: datetime) -> bool:
        return self.first_date <= clock.local(moment).date() <= self.last_date

    @property
    def phase(self) -> Phase:
        now = clock.now()
        if self.closed_at is not None:
            return self.Phase.OVER
        if self.drawn_at is not None:
            return self.Phase.CLAIMS
        if now < self.entries_from:
            return self.Phase.ANNOUNCED
        return self.Phase.ENTRIES if now < self.entries_until else self.Phase.WAITING

    @property
    def is_to_be_drawn(self) -> bool:
        return self.drawn_at is None and self.draw_at <= clock.now()


class LotteryEntryQuerySet(models.QuerySet["LotteryEntry"]):
    def visible_to(self, user: "User") -> "LotteryEntryQuerySet":
        if user.is_staff:
            return self
        return self.filter(group__memberships__user_id=user.pk)


@pghistory.track()
class LotteryEntry(Wished):
    """A group's entry in a draw (抽選の申込) for one time."""

    class Status(models.TextChoices):
        ENTERED = "entered", _("申込済み")
        WITHDRAWN = "withdrawn", _("取下げ")
        WON = "won", _("当選（確認待ち）")
        LOST = "lost", _("落選")
        CLAIMED = "claimed", _("当選（確定）")
        LAPSED = "lapsed", _("当選（期限切れ）")

    round = models.ForeignKey(LotteryRound, models.PROTECT, related_name="entries", verbose_name=_("抽選"))
    number = models.PositiveIntegerField(_("申込番号"))
    group = models.ForeignKey(Group, models.PROTECT, related_name="lottery_entries", verbose_name=_("団体"))
    user = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("申し込んだ人")
    )
    begins_at = models.DateTimeField(_("開始"))
    ends_at = models.DateTimeField(_("終了"))
    people = models.PositiveSmallIntegerField(_("人数"))
    purpose = models.CharField(_("利用の目的"), max_length=200)
    status = models.CharField(_("状態"), max_length=12, choices=Status.choices, default=Status.ENTERED)
    rank = models.PositiveIntegerField(_("抽選順"), null=True, blank=True)
    booking = models.OneToOneField(
        Booking, models.PROTECT, related_name="lottery_entry", verbose_name=_("予約"), null=True, blank=True
    )
    entered_at = models.DateTimeField(default=clock.now)

    objects = LotteryEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("抽選の申込")
        verbose_name_plural = _("抽選の申込")
        ordering = ["round", "number"]
        constraints = [
            models.CheckConstraint(condition=Q(use__in=Use.values), name="lottery_entry_use_known"),
            models.UniqueConstraint(fields=["round", "number"], name="lottery_entry_number_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="lottery_entry_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["won", "claimed"]) | Q(booking__isnull=False),
                name="lottery_win_has_booking",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.number}"

    @property
    def waits_for_claim(self) -> bool:
        """Won, and the group may still say that it will come."""
        booking = self.booking
        return (
            self.status == self.Status.WON
            and booking is not None
            and booking.status == Booking.Status.REQUESTED
            and booking.claim_until is not None
            and booking.claim_until > clock.now()
        )
