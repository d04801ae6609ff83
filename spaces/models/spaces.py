from datetime import time

import pghistory
from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import MinValueValidator
from django.db.models import F, OuterRef, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from kyodo.db import models


@pghistory.track()
class BookingPolicy(models.Model):
    """The rules of use (利用ルール) that one or several spaces share. Rows, not code: staff change them.

    Source of the first centre's numbers: the rules it publishes for 協働ラボ and スペースA・B.
    """

    class WindowKind(models.TextChoices):
        MONTHS = "months", _("○か月前の同じ日から")
        WEEKS = "weeks", _("○週間前の同じ曜日から")
        DAYS = "days", _("○日前から")

    class Approval(models.TextChoices):
        NEVER = "never", _("不要")
        EVENTS = "events", _("催しでの利用のとき")
        ALWAYS = "always", _("いつも")

    name = models.CharField(_("名前"), max_length=60, unique=True)

    window_kind = models.CharField(_("受付開始の数え方"), max_length=8, choices=WindowKind.choices)
    window_amount = models.PositiveSmallIntegerField(_("受付開始の数"), validators=[MinValueValidator(1)])
    window_opens_at = models.TimeField(
        _("受付開始の時刻"),
        default=time(9),
        help_text=_("休館日にあたるときは、次の開館日のこの時刻からです。"),
    )

    step_minutes = models.PositiveSmallIntegerField(_("時間のきざみ（分）"), default=30)
    shortest_minutes = models.PositiveSmallIntegerField(_("1回の最短（分）"), default=30)
    longest_minutes = models.PositiveSmallIntegerField(_("1回の最長（分）"), default=180)
    daily_minutes = models.PositiveSmallIntegerField(
        _("1団体1日の上限（分）"),
        null=True,
        blank=True,
        help_text=_("同じルールの場所を合わせて数えます。空なら上限なし。"),
    )
    monthly_minutes = models.PositiveIntegerField(
        _("1団体1か月の上限（分）"),
        null=True,
        blank=True,
        help_text=_("利用する月ごとに、同じルールの場所を合わせて数えます。空なら上限なし。"),
    )
    open_bookings = models.PositiveSmallIntegerField(
        _("1団体が先に持てる予約の数"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("まだ使っていない予約を、同じルールの場所を合わせて数えます。空なら上限なし。"),
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(_("準備のための前の空き（分）"), default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(_("片づけのための後の空き（分）"), default=0)

    change_deadline_hours = models.PositiveSmallIntegerField(
        _("変更・取消の締切（開始の何時間前）"),
        default=0,
        help_text=_("0なら開始時刻まで。職員はその後も取り消せます。"),
    )
    approval = models.CharField(
        _("職員の承認"), max_length=8, choices=Approval.choices, default=Approval.NEVER
    )
    asks_department = models.BooleanField(
        _("催しのとき、共催・後援する部署をたずねる"),
        default=True,
        help_text=_("催しを、市の部署が共催・後援するものに限るときに使います。"),
    )
    checkin_opens_minutes = models.PositiveSmallIntegerField(
        _("受付できるようになる時（開始の何分前）"), default=15
    )

    class Meta:
        verbose_name = _("利用ルール")
        verbose_name_plural = _("利用ルール")
        constraints = [
            models.CheckConstraint(condition=Q(window_amount__gte=1), name="policy_window_amount_positive"),
            models.CheckConstraint(
                condition=Q(step_minutes__in=[10, 15, 20, 30, 60]),
                name="policy_step_divides_hour",
                violation_error_message=_("きざみは 10・15・20・30・60 分のどれかにしてください。"),
            ),
            models.CheckConstraint(
                condition=Q(
                    shortest_minutes__gte=F("step_minutes"), longest_minutes__gte=F("shortest_minutes")
                ),
                name="policy_shortest_within_longest",
                violation_error_message=_("最短はきざみ以上、最長は最短以上にしてください。"),
            ),
            models.CheckConstraint(
                condition=Q(daily_minutes__isnull=True) | Q(daily_minutes__gte=F("shortest_minutes")),
                name="policy_daily_at_least_shortest",
                violation_error_message=_("1日の上限は最短以上にしてください。"),
            ),
            models.CheckConstraint(
                condition=Q(monthly_minutes__isnull=True) | Q(monthly_minutes__gte=F("shortest_minutes")),
                name="policy_monthly_at_least_shortest",
                violation_error_message=_("1か月の上限は最短以上にしてください。"),
            ),
            models.CheckConstraint(
                condition=Q(open_bookings__isnull=True) | Q(open_bookings__gte=1),
                name="policy_open_bookings_positive",
                violation_error_message=_("先に持てる予約の数は1以上にしてください。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A physical place that only one can use at a time (場所の単位): one table of 協働ラボ, half of the hall."""

    code = models.SlugField(_("記号"), unique=True)
    name = models.CharField(_("名前"), max_length=60)
    seats = models.PositiveSmallIntegerField(_("席数"))

    class Meta:
        verbose_name = _("場所の単位")
        verbose_name_plural = _("場所の単位")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class SpaceQuerySet(models.QuerySet["Space"]):
    def offered(self) -> "SpaceQuerySet":
        return self.filter(is_offered=True)

    def for_booking(self) -> "SpaceQuerySet":
        """With what a calendar or a booking asks of each: its rules and its units, in one query."""
        units = Unit.objects.filter(spaces=OuterRef("pk")).order_by("code")
        return self.select_related("policy").annotate(  # type: ignore[no-redef]
            unit_ids=ArraySubquery(units.values("pk")), unit_seats=ArraySubquery(units.values("seats"))
        )


@pghistory.track()
class Space(models.Model):
    """What people choose when they book (打合せスペース): it takes all of its units, or any free one of them."""

    class Takes(models.TextChoices):
        ALL = "all", _("すべて")
        ANY = "any", _("空いている1つ")

    slug = models.SlugField(_("URL名"), unique=True)
    name = models.CharField(_("名前"), max_length=60)
    name_kana = models.KanaField(_("ふりがな"), max_length=100, blank=True)
    policy = models.ForeignKey(
        BookingPolicy, models.PROTECT, verbose_name=_("利用ルール"), related_name="spaces"
    )
    units = models.ManyToManyField(Unit, verbose_name=_("使う単位"), related_name="spaces")
    takes = models.CharField(_("単位の使い方"), max_length=4, choices=Takes.choices, default=Takes.ALL)

    people_min = models.PositiveSmallIntegerField(_("最少人数"), default=1)
    people_max = models.PositiveSmallIntegerField(_("最多人数"))
    event_people_max = models.PositiveSmallIntegerField(
        _("催しのときの最多人数"), null=True, blank=True, help_text=_("空なら催しには使えません。")
    )

    summary = models.CharField(_("ひとこと"), max_length=120)
    description = models.TextField(_("説明"), blank=True)
    equipment = models.TextField(_("設備（1行に1つ）"), blank=True)
    access_notes = models.TextField(_("バリアフリーなど"), blank=True)
    picture = models.CharField(
        _("絵"), max_length=100, blank=True, help_text=_("静的ファイルの名前。写真がないときに使います。")
    )
    is_offered = models.BooleanField(_("予約を受け付ける"), default=True)
    position = models.PositiveSmallIntegerField(_("並び順"), default=0)

    objects = SpaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("打合せスペース")
        verbose_name_plural = _("打合せスペース")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(people_min__gte=1, people_max__gte=F("people_min")),
                name="space_people_range",
                violation_error_message=_("人数は1人以上で、最多は最少以上にしてください。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("space", args=[self.slug])

    @cached_property
    def unit_ids(self) -> list[int]:
        """Its units, in the order in which they are given out."""
        return list(self.units.order_by("code").values_list("pk", flat=True))

    @cached_property
    def unit_seats(self) -> list[int]:
        """How many sit at each, in the same order."""
        return list(self.units.order_by("code").values_list("seats", flat=True))

    @property
    def allows_events(self) -> bool:
        return self.event_people_max is not None


class SpacePhoto(models.Model):
    """A photo of a space (写真), with a text for those who hear the page."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="photos")
    image = models.ImageField(_("写真"), upload_to="spaces/")
    alternative_text = models.CharField(_("写真の説明"), max_length=200)
    position = models.PositiveSmallIntegerField(_("並び順"), default=0)

    class Meta:
        verbose_name = _("写真")
        verbose_name_plural = _("写真")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.alternative_text
