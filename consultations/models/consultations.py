from typing import TYPE_CHECKING, ClassVar

import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kyodo import clock, references
from kyodo.db import models

if TYPE_CHECKING:
    from accounts.models import User


class Tag(models.Model):
    """A word of the staff's own to find consultations by (タグ)."""

    name = models.CharField(_("名前"), max_length=30, unique=True)

    class Meta:
        verbose_name = _("タグ")
        verbose_name_plural = _("タグ")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def visible_to(self, user: "User") -> "ConsultationQuerySet":
        """Who may see a consultation at all: list, page, search, file, count and export all ask here.

        An office sees those it has an Access row for: its own, and those open to it through a referral. The centre's
        staff are its office, ward officers that of their ward centre; a person kept out by name sees it nowhere.
        Everybody else sees what they asked while signed in. How much of it they see is Access.level.
        """
        if user.is_staff or user.is_ward_officer:
            mine = Access.objects.of_office(user.ward_centre_id)
            return self.filter(pk__in=mine.values("consultation")).without_locked_out(user)
        return self.asked_by(user)

    def readable_by(self, user: "User") -> "ConsultationQuerySet":
        """Those whose text they may read, and so search in: in hand, or opened by a referral that was accepted."""
        if user.is_staff or user.is_ward_officer:
            mine = Access.objects.of_office(user.ward_centre_id).filter(level__in=Access.READS)
            return self.filter(pk__in=mine.values("consultation")).without_locked_out(user)
        return self.visible_to(user)

    def in_hand_of(self, user: "User") -> "ConsultationQuerySet":
        """Those the person's own office works on; the inbox lies on these."""
        if not (user.is_staff or user.is_ward_officer):
            return self.none()
        return self.filter(ward_centre_id=user.ward_centre_id).without_locked_out(user)

    def asked_by(self, user: "User") -> "ConsultationQuerySet":
        """What this person asked themselves while signed in; the page of their own and /my/ lie on these."""
        return self.filter(person_id=user.pk)

    def without_locked_out(self, user: "User") -> "ConsultationQuerySet":
        return self.exclude(lock_outs__user_id=user.pk)

    def open(self) -> "ConsultationQuerySet":
        return self.exclude(status=Consultation.Status.CLOSED)


@pghistory.track(exclude=["search", "form_key"])
class Consultation(models.Model):
    """A question somebody brought to the centre or to a ward centre (相談), and where it stands.

    What names the person lies apart, in Contact. Status, assignee and dates change in actions only.
    """

    class Channel(models.TextChoices):
        """How it reached us (受け付けた方法)."""

        WEB = "web", _("ウェブ")
        PHONE = "phone", _("電話")
        VISIT = "visit", _("来館")
        FAX = "fax", _("FAX")
        LETTER = "letter", _("手紙")
        MAIL = "mail", _("メール")

    class Audience(models.TextChoices):
        """Who asks (相談者の区分)."""

        CITIZEN = "citizen", _("市民・団体")
        COMPANY = "company", _("企業")
        PUBLIC_OFFICE = "public", _("行政")

    class Kind(models.TextChoices):
        """What brings them here (相談の種類)."""

        START = "start", _("活動を始めたい")
        RUN = "run", _("団体の運営")
        PARTNER = "partner", _("いっしょに取り組む相手を探したい")
        PROPOSE = "propose", _("協働事業を市に提案したい")
        SPECIALIST = "specialist", _("専門家に聞きたい")
        OTHER = "other", _("そのほか")

    class Wish(models.TextChoices):
        """How the person would like to hear from us (希望する方法)."""

        MAIL = "mail", _("メール")
        PHONE = "phone", _("電話")
        ON_SITE = "on_site", _("センターで会う")
        ONLINE = "online", _("オンラインで会う")

    class Status(models.TextChoices):
        RECEIVED = "received", _("受付")
        ASSIGNED = "assigned", _("担当決定")
        IN_PROGRESS = "in_progress", _("対応中")
        WAITING = "waiting", _("返事待ち")
        CLOSED = "closed", _("完了")

    class WaitingFor(models.TextChoices):
        PERSON = "person", _("相談者の返事")
        PARTNER = "partner", _("ほかの機関の返事")

    class Outcome(models.TextChoices):
        """What became of it (結果)."""

        ANSWERED = "answered", _("情報を伝えて終わった")
        SUPPORTED = "supported", _("続けて支えて解決した")
        INTRODUCED = "introduced", _("相手を紹介した")
        PROPOSED = "proposed", _("協働事業の提案につながった")
        PASSED_ON = "passed_on", _("ほかの機関へ引き継いだ")
        ADVISED = "advised", _("専門家の相談につないだ")
        UNREACHED = "unreached", _("連絡がつかなかった")
        WITHDRAWN = "withdrawn", _("相談者が取り下げた")
        DUPLICATE = "duplicate", _("ほかの相談と同じ")
        OTHER = "other", _("そのほか")

    MEETINGS: ClassVar = (Wish.ON_SITE, Wish.ONLINE)
    """Wishes that come with times."""

    reference = models.CharField(
        _("受付番号"), max_length=references.LENGTH, unique=True, default=references.new, editable=False
    )
    channel = models.CharField(_("受け付けた方法"), max_length=8, choices=Channel.choices)
    audience = models.CharField(_("相談者の区分"), max_length=8, choices=Audience.choices)
    kind = models.CharField(_("相談の種類"), max_length=12, choices=Kind.choices)
    fields = models.ManyToManyField(
        "centre.ActivityField", verbose_name=_("活動分野"), blank=True, related_name="+"
    )
    ward = models.ForeignKey(
        "centre.Ward", models.PROTECT, related_name="+", verbose_name=_("区"), null=True, blank=True
    )
    subject = models.CharField(_("件名"), max_length=100, blank=True)
    text = models.TextField(_("内容"), max_length=4000, blank=True)
    wish = models.CharField(_("希望する方法"), max_length=8, choices=Wish.choices, default=Wish.MAIL)
    group = models.ForeignKey(
        "accounts.Group",
        models.PROTECT,
        related_name="consultations",
        verbose_name=_("登録団体"),
        null=True,
        blank=True,
    )
    person = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("相談者"), null=True, blank=True
    )
    """Whoever asked while signed in."""
    ward_centre = models.ForeignKey(
        "centre.WardCentre",
        models.PROTECT,
        related_name="consultations",
        verbose_name=_("受け持つ区のセンター"),
        null=True,
        blank=True,
    )
    """The office that has it in hand; none is the centre itself."""

    status = models.CharField(_("状態"), max_length=12, choices=Status.choices, default=Status.RECEIVED)
    waiting_for = models.CharField(_("返事を待つ相手"), max_length=8, choices=WaitingFor.choices, blank=True)
    assignee = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("担当"), null=True, blank=True
    )
    tags = models.ManyToManyField(Tag, verbose_name=_("タグ"), blank=True, related_name="consultations")
    related = models.ManyToManyField("self", verbose_name=_("関係する相談"), blank=True)
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, related_name="duplicates", verbose_name=_("同じ相談"), null=True, blank=True
    )
    """The one that goes on; later messages are written there."""
    outcome = models.CharField(_("結果"), max_length=12, choices=Outcome.choices, blank=True)
    outcome_text = models.TextField(_("結果の説明"), max_length=4000, blank=True)

    received_at = models.DateTimeField(_("受付日時"), default=clock.now)
    """When the person asked, which for a letter or a note of yesterday is not when it was written down."""
    recorded_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        related_name="+",
        verbose_name=_("記録した職員"),
        null=True,
        blank=True,
    )
    first_answered_at = models.DateTimeField(_("最初に答えた日時"), null=True, blank=True)
    first_answer_days = models.PositiveSmallIntegerField(
        _("最初の返事までの日数"), null=True, blank=True, help_text=_("センターの開館日で数えます。")
    )
    unanswered_since = models.DateTimeField(_("返事を待っている新しいメッセージ"), null=True, blank=True)
    """The first message of the person that nobody answered yet."""
    due_at = models.DateTimeField(_("期限"), null=True, blank=True)
    """Until when the office must act; none while it waits for others, and when it is closed."""
    days_left = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    """Working days that were left when the clock was stopped; it goes on from there."""
    escalated_at = models.DateTimeField(_("管理者に知らせた日時"), null=True, blank=True)
    next_step = models.CharField(_("次にすること"), max_length=200, blank=True)
    follow_up_on = models.DateField(_("様子をたずねる日"), null=True, blank=True)
    reopening_asked_at = models.DateTimeField(_("再開の希望"), null=True, blank=True)
    closed_at = models.DateTimeField(_("完了日時"), null=True, blank=True)
    anonymised_at = models.DateTimeField(_("本文を消去した日時"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    """Rises with every change: two people who save at once are told apart by it."""

    consented_at = models.DateTimeField(_("利用目的への同意"), null=True, blank=True)
    referral_consented_at = models.DateTimeField(_("紹介への同意"), null=True, blank=True)

    form_key = models.UUIDField(null=True, unique=True, editable=False)
    """The form it was sent with: a second press on the same one finds what the first has made."""
    search = SearchVectorField(null=True, editable=False)

    objects: ClassVar[ConsultationQuerySet] = ConsultationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("相談")
        verbose_name_plural = _("相談")
        ordering = ["-received_at", "-pk"]
        indexes = [
            GinIndex(fields=["search"], name="consultation_search"),
            models.Index(fields=["-received_at", "-id"], name="consultation_newest"),
            models.Index(fields=["due_at"], condition=~Q(status="closed"), name="consultation_due"),
            # The centre's own inbox, in the order of its first page.
            models.Index(
                fields=["due_at", "received_at", "id"],
                condition=~Q(status="closed") & Q(ward_centre__isnull=True),
                name="consultation_inbox",
            ),
            models.Index(fields=["ward_centre", "-received_at", "-id"], name="consultation_of_office"),
            models.Index(
                fields=["closed_at"], condition=Q(anonymised_at__isnull=True), name="consultation_to_forget"
            ),
            models.Index(
                fields=["follow_up_on"],
                condition=Q(follow_up_on__isnull=False),
                name="consultation_follow_up",
            ),
            models.Index(
                fields=["reopening_asked_at"],
                condition=Q(reopening_asked_at__isnull=False),
                name="consultation_reopening",
            ),
            models.Index(
                fields=["unanswered_since"],
                condition=Q(unanswered_since__isnull=False),
                name="consultation_unanswered",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(status="closed", closed_at__isnull=False) & ~Q(outcome=""))
                | (~Q(status="closed") & Q(closed_at__isnull=True, outcome="", outcome_text="")),
                name="consultation_closed_has_time_and_outcome",
            ),
            models.CheckConstraint(
                condition=(Q(status="closed") & (~Q(outcome_text="") | Q(anonymised_at__isnull=False)))
                | ~Q(status="closed"),
                name="consultation_closed_has_words",
                violation_error_message=_("結果を文で書いてください。"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["received", "closed"]) | Q(assignee__isnull=False),
                name="consultation_in_hand_has_assignee",
            ),
            models.CheckConstraint(
                condition=~Q(status="received") | Q(assignee__isnull=True),
                name="consultation_received_has_no_assignee",
            ),
            models.CheckConstraint(
                condition=(Q(status="waiting", due_at__isnull=True) & ~Q(waiting_for=""))
                | (~Q(status="waiting") & Q(waiting_for="", days_left__isnull=True)),
                name="consultation_waits_for_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | Q(due_at__isnull=True),
                name="consultation_closed_has_no_deadline",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | (~Q(duplicate_of=F("pk")) & Q(status="closed")),
                name="consultation_duplicate_is_closed",
            ),
            models.CheckConstraint(
                condition=(Q(anonymised_at__isnull=True) & ~Q(subject=""))
                | Q(
                    anonymised_at__isnull=False,
                    status="closed",
                    subject="",
                    text="",
                    outcome_text="",
                    next_step="",
                ),
                name="consultation_anonymised_keeps_no_words",
            ),
        ]

    def __str__(self) -> str:
        """Without the subject: this reaches logs, breadcrumbs and the admin's record of changes."""
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("consultation", args=[self.reference])

    @property
    def is_open(self) -> bool:
        return self.status != self.Status.CLOSED

    @property
    def title(self) -> str:
        return self.subject or gettext("（消去しました）")


class AccessQuerySet(models.QuerySet["Access"]):
    def of_office(self, ward_centre_id: int | None) -> "AccessQuerySet":
        """None asks for the centre itself."""
        if ward_centre_id is None:
            return self.filter(ward_centre__isnull=True)
        return self.filter(ward_centre_id=ward_centre_id)


class Access(models.Model):
    """An office may see a consultation (閲覧できる窓口): because it has it in hand, or through a referral.

    Derived rows, written by actions.access alone, so that one join answers who sees what.
    """

    class Level(models.TextChoices):
        OWNER = "owner", _("受け持ち")
        SUMMARY = "summary", _("要約だけ")
        FULL = "full", _("内容")
        READ_ONLY = "read_only", _("その後だけ")

    READS = (Level.OWNER, Level.FULL)
    """Who reads the text, the contact and what was said; the others see a referral's summary, status and outcome."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="accesses")
    ward_centre = models.ForeignKey(
        "centre.WardCentre", models.PROTECT, related_name="+", null=True, blank=True
    )
    """None is the centre itself."""
    level = models.CharField(_("範囲"), max_length=10, choices=Level.choices)

    objects: ClassVar[AccessQuerySet] = AccessQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("閲覧できる窓口")
        verbose_name_plural = _("閲覧できる窓口")
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "ward_centre"], nulls_distinct=False, name="access_once_per_office"
            ),
            models.UniqueConstraint(
                fields=["consultation"], condition=Q(level="owner"), name="access_one_owner"
            ),
        ]
        indexes = [models.Index(fields=["ward_centre", "consultation"], name="access_of_office")]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.ward_centre_id or '-'} {self.level}"


class WishedTime(models.Model):
    """One of up to three times the person would like to come or to be called (希望日時), within opening hours."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="wished_times")
    rank = models.PositiveSmallIntegerField(_("希望順"))
    begins_at = models.DateTimeField(_("希望日時"))

    class Meta:
        verbose_name = _("希望日時")
        verbose_name_plural = _("希望日時")
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "rank"], name="wished_time_rank_once"),
            models.CheckConstraint(condition=Q(rank__range=(1, 3)), name="wished_time_rank_1_to_3"),
        ]

    def __str__(self) -> str:
        return f"{self.rank} {self.begins_at}"
