"""The page of whoever asked. Without an account it opens by a code; whether there is such a consultation shows nowhere."""

from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from consultations.actions import entries, page_codes
from consultations.actions import person as actions
from consultations.actions.readings import What, record_reading
from consultations.forms.ask import AddressForm, CodeForm, MessageForm
from consultations.models import Attachment, Consultation
from consultations.queries import person_page as queries
from consultations.requests import Opened, leave, open_for_a_while, opened
from consultations.rules import rights
from consultations.tasks.people import send_page_code
from kyodo import files, jobs, ratelimit, references
from kyodo.body_size import takes_files_from_anybody

Response = TypeVar("Response", bound=HttpResponseBase)

UNPROCESSABLE, FORBIDDEN, TOO_MANY = 422, 403, 429
QUARTER = 15 * 60
A_DAY = 24 * 3600
MOST_OF_TICKET = 40
CODES_A_QUARTER, CODES_A_DAY = 3, 6
"""That one visitor may ask for of one number: fewer than a consultation mails (actions.page_codes), so that nobody alone
keeps another from getting theirs."""
CODES_OF_ALL_NUMBERS = 10
"""In a quarter: an office of several people behind one address has so many at once; who tries numbers has not enough."""
TRIES_OF_ALL_NUMBERS = 30
"""In a quarter, of one visitor; the tries of one code are counted with it."""


@login_not_required
@never_cache
@require_safe
def consultation(request: HttpRequest, reference: str) -> HttpResponse:
    number = _number(reference)
    if number != reference:
        return redirect("consultation", number)
    found = opened(request, reference)
    if found is not None:
        return _page(request, found, MessageForm())
    if (desk := _desk_of(request, reference)) is not None:
        return redirect(desk)
    return _door(request, reference, ticket=request.GET.get("sent"))


@login_not_required
@never_cache
@require_POST
def request_code(request: HttpRequest, reference: str) -> HttpResponse:
    """The same answer, in the same time, whatever was typed: the mail itself is written elsewhere, or not at all."""
    number = _number(reference)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _door(request, number, address=form, status=UNPROCESSABLE)
    if not _may_ask_for_code(request, number):
        return ratelimit.too_many(request, seconds=QUARTER)
    fitting = Consultation.objects.filter(
        reference=number, contact__email__iexact=form.cleaned_data["email"], contact__may_mail=True
    )
    ticket = page_codes.new_ticket()
    jobs.defer(
        send_page_code,
        consultation_id=fitting.values_list("pk", flat=True).first() or 0,
        ticket=page_codes.ticket_hash(ticket, number),
    )
    return redirect(reverse("consultation", args=[number]) + "?" + urlencode({"sent": ticket}))


@login_not_required
@never_cache
@require_POST
def use_code(request: HttpRequest, reference: str) -> HttpResponse:
    number, ticket = _number(reference), request.POST.get("ticket", "")
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _door(request, number, ticket=ticket, code=form, status=UNPROCESSABLE)
    if not ratelimit.allow_address(request, "page-code-try", times=TRIES_OF_ALL_NUMBERS, seconds=QUARTER):
        return ratelimit.too_many(request, seconds=QUARTER)
    try:
        found = page_codes.use_code(reference=number, code=form.cleaned_data["code"], ticket=ticket)
    except ValidationError as refused:
        form.add_error("code", refused)
        return _door(request, number, ticket=ticket, code=form, status=UNPROCESSABLE)
    open_for_a_while(request, found)
    return redirect("consultation", number)


@login_not_required
@never_cache
@takes_files_from_anybody
@require_POST
@ratelimit.limit("consultation-message", times=60, seconds=3600)
def write(request: HttpRequest, reference: str) -> HttpResponse:
    """Something more to say. Whoever stayed away too long keeps what they wrote, and is asked for a code again."""
    number = _number(reference)
    found = opened(request, number)
    if found is None:
        return _door(request, number, kept=request.POST.get("text", ""), status=FORBIDDEN)
    form = MessageForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            entries.receive_message(
                consultation=found.consultation, message=form.cleaned_data["text"], accepted=form.accepted
            )
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("送りました。担当が読んで、お返事します。"))
            return redirect("consultation", number)
    return _page(request, found, form, status=UNPROCESSABLE)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    number = _number(reference)
    found = opened(request, number)
    if found is None or not found.consultation.is_open:
        return redirect("consultation", number)
    if request.method == "POST":
        try:
            actions.withdraw(consultation=found.consultation)
        except ValidationError as refused:
            messages.error(request, refused.messages[0])
        else:
            messages.success(request, _("相談を取り下げました。"))
        return redirect("consultation", number)
    context = {"consultation": found.consultation}
    return _hidden(render(request, "consultations/withdraw.html", context))


@login_not_required
@never_cache
@takes_files_from_anybody
@require_POST
@ratelimit.limit("consultation-message", times=60, seconds=3600)
def ask_for_reopening(request: HttpRequest, reference: str) -> HttpResponse:
    """Not solved: staff look at it again. With words and papers, or without."""
    number = _number(reference)
    found = opened(request, number)
    if found is None:
        return _door(request, number, kept=request.POST.get("text", ""), status=FORBIDDEN)
    form = MessageForm(request.POST, request.FILES)
    says_more = bool(request.POST.get("text", "").strip() or request.FILES)
    if says_more and not form.is_valid():
        return _page(request, found, form, status=UNPROCESSABLE)
    try:
        if says_more:
            entries.receive_message(
                consultation=found.consultation, message=form.cleaned_data["text"], accepted=form.accepted
            )
        else:
            actions.ask_for_reopening(consultation=found.consultation)
    except ValidationError as refused:
        form = MessageForm(initial={"text": request.POST.get("text", "")})
        messages.error(request, refused.messages[0])
        return _page(request, found, form, status=UNPROCESSABLE)
    messages.success(request, _("受け取りました。担当がもう一度確かめて、お返事します。"))
    return redirect("consultation", number)


@login_not_required
@never_cache
@require_POST
def close_page(request: HttpRequest, reference: str) -> HttpResponse:
    """For a screen that others use as well."""
    leave(request, _number(reference))
    messages.success(request, _("この端末では、相談のページを閉じました。"))
    return redirect("consult")


@login_not_required
@require_safe
def attachment(request: HttpRequest, reference: str, pk: int) -> FileResponse:
    found = opened(request, _number(reference))
    if found is None or pk not in queries.files_of(found.consultation):
        raise Http404
    file = get_object_or_404(Attachment, pk=pk)
    answer = _hidden(files.download(file.file, name=file.name, content_type=file.content_type))
    record_reading(consultation=found.consultation, what=What.FILE, by=found.by, reader=found.reader)
    return answer


# ── What they share ──────────────────────────────────────────────────────────────────────────────────────────────


def _page(request: HttpRequest, found: Opened, form: MessageForm, status: int = 200) -> HttpResponse:
    page = queries.person_page(found.consultation)
    record_reading(consultation=found.consultation, what=What.PAGE, by=found.by, reader=found.reader)
    context = {"page": page, "consultation": found.consultation, "form": form, "is_by_code": found.is_by_code}
    return _hidden(render(request, "consultations/consultation.html", context, status=status))


def _door(
    request: HttpRequest,
    reference: str,
    *,
    ticket: str | None = None,
    address: AddressForm | None = None,
    code: CodeForm | None = None,
    kept: str = "",
    status: int = 200,
) -> HttpResponse:
    """The same for every number. With a ticket, if only an empty one, it asks for the code as well."""
    context: dict[str, Any] = {
        "reference": reference,
        "is_sent": ticket is not None,
        "ticket": (ticket or "")[:MOST_OF_TICKET],
        "address": address or AddressForm(),
        "code": code or CodeForm(),
        "form": address if address else code,
        "kept": kept,
    }
    return _hidden(render(request, "consultations/door.html", context, status=status))


def _number(reference: str) -> str:
    """As we write it. What can't be a number of ours at all has no page."""
    number = references.normalise(reference)
    if len(number) != references.LENGTH:
        raise Http404
    return number


def _desk_of(request: HttpRequest, reference: str) -> str | None:
    """Staff who follow a link of ours land on the page they work with."""
    user = request.user
    if not (isinstance(user, User) and rights.has_office(user)):
        return None
    found = (
        Consultation.objects.visible_to(user).filter(reference=reference).values_list("pk", flat=True).first()
    )
    if found is None:
        return None
    if user.is_staff:
        return reverse("admin:consultations_consultation_change", args=[found])
    return reverse("ward_consultation", args=[reference])


def _may_ask_for_code(request: HttpRequest, reference: str) -> bool:
    """Counted for every number alike, so that nobody learns which there are; by visitor, so that nobody closes one for
    others. What is mailed is counted where it is mailed."""
    who = ratelimit.visitor(request)
    return (
        ratelimit.allow_address(request, "page-code", times=CODES_OF_ALL_NUMBERS, seconds=QUARTER)
        and ratelimit.allow("page-code", reference, who, times=CODES_A_QUARTER, seconds=QUARTER)
        and ratelimit.allow("page-code-day", reference, who, times=CODES_A_DAY, seconds=A_DAY)
    )


def _hidden(response: Response) -> Response:
    response["X-Robots-Tag"] = "noindex"
    return response
