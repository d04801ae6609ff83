from datetime import date, datetime
from typing import TYPE_CHECKING

import pghistory
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Group
from kyodo import clock
from kyodo.db import models
from spaces.models.spaces import Space

if TYPE_CHECKING:
    from accounts.models import User


class SeriesQuerySet(models.QuerySet["BookingSeries"]):
    def visible_to(self, user: "User") -> "SeriesQuerySet":
        """As its bookings: centre staff see every series, other people those of groups they belong to."""
        if user.is_staff:
            return self
        return self.filter(group__memberships__user_id=user.pk)


@pghistory.track()
class BookingSeries(models.Model):
    """Bookings of one group that repeat (くり返し予約), made together and cancelled one, the rest, or all."""

    class Pattern(models.TextChoices):
        WEEKLY = "weekly", _("毎週")
        FORTNIGHTLY = "fortnightly", _("隔週")
        MONTHLY = "monthly", _("毎月（第○曜日）")

    group = models.ForeignKey(Group, models.PROTECT, related_name="booking_series")
    space = models.ForeignKey(Space, models.PROTECT, related_name="+")
    pattern = models.CharField(_("くり返し方"), max_length=12, choices=Pattern.choices)
    first_date = models.DateField(_("最初の日"))
    last_date = models.DateField(_("最後の日"))
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("くり返し予約")
        verbose_name_plural = _("くり返し予約")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_date__gte=F("first_date")), name="series_last_after_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.space} {self.get_pattern_display()} {self.first_date}"

    def get_absolute_url(self) -> str:
        return reverse("series", args=[self.pk])


class BookingQuerySet(models.QuerySet["Booking"]):
    def visible_to(self, user: "User") -> "BookingQuerySet":
        """Centre staff see every booking; other people those of groups they belong to."""
        if user.is_staff:
            return self
        return self.filter(group__memberships__user_id=user.pk)

    def live(self) -> "BookingQuerySet":
        """Those that hold their place: asked for, confirmed, used or missed."""
        return self.filter(status__in=Booking.LIVE)

    def upcoming(self, now: datetime | None = None) -> "BookingQuerySet":
        return self.filter(status__in=Booking.AHEAD, ends_at__gt=now or clock.now())

    def on(self, day: date) -> "BookingQuerySet":
        """Beginning on that day in Tokyo."""
        return self.between(day, day)

    def between(self, first: date, last: date) -> "BookingQuerySet":
        """Beginning on these days, the last one included."""
        return self.begun_between(clock.day_begins(first), clock.day_ends(last))

    def begun_between(self, first: datetime, end: datetime) -> "BookingQuerySet":
        return self.filter(begins_at__gte=first, begins_at__lt=end)

    def overlapping(self, begins_at: object, ends_at: object) -> "BookingQuerySet":
        return self.filter(begins_at__lt=ends_at, ends_at__gt=begins_at)


class Use(models.TextChoices):
    MEETING = "meeting", _("打合せ")
    EVENT = "event", _("催し")


class Wished(models.Model):
    """What a wish says beside its time, whatever became of it: a booking, a place on the waiting list, a draw's entry."""

    use = models.CharField(_("使い方"), max_length=8, choices=Use.choices)
    """Never assumed where a space serves two uses: an event taken for a meeting would need nobody's approval."""
    supported_by = models.CharField(_("共催・後援する部署"), max_length=100, blank=True)
    remarks = models.CharField(_("センターへの連絡"), max_length=300, blank=True)

    class Meta:
        abstract = True


@pghistory.track()
class Booking(Wished):
    """A group's booking of a space (予約). While live it holds one Occupancy row per physical unit."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("承認待ち")
        CONFIRMED = "confirmed", _("予約確定")
        DECLINED = "declined", _("お断り")
        CANCELLED = "cancelled", _("取消")
        USED = "used", _("利用済み")
        NO_SHOW = "no_show", _("来館なし")

    LIVE = (Status.REQUESTED, Status.CONFIRMED, Status.USED, Status.NO_SHOW)
    AHEAD = (Status.REQUESTED, Status.CONFIRMED)

    Use = Use

    class Channel(models.TextChoices):
        WEB = "web", _("ウェブ")
        STAFF = "staff", _("職員")
        WALK_IN = "walk_in", _("窓口（当日）")
        SERIES = "series", _("くり返し")
        LOTTERY = "lottery", _("抽選")

    reference = models.CharField(_("予約番号"), max_length=8, unique=True)
    space = models.ForeignKey(Space, models.PROTECT, related_name="bookings", verbose_name=_("場所"))
    group = models.ForeignKey(Group, models.PROTECT, related_name="bookings", verbose_name=_("団体"))
    series = models.ForeignKey(
        BookingSeries,
        models.PROTECT,
        related_name="bookings",
        verbose_name=_("くり返し予約"),
        null=True,
        blank=True,
    )

    begins_at = models.DateTimeField(_("開始"))
    ends_at = models.DateTimeField(_("終了"))
    people = models.PositiveSmallIntegerField(_("人数"))
    purpose = models.CharField(_("利用の目的"), max_length=200)

    status = models.CharField(_("状態"), max_length=12, choices=Status.choices)
    channel = models.CharField(_("受付方法"), max_length=8, choices=Channel.choices, default=Channel.WEB)
    booked_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("予約した人")
    )
    booked_at = models.DateTimeField(_("予約日時"), default=clock.now)
    claim_until = models.DateTimeField(_("当選の確認期限"), null=True, blank=True)
    """A lottery win waits for the group's word until then."""

    decided_at = models.DateTimeField(_("承認・お断りの日時"), null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", null=True, blank=True)
    cancelled_at = models.DateTimeField(_("取消日時"), null=True, blank=True)
    cancelled_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", null=True, blank=True)
    """Empty when the system did it: a win that lapsed."""
    cancelled_for = models.ForeignKey(
        "centre.Closure",
        models.SET_NULL,
        related_name="cancelled_bookings",
        verbose_name=_("臨時休館"),
        null=True,
        blank=True,
    )
    """The closure that took its place, so that its people hear when that is lifted."""
    condition = models.CharField(_("承認の条件"), max_length=300, blank=True)
    """What staff ask of the group with their yes, in words."""
    reason = models.CharField(_("お断り・取消の理由"), max_length=200, blank=True)
    checked_in_at = models.DateTimeField(_("来館受付"), null=True, blank=True)
    checked_in_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", null=True, blank=True
    )
    """Empty when the group checked itself in by QR code."""
    people_came = models.PositiveSmallIntegerField(_("来館した人数"), null=True, blank=True)
    """How many really came, where somebody counted; `people` stays what was booked."""
    left_at = models.DateTimeField(_("退館"), null=True, blank=True)
    """The group went home before its time was over; from then on its place is free."""
    reminded_at = models.DateTimeField(_("お知らせした日時"), null=True, blank=True)
    reminder_missed_at = models.DateTimeField(_("お知らせできなかった日時"), null=True, blank=True)
    """Set when the reminder could not leave before the booking began: a late one helps nobody."""

    version = models.PositiveIntegerField(default=1)
    """Rises with every change; also SEQUENCE of the calendar entry."""

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("予約")
        verbose_name_plural = _("予約")
        ordering = ["begins_at", "pk"]
        indexes = [
            models.Index(fields=["begins_at", "space"], name="booking_day"),
            models.Index(fields=["group", "begins_at"], name="booking_group_day"),
            models.Index(fields=["status", "begins_at"], name="booking_status_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")),
                name="booking_ends_after_it_begins",
                violation_error_message=_("終了は開始より後にしてください。"),
            ),
            models.CheckConstraint(condition=Q(people__gte=1), name="booking_has_people"),
            models.CheckConstraint(condition=Q(use__in=Use.values), name="booking_use_known"),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | (~Q(status="cancelled") & Q(cancelled_at__isnull=True, cancelled_by__isnull=True)),
                name="booking_cancelled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="booking_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined") | Q(decided_at__isnull=False),
                name="booking_declined_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="used") | Q(checked_in_at__isnull=False),
                name="booking_used_was_checked_in",
            ),
            models.CheckConstraint(
                condition=Q(status="used") | Q(people_came__isnull=True, left_at__isnull=True),
                name="booking_attended_only_when_used",
            ),
            models.CheckConstraint(
                condition=Q(people_came__isnull=True) | Q(people_came__gte=1), name="booking_somebody_came"
            ),
            models.CheckConstraint(
                condition=Q(reminded_at__isnull=True) | Q(reminder_missed_at__isnull=True),
                name="booking_reminded_or_missed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.space}"

    def get_absolute_url(self) -> str:
        return reverse("booking", args=[self.reference])

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @property
    def is_ahead(self) -> bool:
        return self.status in self.AHEAD and self.ends_at > clock.now()

    @property
    def day(self) -> date:
        return clock.local(self.begins_at).date()

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.begins_at).total_seconds()) // 60


class RuleOverride(models.Model):
    """A rule that staff set aside for one booking (例外), with the reason."""

    class Rule(models.TextChoices):
        """What staff may set aside, by the code of the limit, in the words they agree to. The other limits stand."""

        WINDOW = "window", _("受付開始の前に予約する")
        TOO_SHORT = "too_short", _("最短より短く予約する")
        TOO_LONG = "too_long", _("最長より長く予約する")
        PEOPLE = "people", _("人数の決まりを外す")
        DAILY_LIMIT = "daily_limit", _("1日の上限をこえて予約する")
        MONTHLY_LIMIT = "monthly_limit", _("1か月の上限をこえて予約する")
        OPEN_BOOKINGS = "open_bookings", _("先に持てる数をこえて予約する")
        TIME_STEP = "time_step", _("きざみを外す")
        PAST = "past", _("過ぎた時間を記録する")
        CLOSED = "closed", _("開館時間の外に予約する")

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="overrides")
    code = models.CharField(_("ルール"), max_length=40, choices=Rule.choices)
    reason = models.CharField(_("理由"), max_length=200)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("例外")
        verbose_name_plural = _("例外")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason")]

    def __str__(self) -> str:
        return f"{self.code} {self.reason}"
