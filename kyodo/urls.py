from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("kyodo.portal.urls")),
    path("", include("accounts.urls")),
    path("", include("spaces.urls")),
]
