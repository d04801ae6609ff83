"""Where allauth asks us: who signs up, what its mails say and where their links lead."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import joining, sign_in_limits
from accounts.actions import sign_ins
from accounts.models import SignIn, User
from kyodo import ratelimit
from kyodo.centre.queries import current_centre

if TYPE_CHECKING:
    from allauth.account.models import EmailConfirmation
    from django.forms import BaseForm


@dataclass(frozen=True)
class Site:
    """What allauth's templates know of the site: the centre's name and the address people type."""

    name: str
    domain: str


def waiting_time(seconds: int) -> str:
    hours = seconds // sign_in_limits.HOUR
    if hours:
        return gettext("%(hours)s時間") % {"hours": hours}
    return gettext("%(minutes)s分") % {"minutes": seconds // sign_in_limits.MINUTE}


def _email(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or "")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("このアカウントは、いま使えません。"),
        "email_password_mismatch": _("メールアドレスかパスワードが違います。"),
        "enter_current_password": _("いまのパスワードを入れてください。"),
        "incorrect_password": _("パスワードが違います。"),
        "incorrect_code": _("コードが違います。"),
        "too_many_login_attempts": _(
            "何度も続けて試されたため、しばらく止めています。長くて%(wait)sたつと、また試せます。"
            "お急ぎのときは、パスワードを決めなおしてください。"
        ),
        "email_taken": _("このメールアドレスは使えません。"),
        "duplicate_email": _("このメールアドレスは、すでにあなたのアカウントにあります。"),
        "invalid_password_reset": _("このリンクは使えません。もう一度、再設定のメールを送ってください。"),
        "same_as_current": _("いまと違うものを入れてください。"),
        "rate_limited": _("操作が続いたため、しばらく止めています。時間をおいて試してください。"),
    }

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: "BaseForm", commit: bool = True
    ) -> AbstractBaseUser:
        user.name = form.cleaned_data["name"]  # type: ignore[attr-defined]
        user.name_kana = form.cleaned_data["name_kana"]  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                return super().save_user(request, user, form, commit)
        except IntegrityError as error:
            # The same address signed up in the same moment. The answer is the one everybody gets.
            raise ImmediateHttpResponse(redirect("account_email_verification_sent")) from error

    def unstash_verified_email(self, request: HttpRequest) -> str | None:
        """What an invitation's link has proved counts for that address alone: another one that is typed instead is
        confirmed by mail, like everybody's."""
        shown = joining.address_shown(request)
        typed = request.POST.get("email", "").strip().lower()
        return shown if shown and shown.lower() == typed else None

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, *, redirect_url: str | None, **options: Any
    ) -> HttpResponse:
        """Whoever pressed 参加する before they signed in or up joins at the end."""
        group = joining.complete(request, user, redirect_url) if isinstance(user, User) else None
        if group is not None:
            redirect_url = group.get_absolute_url()
        return super().post_login(request, user, redirect_url=redirect_url, **options)

    # ── How often a password is tried (accounts.sign_in_limits); allauth's own count would stop the owner too ────────

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        wait = sign_in_limits.count_attempt(request, _email(credentials))
        if wait is not None:
            self._record(request, SignIn.Outcome.MADE_TO_WAIT, _email(credentials))
            raise ValidationError(
                self.error_messages["too_many_login_attempts"] % {"wait": waiting_time(wait)},
                code="too_many_login_attempts",
            )

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None:
            sign_in_limits.take_back(request, _email(credentials))
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self._record(request, SignIn.Outcome.WRONG_PASSWORD, _email(credentials))

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        self._record(request, SignIn.Outcome.SIGNED_IN, user.get_username())

    def _record(self, request: HttpRequest, outcome: SignIn.Outcome, email: str) -> None:
        sign_ins.record_sign_in(request=request, outcome=outcome, email=email)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth calls this when somebody has chosen a new password by a link in a mail."""
        sign_in_limits.begin_anew(_email(credentials))

    def get_client_ip(self, request: HttpRequest) -> str:
        """The same rule as for our own limits, so that no header helps past either."""
        return ratelimit.address(request)

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        """At sign-up allauth knows the address alone; the name was typed beside it."""
        if isinstance(user, User) and user._state.adding:
            user.name = self.request.POST.get("name", "")
            user.name_kana = self.request.POST.get("name_kana", "")
        return str(super().clean_password(password, user))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Without a wish of their own, everybody lands on the page their day begins with."""
        user = request.user
        if isinstance(user, User) and user.is_staff:
            return reverse(settings.STAFF_HOME)
        if isinstance(user, User) and user.is_ward_officer:
            return reverse(settings.WARD_HOME)
        return str(super().get_login_redirect_url(request))

    # Links in mails lead to the address of the site, whatever host name the request came by.

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: "EmailConfirmation") -> str:
        """With where the person was going: the mail may be opened on another device."""
        address = settings.BASE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])
        goal = request.POST.get("next") or request.GET.get("next") or ""
        if goal and self.is_safe_url(goal):
            return f"{address}?{urlencode({'next': goal})}"
        return address

    def get_reset_password_from_key_url(self, key: str) -> str:
        uidb36, _separator, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
        return settings.BASE_URL + path

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        centre = current_centre()
        site = Site(name=centre.name, domain=urlsplit(settings.BASE_URL).netloc)
        links = {
            "signup_url": settings.BASE_URL + reverse("account_signup"),
            "password_reset_url": settings.BASE_URL + reverse("account_reset_password"),
        }
        # A link made for this very mail (the key of a reset) stays.
        if template_prefix.endswith("password_reset_key"):
            links.pop("password_reset_url")
        frame = {"centre": centre, "current_site": site, "base_url": settings.BASE_URL}
        self.render_mail(template_prefix, email, {"email": email, **context, **links, **frame}).send()


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("職員は、確認の方法を1つは残してください。"),
        "incorrect_code": _("コードが違います。"),
    }

    def get_totp_issuer(self) -> str:
        return current_centre().name

    def _get_site_name(self) -> str:
        return current_centre().name

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff and ward officers keep one way to prove themselves; recovery codes alone don't count."""
        if not (settings.REQUIRE_STAFF_MFA and authenticator.user.needs_second_factor):
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())
