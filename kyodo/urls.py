from django.contrib import admin
from django.urls import include, path

from kyodo import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("kyodo.mail.urls")),
    path("", include("kyodo.portal.urls")),
    path("", include("accounts.urls")),
    path("", include("spaces.urls")),
    path("", include("consultations.urls")),
]

handler400 = "kyodo.portal.errors.bad_request"
handler500 = "kyodo.portal.errors.server_error"
