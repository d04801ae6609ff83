"""Mails that came in: the queue of those that no address could place, and each of them with what can be done."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts import requests
from accounts.models import User
from consultations.actions import readings
from consultations.actions.inbound import placing
from consultations.forms.staff.inbound import MOST_WORDS, IgnoreForm, PlaceForm, StartForm
from consultations.models import Consultation, InboundFile, InboundMail
from consultations.queries import inbound as queries
from consultations.rules import rights
from consultations.rules.inbound import quotes
from kyodo import files, staff_pages
from kyodo.scanning import Verdict

State = InboundMail.State
TABS = (State.QUEUED, State.IGNORED, State.MATCHED)
BINARY = "application/octet-stream"
NOT_GIVEN_OUT = {
    Verdict.INFECTED: gettext_lazy("「%(name)s」からウイルスが見つかったので、保存できません。"),
    Verdict.UNCHECKED: gettext_lazy(
        "いまは「%(name)s」にウイルスがないか確かめられません。しばらくしてからもう一度どうぞ。"
    ),
}
# Three forms on one page: their fields must not share an id.
PLACE, START, IGNORE = "place_%s", "start_%s", "ignore_%s"


@require_GET
def mails(request: HttpRequest) -> HttpResponse:
    user = _handler(request)
    state = request.GET.get("state", "")
    state = state if state in State.values else State.QUEUED.value
    return staff_pages.page(
        request,
        "consultations/staff/inbound.html",
        _("届いたメール"),
        page_of_mails=queries.mails(user, state, request.GET.get("page", "")),
        tabs=[(one, one.label, one.value == state) for one in TABS],
        state=state,
    )


@require_GET
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    user = _handler(request)
    return _show(request, user, _mail(user, pk))


@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    user = _handler(request)
    found = _mail(user, pk)
    form = PlaceForm(request.POST, auto_id=PLACE)

    def step() -> HttpResponse:
        reference = form.cleaned_data["reference"]
        into = Consultation.objects.visible_to(user).filter(reference=reference).first()
        if into is None:
            raise ValidationError(_("この受付番号の相談は見つかりません。"), code="consultation")
        placed = placing.place(inbound=found, seen=form.cleaned_data["seen"], consultation=into, by=user)
        messages.success(request, _("相談 %(reference)s に入れました。") % {"reference": placed.about})
        return redirect("admin:consultations_inbound")

    return _take(request, user, found, form, "place", step)


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    user = _handler(request)
    found = _mail(user, pk)
    form = StartForm(request.POST, auto_id=START)

    def step() -> HttpResponse:
        consultation = placing.start_consultation(
            inbound=found,
            seen=form.cleaned_data["seen"],
            question=form.question(),
            contact=form.contact(),
            by=user,
            takes_it=form.cleaned_data["takes_it"],
            tells_person=form.cleaned_data["tells_person"],
        )
        messages.success(
            request, _("新しい相談 %(reference)s にしました。") % {"reference": consultation.reference}
        )
        return redirect("admin:consultations_consultation_change", consultation.pk)

    return _take(request, user, found, form, "start", step)


@require_POST
def ignore(request: HttpRequest, pk: int) -> HttpResponse:
    user = _handler(request)
    found = _mail(user, pk)
    form = IgnoreForm(request.POST, auto_id=IGNORE)

    def step() -> HttpResponse:
        placing.ignore(
            inbound=found, seen=form.cleaned_data["seen"], reason=form.cleaned_data["reason"], by=user
        )
        messages.success(request, _("「相談ではない」に移しました。"))
        return redirect("admin:consultations_inbound")

    return _take(request, user, found, form, "ignore", step)


@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Never under the type that the mail claims: it is nothing we know. And not before the scanner has seen it."""
    user = _handler(request)
    found = get_object_or_404(InboundFile.objects.visible_to(user).select_related("inbound__about"), pk=pk)
    sentence = NOT_GIVEN_OUT.get(files.look(found.file))
    if sentence:
        messages.error(request, sentence % {"name": found.name})
        return redirect("admin:consultations_inbound_mail", found.inbound_id)
    _note_reading(user, found.inbound, readings.What.FILE)
    return files.download(found.file, name=found.name, content_type=BINARY)


@require_GET
def original(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail as it came, for a mail programme. Given out whatever is in it: nothing else shows all that was sent."""
    user = _handler(request)
    seen = InboundMail.objects.visible_to(user).select_related("original", "about")
    found = get_object_or_404(seen.filter(original__isnull=False), pk=pk)
    _note_reading(user, found, readings.What.FILE)
    response = HttpResponse(bytes(found.original.content), content_type=BINARY)
    response["Content-Disposition"] = f'attachment; filename="mail-{found.pk}.eml"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


# ── What the views share ─────────────────────────────────────────────────────────────────────────────────────────


def _handler(request: HttpRequest) -> User:
    user = requests.staff(request)
    if not rights.can_handle_inbound(user):
        raise PermissionDenied
    return user


def _mail(user: User, pk: int) -> InboundMail:
    seen = InboundMail.objects.visible_to(user).select_related("about__duplicate_of", "handled_by", "entry")
    return get_object_or_404(
        seen.defer("about__search", "about__duplicate_of__search", "entry__search"), pk=pk
    )


def _take(
    request: HttpRequest,
    user: User,
    found: InboundMail,
    form: forms.Form,
    name: str,
    step: Callable[[], HttpResponse],
) -> HttpResponse:
    """One step; refused, the page shows what was typed and why it could not be done."""
    if form.is_valid():
        try:
            return step()
        except ValidationError as refusal:
            if refusal.code == "handled":
                staff_pages.tell(request, refusal)
                return redirect("admin:consultations_inbound_mail", found.pk)
            form.add_error(None, refusal)
    return _show(request, user, found, **{name: form})


def _show(request: HttpRequest, user: User, found: InboundMail, **refused: forms.Form) -> HttpResponse:
    shown = queries.mail_page(user, found)
    opened: dict[str, forms.Form] = {}
    if shown.is_open:
        seen = {"seen": found.state}
        opened = {
            "place": PlaceForm(initial=seen, auto_id=PLACE),
            "start": StartForm(initial=seen | _initial(found), auto_id=START),
            "ignore": IgnoreForm(initial=seen, auto_id=IGNORE),
        }
    if request.method == "GET":
        _note_reading(user, found, readings.What.PAGE)
    return staff_pages.page(
        request,
        "consultations/staff/inbound_mail.html",
        _("届いたメール %(number)s") % {"number": found.pk},
        status=422 if refused else 200,
        shown=shown,
        mail=found,
        up=reverse("admin:consultations_inbound"),
        **(opened | (refused if shown.is_open else {})),
    )


def _initial(found: InboundMail) -> dict[str, object]:
    return {
        "subject": found.subject[:100],
        "text": quotes.own_words(found.text)[:MOST_WORDS],
        "email": found.sender,
    }


def _note_reading(user: User, found: InboundMail, what: str) -> None:
    """It lies in a consultation, or names one: reading it is reading that."""
    if found.about is not None:
        readings.record_reading(consultation=found.about, what=what, by=user)
