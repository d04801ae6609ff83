from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from kyodo import clock
from kyodo.db import models


class SignInQuerySet(models.QuerySet["SignIn"]):
    def visible_to(self, user: User) -> "SignInQuerySet":
        """Managers look after all accounts."""
        return self if user.is_active and user.role == User.Role.MANAGER else self.none()


class SignIn(models.Model):
    """Somebody signed in, or was refused (ログインの記録): what managers look at when something seems odd.

    Of an address that no account has, only that it was tried: people type passwords into the wrong field.
    """

    class Outcome(models.TextChoices):
        SIGNED_IN = "signed_in", _("ログインした")
        WRONG_PASSWORD = "wrong_password", _("パスワードかメールアドレスが違った")
        MADE_TO_WAIT = "made_to_wait", _("続けて試したため、待ってもらった")
        WRONG_FACTOR = "wrong_factor", _("二段階認証を通らなかった")
        LEFT_IDLE = "left_idle", _("操作がなく、ログアウトした")

    user = models.ForeignKey(
        User, models.CASCADE, related_name="sign_ins", verbose_name=_("利用者"), null=True, blank=True
    )
    outcome = models.CharField(_("結果"), max_length=16, choices=Outcome.choices)
    happened_at = models.DateTimeField(_("日時"), default=clock.now)
    address = models.CharField(_("接続元（IPアドレス）"), max_length=45)
    browser = models.CharField(_("端末"), max_length=200, blank=True)
    is_own_device = models.BooleanField(_("前にログインした端末"), default=False)

    objects = SignInQuerySet.as_manager()

    class Meta:
        verbose_name = _("ログインの記録")
        verbose_name_plural = _("ログインの記録")
        ordering = ["-happened_at", "-pk"]
        indexes = [models.Index(fields=["-happened_at", "-id"], name="sign_in_newest")]

    def __str__(self) -> str:
        return f"{self.happened_at} {self.get_outcome_display()}"
