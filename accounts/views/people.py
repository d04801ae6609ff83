"""A person's own account: /my/profile/, /my/delete/, and the privacy notice everybody agrees to."""

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions import deletion, people
from accounts.forms.people import DeleteAccountForm, ProfileForm
from accounts.queries.people import deletion_page
from accounts.requests import person


@login_not_required
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """Says how long things are kept, as the settings of this site have it."""
    context = {
        "mail_days": settings.MAIL_BODY_DAYS,
        "mail_row_days": settings.MAIL_ROW_DAYS,
        "contact_days": settings.CONSULTATION_CONTACT_DAYS,
        "text_days": settings.CONSULTATION_TEXT_DAYS,
        "sign_in_days": settings.SIGN_IN_LOG_DAYS,
        "session_days": settings.SESSION_COOKIE_AGE // (24 * 3600),
    }
    return render(request, "accounts/privacy.html", context)


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user = person(request)
    initial = {"name": user.name, "name_kana": user.name_kana, "phone": user.phone}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        people.update_profile(user=user, by=user, **form.cleaned_data)
        messages.success(request, _("保存しました。"))
        return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})


@require_http_methods(["GET", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def delete_account(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = DeleteAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            deletion.delete_account(user=user, by=user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            logout(request)
            messages.success(request, _("退会しました。ご利用ありがとうございました。"))
            return redirect("home")
    return render(request, "accounts/delete_account.html", {"form": form, "page": deletion_page(user)})
