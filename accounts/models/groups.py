from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.matching import NameKey, PhoneKey
from kyodo import clock
from kyodo.db import models

if TYPE_CHECKING:
    from accounts.models.users import User


class GroupProfile(models.Model):
    """What a group says of itself: the same fields in its registration and in each application for it."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("団体")
        PROJECT_TEAM = "project_team", _("プロジェクトチーム")

    class LegalForm(models.TextChoices):
        VOLUNTARY = "voluntary", _("任意団体（法人格なし）")
        NPO = "npo", _("NPO法人")
        CERTIFIED_NPO = "certified_npo", _("認定NPO法人")
        GENERAL_ASSOCIATION = "general_association", _("一般社団・財団法人")
        PUBLIC_ASSOCIATION = "public_association", _("公益社団・財団法人")
        NEIGHBOURHOOD = "neighbourhood", _("自治会・町内会")
        SCHOOL = "school", _("学校・大学")
        COMPANY = "company", _("企業")
        OTHER = "other", _("その他")

    kind = models.CharField(_("登録の種類"), max_length=16, choices=Kind.choices, default=Kind.SINGLE)
    name = models.CharField(_("団体名"), max_length=100)
    name_kana = models.KanaField(_("団体名のふりがな"), max_length=150)
    legal_form = models.CharField(
        _("法人格など"), max_length=24, choices=LegalForm.choices, default=LegalForm.VOLUNTARY
    )
    purpose = models.TextField(_("活動の目的"), max_length=1000)
    activities = models.TextField(_("ふだんの活動"), max_length=2000, blank=True)
    fields = models.ManyToManyField("centre.ActivityField", verbose_name=_("活動分野"), related_name="+")
    wards = models.ManyToManyField("centre.Ward", verbose_name=_("活動する区"), related_name="+")
    members_count = models.PositiveIntegerField(_("会員数"), null=True)
    members_in_city_count = models.PositiveIntegerField(_("うち市内に在住・在勤・在学の人数"), null=True)
    founded_on = models.DateField(_("設立日"), null=True, blank=True)

    contact_name = models.CharField(_("連絡担当者"), max_length=60)
    contact_email = models.EmailField(_("連絡先メールアドレス"))
    contact_phone = models.PhoneField(_("連絡先電話番号"), max_length=20)
    postal_address = models.CharField(_("連絡先住所"), max_length=200, blank=True)
    website = models.URLField(_("ウェブサイト"), blank=True)

    class Meta:
        abstract = True


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, user: "User") -> "GroupQuerySet":
        """Centre staff see every group; other people the groups they belong to."""
        if user.is_staff:
            return self
        return self.filter(memberships__user_id=user.pk)

    def listed(self) -> "GroupQuerySet":
        """In the public directory: opted in, in force, not suspended."""
        return self.current().filter(is_listed=True)

    def current(self) -> "GroupQuerySet":
        return self.filter(status=Group.Status.ACTIVE, valid_until__gte=clock.today())


@pghistory.track(exclude=["search"])
class Group(GroupProfile):
    """A registered group (登録団体): a single group, or a project team of several parties."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("登録中")
        SUSPENDED = "suspended", _("利用停止")
        CLOSED = "closed", _("登録終了")

    class PublicField(models.TextChoices):
        """What a group may choose to show in the public directory beside its name."""

        PURPOSE = "purpose", _("活動の目的")
        ACTIVITIES = "activities", _("ふだんの活動")
        LEGAL_FORM = "legal_form", _("法人格など")
        MEMBERS = "members", _("会員数")
        FOUNDED = "founded_on", _("設立日")
        CONTACT_NAME = "contact_name", _("連絡担当者")
        CONTACT_EMAIL = "contact_email", _("メールアドレス")
        CONTACT_PHONE = "contact_phone", _("電話番号")
        WEBSITE = "website", _("ウェブサイト")

    number = models.CharField(_("登録番号"), max_length=16, unique=True)
    status = models.CharField(_("状態"), max_length=16, choices=Status.choices, default=Status.ACTIVE)
    registered_on = models.DateField(_("登録日"))
    valid_until = models.DateField(_("有効期限"), help_text=_("年度の末日（3月31日）までです。"))

    is_listed = models.BooleanField(_("団体一覧に載せる"), default=False)
    public_fields = ArrayField(
        models.CharField(max_length=16, choices=PublicField.choices),
        verbose_name=_("公開する項目"),
        default=list,
        blank=True,
    )
    search = SearchVectorField(null=True, editable=False)
    """Grams of what the directory may show; written by actions whenever the profile or the opt-in changes."""

    suspended_reason = models.TextField(_("利用停止の理由"), blank=True)
    staff_note = models.TextField(_("職員メモ"), blank=True)

    members = models.ManyToManyField("accounts.User", through="Membership", related_name="+")

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("登録団体")
        verbose_name_plural = _("登録団体")
        ordering = ["name_kana", "pk"]
        indexes = [
            GinIndex(fields=["search"], name="group_search"),
            models.Index(fields=["name_kana"], name="group_name_kana"),
            models.Index(fields=["valid_until", "status"], name="group_validity"),
            models.Index(fields=["name_kana", "id"], name="group_listed", condition=Q(is_listed=True)),
            # How many the directory has, without reading any of them.
            models.Index(
                fields=["valid_until"],
                name="group_listed_until",
                condition=Q(is_listed=True, status="active"),
            ),
            models.Index(NameKey("name"), name="group_name_key"),
            models.Index(NameKey("name_kana"), name="group_kana_key"),
            models.Index(PhoneKey("contact_phone"), name="group_phone_key"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("registered_on")),
                name="group_valid_after_registration",
                violation_error_message=_("有効期限は登録日より後にしてください。"),
            ),
            models.CheckConstraint(
                condition=Q(members_in_city_count__lte=F("members_count")),
                name="group_members_in_city_within_members",
                violation_error_message=_("市内の人数は会員数以下にしてください。"),
            ),
            models.CheckConstraint(
                condition=~Q(status="suspended") | ~Q(suspended_reason=""),
                name="group_suspension_has_reason",
                violation_error_message=_("利用停止には理由を書いてください。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("group", args=[self.number])

    @property
    def is_current(self) -> bool:
        """Registered and in force: may book today."""
        return self.status == self.Status.ACTIVE and self.valid_until >= clock.today()

    @property
    def state_name(self) -> str:
        """Where it stands, in a word: a registration that has run out never stands as one in force."""
        if self.status == self.Status.ACTIVE and not self.is_current:
            return gettext("期限切れ")
        return str(self.Status(self.status).label)

    def shows(self, field: str) -> bool:
        return self.is_listed and field in self.public_fields


class Party(models.Model):
    """One of the parties (構成団体) of a project team, of its application or of its registration."""

    application = models.ForeignKey(
        "Application", models.CASCADE, related_name="parties", null=True, blank=True
    )
    group = models.ForeignKey(Group, models.CASCADE, related_name="parties", null=True, blank=True)
    name = models.CharField(_("構成団体の名前"), max_length=100)
    role = models.CharField(_("役割"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("構成団体")
        verbose_name_plural = _("構成団体")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(application__isnull=False, group__isnull=True)
                | Q(application__isnull=True, group__isnull=False),
                name="party_of_application_or_group",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: "User") -> "MembershipQuerySet":
        if user.is_staff:
            return self
        return self.filter(group__memberships__user_id=user.pk)

    def may_book(self) -> "MembershipQuerySet":
        """Those who book, change and cancel in the group's name."""
        return self.filter(role__in=Membership.BOOKING_ROLES)


@pghistory.track()
class Membership(models.Model):
    """A person's place in a group (団体の構成員) and what they may do in its name."""

    class Role(models.TextChoices):
        REPRESENTATIVE = "representative", _("代表者")
        BOOKING_MANAGER = "booking_manager", _("予約担当")
        MEMBER = "member", _("メンバー")

    BOOKING_ROLES = (Role.REPRESENTATIVE, Role.BOOKING_MANAGER)

    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships", verbose_name=_("団体"))
    user = models.ForeignKey(
        "accounts.User", models.CASCADE, related_name="memberships", verbose_name=_("利用者")
    )
    role = models.CharField(_("役割"), max_length=16, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(_("参加日時"), default=clock.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("メンバー")
        verbose_name_plural = _("メンバー")
        ordering = ["group", "joined_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "user"],
                name="membership_once_per_group",
                violation_error_message=_("この人は、すでにメンバーです。"),
            ),
            models.UniqueConstraint(
                fields=["group"],
                condition=Q(role="representative"),
                name="membership_one_representative",
                violation_error_message=_("代表者は1人です。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.user}"

    @property
    def may_book(self) -> bool:
        return self.role in self.BOOKING_ROLES


class MemberChangeQuerySet(models.QuerySet["MemberChange"]):
    def visible_to(self, user: "User") -> "MemberChangeQuerySet":
        """The centre's staff: they undo it."""
        return self if user.is_staff else self.none()


class MemberChange(models.Model):
    """A change among a group's people that the centre can undo (メンバーの異動): the representative changed, or someone was
    put out. Kept as a row, so that undoing needs no guessing from the history."""

    class Kind(models.TextChoices):
        HANDED_OVER = "handed_over", _("代表者の交代")
        REMOVED = "removed", _("メンバーから外した")

    group = models.ForeignKey(Group, models.CASCADE, related_name="member_changes", verbose_name=_("団体"))
    kind = models.CharField(_("種類"), max_length=16, choices=Kind.choices)
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("対象の人"))
    """Who became the representative, or was put out."""
    former_role = models.CharField(_("それまでの役割"), max_length=16, choices=Membership.Role.choices)
    former_representative = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        related_name="+",
        verbose_name=_("それまでの代表者"),
        null=True,
        blank=True,
    )
    changed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(_("日時"), default=clock.now)
    undone_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", null=True, blank=True)
    undone_at = models.DateTimeField(_("元に戻した日時"), null=True, blank=True)

    objects = MemberChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("メンバーの異動")
        verbose_name_plural = _("メンバーの異動")
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="member_change_undone_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(kind="handed_over") | Q(former_representative__isnull=True),
                name="member_change_former_representative_of_hand_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.get_kind_display()}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def unanswered(self) -> "InvitationQuerySet":
        """Neither accepted nor taken back; their time may be over."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def open(self, now: datetime) -> "InvitationQuerySet":
        return self.unanswered().filter(expires_at__gt=now)


class Invitation(models.Model):
    """An invitation by mail (招待) to join a group; good once, for a while, until revoked."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("メールアドレス"))
    role = models.CharField(
        _("役割"), max_length=16, choices=Membership.Role.choices, default=Membership.Role.MEMBER
    )
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(_("有効期限"))
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("招待")
        verbose_name_plural = _("招待")
        ordering = ["-invited_at"]
        constraints = [
            models.UniqueConstraint(
                "group",
                Lower("email"),
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open_per_email",
                violation_error_message=_("この人には、すでに招待を送っています。"),
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_accepted_or_revoked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.email}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > clock.now()


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: "User") -> "DocumentQuerySet":
        """Centre staff (what has been handed in), the applicant, and those who book for the group."""
        if user.is_staff:
            return self.exclude(application__status="draft", group__isnull=True)
        managing = Membership.objects.may_book().filter(user_id=user.pk).values("group_id")
        return self.filter(
            Q(application__applicant_id=user.pk, application__type="new")
            | Q(group_id__in=managing)
            | Q(application__group_id__in=managing)
        )

    def current(self) -> "DocumentQuerySet":
        """Those that count: not replaced after the application was sent back."""
        return self.filter(replaced_at__isnull=True)


class Document(models.Model):
    """A paper (書類) handed in with an application: bylaws, activity plan, last year's report. Private."""

    class Kind(models.TextChoices):
        BYLAWS = "bylaws", _("定款・会則・規約")
        PLAN = "plan", _("活動計画")
        REPORT = "report", _("前年度の活動報告")
        OTHER = "other", _("その他")

    application = models.ForeignKey(
        "Application", models.PROTECT, related_name="documents", null=True, blank=True
    )
    group = models.ForeignKey(Group, models.PROTECT, related_name="documents", null=True, blank=True)
    kind = models.CharField(_("種類"), max_length=16, choices=Kind.choices)
    file = models.FileField(_("ファイル"), upload_to="documents/", max_length=200)
    filename = models.CharField(_("ファイル名"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("大きさ（バイト）"))
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("受付日時"), default=clock.now)
    replaced_at = models.DateTimeField(_("差し替えた日時"), null=True, blank=True)
    """What was handed in stays, told apart, when another takes its place after the application was sent back."""

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("書類")
        verbose_name_plural = _("書類")
        ordering = ["kind", "-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(application__isnull=False) | Q(group__isnull=False),
                name="document_belongs_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return self.filename
