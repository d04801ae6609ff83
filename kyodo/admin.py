"""What libraries would put into the admin and staff have no use for."""

from django.contrib import admin
from django.contrib.auth.models import Group
from procrastinate.contrib.django.models import ProcrastinateJob

# Its list is for programmers and styled inline, which the Content-Security-Policy forbids. Mails have a list of their own.
admin.site.unregister(ProcrastinateJob)
# Rights come from the roles of accounts; a Django group with the same Japanese name would only be mistaken for one of ours.
admin.site.unregister(Group)
