from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "kyodo.mail"
    label = "mail"
