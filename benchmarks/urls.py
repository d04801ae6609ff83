from django.urls import path

from benchmarks.reference import reference
from kyodo.urls import urlpatterns as site

urlpatterns = [path("benchmark-reference/", reference), *site]
