from django.urls import path

from kyodo.portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("robots.txt", views.robots, name="robots"),
    path("my/", views.my, name="my"),
    path("style/", views.style, name="style"),
]
