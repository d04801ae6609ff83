from datetime import date, time, timedelta
from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kyodo import clock
from kyodo.db import models


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class OpeningHours(models.Model):
    """One layer of opening hours (開館時間の層): the usual week, a summer's, the New Year's.

    Layers lie on each other. For each day the one with the shortest period that says something about it wins,
    so that a week in August beats the summer and the summer beats the usual week; priority is for the rare
    case where that isn't what the centre means.
    """

    name = models.CharField(_("名前"), max_length=60, help_text=_("例：通常、夏の延長、年末年始"))
    begins_on = models.DateField(
        _("始まりの日"), null=True, blank=True, help_text=_("空なら、始まりを決めません。")
    )
    ends_on = models.DateField(
        _("終わりの日"), null=True, blank=True, help_text=_("空なら、終わりを決めません。")
    )
    is_yearly = models.BooleanField(
        _("毎年くり返す"), default=False, help_text=_("同じ月日に毎年使います。年をまたいでもかまいません。")
    )
    priority = models.SmallIntegerField(
        _("優先度"),
        default=0,
        help_text=_("ふつうは0のままにします。大きいほうが先に使われ、同じなら期間の短いほうです。"),
    )
    note = models.CharField(
        _("お知らせに出す理由"),
        max_length=100,
        blank=True,
        help_text=_("休館の日に「年末年始のため」のように出ます。"),
    )

    class Meta:
        verbose_name = _("開館時間")
        verbose_name_plural = _("開館時間")
        ordering: ClassVar[list[Any]] = ["-priority", F("begins_on").asc(nulls_first=True), "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(begins_on__lte=F("ends_on")),
                name="hours_begin_before_end",
                violation_error_message=_("終わりの日は、始まりの日かそれより後にしてください。"),
            ),
            models.CheckConstraint(
                condition=Q(is_yearly=False)
                | Q(
                    begins_on__isnull=False,
                    ends_on__isnull=False,
                    ends_on__lt=F("begins_on") + timedelta(days=365),
                ),
                name="hours_yearly_within_a_year",
                violation_error_message=_(
                    "毎年くり返すときは、始まりと終わりの日を1年より短い間で決めてください。"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def length(self) -> timedelta:
        """How long the period is; an open end counts as the end of all dates, so a later beginning is shorter."""
        return (self.ends_on or date.max) - (self.begins_on or date.min)

    def covers(self, day: date) -> bool:
        if self.begins_on and day < self.begins_on:
            return False
        if not (self.is_yearly and self.begins_on and self.ends_on):
            return self.ends_on is None or day <= self.ends_on
        month_day = (day.month, day.day)
        first, last = (self.begins_on.month, self.begins_on.day), (self.ends_on.month, self.ends_on.day)
        if first <= last:
            return first <= month_day <= last
        return month_day >= first or month_day <= last


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class OpeningTime(models.Model):
    """What a layer says about one kind of day (曜日ごとの開館時間): from when to when, or closed.

    Within a layer 祝日 beats the weekday and the weekday beats 毎日. A day the layer doesn't name is left to the
    layer below.
    """

    class Day(models.IntegerChoices):
        MONDAY = 0, _("月曜日")
        TUESDAY = 1, _("火曜日")
        WEDNESDAY = 2, _("水曜日")
        THURSDAY = 3, _("木曜日")
        FRIDAY = 4, _("金曜日")
        SATURDAY = 5, _("土曜日")
        SUNDAY = 6, _("日曜日")
        HOLIDAY = 7, _("祝日")
        EVERY_DAY = 8, _("毎日")

    layer = models.ForeignKey(
        OpeningHours, models.CASCADE, related_name="times", verbose_name=OpeningHours._meta.verbose_name
    )
    day = models.PositiveSmallIntegerField(_("曜日"), choices=Day.choices)
    opens = models.TimeField(_("開館"), null=True, blank=True, help_text=_("休館の日は空にします。"))
    closes = models.TimeField(_("閉館"), null=True, blank=True)

    class Meta:
        verbose_name = _("曜日ごとの時間")
        verbose_name_plural = _("曜日ごとの時間")
        ordering: ClassVar[list[str]] = ["layer", "day"]
        constraints = [
            models.UniqueConstraint(
                fields=["layer", "day"],
                name="time_once_a_day_and_layer",
                violation_error_message=_("同じ曜日は1回だけ書いてください。"),
            ),
            models.CheckConstraint(
                condition=Q(day__gte=0, day__lte=8),
                name="time_known_day",
                violation_error_message=_("曜日を選んでください。"),
            ),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False, closes__gt=F("opens")),
                name="time_closes_after_opens",
                violation_error_message=_(
                    "閉館は開館より後の時刻にしてください。休館の日は両方を空にします。"
                ),
            ),
        ]

    def __str__(self) -> str:
        if self.opens is None or self.closes is None:
            return _("%(day)s 休館") % {"day": self.get_day_display()}
        return f"{self.get_day_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class ClosureQuerySet(models.QuerySet["Closure"]):
    def overlapping(self, first: date, last: date) -> "ClosureQuerySet":
        """Closures that touch any day from first to last."""
        return self.filter(Q(last_day__gte=first) | Q(last_day__isnull=True), first_day__lte=last)

    def upcoming(self) -> "ClosureQuerySet":
        return self.filter(Q(last_day__gte=clock.today()) | Q(last_day__isnull=True))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Closure(models.Model):
    """Days, or some hours of them, on which the centre is closed out of turn (臨時休館).

    What returns every year (年末年始) is a layer of OpeningHours instead.
    """

    class Kind(models.TextChoices):
        NEW_YEAR = "new_year", _("年末年始")
        INSPECTION = "inspection", _("設備点検")
        EVENT = "event", _("催事")
        DISASTER = "disaster", _("災害・警報")
        OTHER = "other", _("その他")

    first_day = models.DateField(_("最初の日"))
    last_day = models.DateField(
        _("最後の日"), null=True, blank=True, help_text=_("いつ開くか決まっていないときは空にします。")
    )
    begins = models.TimeField(
        _("何時から"), null=True, blank=True, help_text=_("1日じゅう休むときは空にします。")
    )
    ends = models.TimeField(
        _("何時まで"),
        null=True,
        blank=True,
        help_text=_("空なら、最初の日はその時刻から閉館まで、次の日からは1日じゅう休みます。"),
    )
    kind = models.CharField(_("種類"), max_length=12, choices=Kind.choices)
    reason = models.CharField(
        _("利用者に見せる理由"), max_length=200, blank=True, help_text=_("空なら種類だけが出ます。")
    )

    created_at = models.DateTimeField(_("登録日時"), default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("登録した人"),
        related_name="+",
        editable=False,
    )

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("臨時休館")
        verbose_name_plural = _("臨時休館")
        ordering: ClassVar[list[str]] = ["-first_day", "begins", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")),
                name="closure_days_in_order",
                violation_error_code="days_order",
                violation_error_message=_("最後の日は、最初の日かそれより後にしてください。"),
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(begins__isnull=False, ends__gt=F("begins")),
                name="closure_ends_after_begins",
                violation_error_code="times_order",
                violation_error_message=_(
                    "終わりは始まりより後の時刻にしてください。1日じゅう休むときは両方を空にします。"
                ),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["new_year", "inspection", "event", "disaster", "other"]),
                name="closure_known_kind",
                violation_error_message=_("種類を選んでください。"),
            ),
        ]
        indexes = [models.Index(fields=["last_day", "first_day"], name="closure_days")]

    def __str__(self) -> str:
        days = f"{self.first_day:%Y-%m-%d}"
        if not self.is_one_day:
            days += f" - {self.last_day:%Y-%m-%d}" if self.last_day else " -"
        return f"{days} {self.public_reason}"

    @property
    def is_one_day(self) -> bool:
        return self.first_day == self.last_day

    def covers(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def begins_on(self, day: date) -> time | None:
        """From when it closes one of its days; None for all of it."""
        return None if self.ends is None and day > self.first_day else self.begins

    @property
    def public_reason(self) -> str:
        return self.reason or self.get_kind_display()
