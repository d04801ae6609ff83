from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("利用者と団体")

    def ready(self) -> None:
        # allauth tells of a new second factor, and of one that was refused, by signal only.
        second_factor = import_module("accounts.second_factor")
        signals = import_module("allauth.mfa.signals")
        import_module("accounts.viewers").register()
        notices = import_module("accounts.notices")
        notices.register(notices.APPLICATION)
        notices.register(notices.MEMBER_CHANGE)
        signals.authenticator_added.connect(second_factor.count_new_factor, dispatch_uid="count_new_factor")
        signals.authentication_failed.connect(
            second_factor.record_refusal, dispatch_uid="record_refused_factor"
        )
