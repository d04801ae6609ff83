from django.apps import AppConfig


class CentreConfig(AppConfig):
    name = "kyodo.centre"
    label = "centre"
