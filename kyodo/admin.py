"""What libraries would put into the admin and staff have no use for."""

from django.contrib import admin
from procrastinate.contrib.django.models import ProcrastinateJob

# Its list is for programmers and styled inline, which the Content-Security-Policy forbids. Mails have a list of their own.
admin.site.unregister(ProcrastinateJob)
