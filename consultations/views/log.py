"""What the log form does, for the centre's page and the ward desk alike: look up, fill in, save. No admin in here."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from accounts.models import Group, User
from consultations.actions import entries, intake, readings
from consultations.forms.log import LogForm, Result
from consultations.models import Consultation
from consultations.queries import known as queries
from consultations.queries.known import Known
from kyodo import numbers, ratelimit

# Somebody who types without pause asks about twice a second.
LOOKS, LOOK_SECONDS = 150, 60
UNPROCESSABLE = 422


@dataclass(frozen=True)
class LogPage:
    """The form as it stands: what was found while typing, and the consultation it adds to."""

    form: LogForm
    known: Known | None = None
    """None: nothing was looked for."""
    words: str = ""
    into: Consultation | None = None
    group: Group | None = None
    kept: tuple[tuple[str, str], ...] = ()
    """What was typed into fields that this page doesn't ask for: it comes back with whoever steps back."""
    is_picked: bool = False
    """A line was chosen: who they are is known, and writing goes on with what they want."""
    status: int = 200


def answer(request: HttpRequest, user: User) -> LogPage | Consultation:
    """What a request to the form leads to: the page to show, or the consultation that was written."""
    if request.method != "POST":
        into = _into(request.GET.get("into", ""), user)
        return LogPage(LogForm(by=user, into=bool(into), initial=_initial(user)), into=into)
    data = request.POST
    into = _into(data.get("into", ""), user)
    if pick := data.get("pick"):
        return _picked(data, pick, into, user)
    words = data.get("words", "").strip()
    # Enter in a field presses the first button; from the search box it searches, however often, and never saves.
    if "find" in data or ("enter" in data and words):
        form = LogForm.as_typed(data, by=user, into=bool(into), filled={})
        found = queries.known(words, user) if _may_look(user) else Known()
        group = _group(data.get("group", ""), user)
        return LogPage(form, found, words, into, group, _kept(data, form))
    return _saved(data, into, user)


def find(request: HttpRequest, user: User) -> HttpResponse:
    """The lines for the search box, as a piece of the page. By POST: what is typed here stands in no address."""
    if not _may_look(user):
        return HttpResponse(_("少し待ってから、もう一度さがしてください。"), status=429)
    words = request.POST.get("words", "")
    context = {"known": queries.known(words, user), "words": words.strip()}
    return render(request, "consultations/_known.html", context)


def _may_look(user: User) -> bool:
    return ratelimit.allow("consultations-known", user.pk, times=LOOKS, seconds=LOOK_SECONDS)


def _initial(user: User) -> dict[str, Any]:
    """Reception passes most on; who works on consultations keeps what they write down. A ward's callers live there."""
    is_reception = user.role == User.Role.RECEPTION
    ward_centre = user.ward_centre
    return {
        "result": Result.SHARE if is_reception else Result.TAKE,
        "ward": ward_centre.ward_id if ward_centre else None,
    }


def _into(pk: str, user: User) -> Consultation | None:
    if not pk:
        return None
    ours = Consultation.objects.in_hand_of(user).select_related("assignee").defer("search")
    return get_object_or_404(ours, pk=numbers.typed(pk) or 0)


def _group(pk: str, user: User) -> Group | None:
    row = numbers.typed(pk)
    return queries.groups_to_name(user).filter(pk=row).first() if row else None


def _picked(data: QueryDict, pick: str, into: Consultation | None, user: User) -> LogPage:
    """A line that was found: who they are is filled in, whatever else was typed stays."""
    kind, _dash, key = pick.partition("-")
    filled: dict[str, Any] = {}
    group = _group(data.get("group", ""), user)
    if kind == "person":
        contact = queries.contact_of(numbers.typed(key) or 0, user)
        if contact is None:
            raise Http404
        readings.record_reading(consultation=contact.consultation, what=readings.What.PAGE, by=user)
        names = ("name", "name_kana", "organisation", "phone", "email")
        rights = ("may_phone", "may_mail", "may_leave_message")
        filled = {name: getattr(contact, name) for name in (*names, *rights)}
        filled |= {"audience": contact.consultation.audience, "ward": contact.consultation.ward_id}
    elif kind == "group":
        group = _group(key, user)
        if group is None:
            raise Http404
        filled = {"group": group.pk, "organisation": group.name}
    elif kind == "nogroup":
        group = None
        filled = {"group": ""}
    elif kind == "into":
        into = _into(key, user)
        filled = {"is_reached": True}
    elif kind == "new":
        into = None
    form = LogForm.as_typed(data, by=user, into=bool(into), filled=filled)
    is_picked = kind in ("person", "group", "into")
    if is_picked:
        form.go_on_writing()
    return LogPage(form, into=into, group=group, kept=_kept(data, form), is_picked=is_picked)


def _saved(data: QueryDict, into: Consultation | None, user: User) -> LogPage | Consultation:
    form = LogForm(data, by=user, into=bool(into))
    if form.is_valid():
        try:
            if into:
                return entries.log_talk(consultation=into, by=user, **form.talk).consultation
            return intake.record(
                question=form.question,
                contact=form.contact,
                record=form.record,
                by=user,
                consents_to_referral=form.cleaned_data["consents_to_referral"],
                tells_person=form.cleaned_data["tells_person"],
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
    group = _group(data.get("group", ""), user)
    return LogPage(form, into=into, group=group, kept=_kept(data, form), status=UNPROCESSABLE)


def _kept(data: QueryDict, form: LogForm) -> tuple[tuple[str, str], ...]:
    names = [name for name in LogForm.base_fields if name in data and name not in form.fields]
    return tuple((name, value) for name in names for value in data.getlist(name))
