from typing import Any, ClassVar

import pghistory
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kyodo import clock
from kyodo.db import models


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, role=User.Role.MANAGER, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account (利用者): a citizen, a ward centre's officer, or one of the centre's staff."""

    class Role(models.TextChoices):
        CITIZEN = "citizen", _("市民")
        WARD = "ward", _("区の活動支援センター職員")
        RECEPTION = "reception", _("受付")
        COORDINATOR = "coordinator", _("コーディネーター")
        MANAGER = "manager", _("管理者")

    CENTRE_ROLES = (Role.RECEPTION, Role.COORDINATOR, Role.MANAGER)

    email = models.EmailField(_("メールアドレス"), max_length=254)
    name = models.CharField(_("お名前"), max_length=60, blank=True)
    name_kana = models.KanaField(_("ふりがな"), max_length=60, blank=True)
    phone = models.PhoneField(_("電話番号"), max_length=20, blank=True)

    role = models.CharField(_("役割"), max_length=16, choices=Role.choices, default=Role.CITIZEN)
    ward_centre = models.ForeignKey(
        "centre.WardCentre", models.PROTECT, verbose_name=_("所属する区のセンター"), null=True, blank=True
    )

    is_active = models.BooleanField(_("有効"), default=True)
    joined_at = models.DateTimeField(_("登録日時"), default=clock.now)
    deleted_at = models.DateTimeField(_("退会日時"), null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("利用者")
        verbose_name_plural = _("利用者")
        # A dozen of thousands: most pages of staff name their colleagues.
        indexes = [models.Index(fields=["role"], condition=~Q(role="citizen"), name="user_at_work")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("このメールアドレスは、すでに使われています。"),
            ),
            models.CheckConstraint(
                condition=Q(role="ward", ward_centre__isnull=False)
                | (~Q(role="ward") & Q(ward_centre__isnull=True)),
                name="user_ward_officer_has_ward_centre",
                violation_error_message=_(
                    "区のセンター職員には所属センターを選び、ほかの役割では空にしてください。"
                ),
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(is_active=False, name="", name_kana="", phone=""),
                name="user_deleted_keeps_no_name",
                violation_error_message=_("退会した人のお名前は残せません。"),
            ),
        ]

    def __str__(self) -> str:
        if self.deleted_at:
            return gettext("退会した人")
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Of the centre's staff: the only people who enter the admin site."""
        return self.role in self.CENTRE_ROLES

    @property
    def is_ward_officer(self) -> bool:
        return self.role == self.Role.WARD

    @property
    def needs_second_factor(self) -> bool:
        """Whoever reads what people told in confidence: the centre's staff, and the ward centres'."""
        return self.is_staff or self.is_ward_officer

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)
