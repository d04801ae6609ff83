"""What people at work are told of by mail, and how: /my/notices/."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.notices import choose
from accounts.forms.notices import NoticesForm
from accounts.queries.notices import choices_of
from accounts.requests import person


@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    user = person(request)
    choices = choices_of(user)
    if not choices:
        raise PermissionDenied
    form = NoticesForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        choose(user=user, choices=form.cleaned_data, by=user)
        messages.success(request, _("保存しました。"))
        return redirect("notices")
    return render(request, "accounts/notices.html", {"form": form})
