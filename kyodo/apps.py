import django_stubs_ext
from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.core import checks

from kyodo.checks import scanner_takes_our_files

# Before any model or admin class is read; not in the settings, which `serve` reads without all this.
django_stubs_ext.monkeypatch()


class KyodoConfig(AppConfig):
    name = "kyodo"
    default = True

    def ready(self) -> None:
        checks.register(scanner_takes_our_files, deploy=True)


class AdminConfig(admin_apps.AdminConfig):
    """The one admin site of the house; apps register with django.contrib.admin as usual."""

    default = False
    default_site = "kyodo.admin_site.AdminSite"
