from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class KyodoConfig(AppConfig):
    name = "kyodo"
    default = True


class AdminConfig(admin_apps.AdminConfig):
    """The one admin site of the house; apps register with django.contrib.admin as usual."""

    default = False
    default_site = "kyodo.admin_site.AdminSite"
