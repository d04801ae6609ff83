from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "kyodo.portal"
    label = "portal"
