from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class KyodoConfig(AppConfig):
    name = "kyodo"
    default = True


class AdminConfig(DjangoAdminConfig):
    """The one admin site of the house; apps register with django.contrib.admin as usual."""

    default_site = "kyodo.admin_site.AdminSite"
