from django.conf import settings
from django.urls import URLPattern, path

from kyodo.mail import views

urlpatterns: list[URLPattern] = [
    path(settings.TRACKING_PATH, views.tracking_webhook, name="mail_tracking_webhook")
]
