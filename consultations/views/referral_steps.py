"""What the two ends of a referral do on its page: the same steps at a ward centre's desk and in the admin."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import readings
from consultations.actions import referrals as actions
from consultations.forms.referrals import (
    AcceptForm,
    AcceptJointForm,
    AssigneeForm,
    DeclineForm,
    FinishForm,
    MeetingForm,
)
from consultations.models import Referral
from consultations.queries.referrals import ReferralPage, referral_page, to_show

Step = Callable[[Referral, User, forms.Form], object]


def referral_of(user: User, pk: int) -> Referral:
    return get_object_or_404(to_show(user), pk=pk)


def context(
    referral: Referral, user: User, refused: Mapping[str, forms.Form] | None = None
) -> dict[str, Any]:
    """The page with a form for each step that is open; one that was refused as it was typed."""
    page = referral_page(referral, user)
    given = dict(refused or {})
    forms_of = {step: given.get(step) or form_of(step, page) for step in open_steps(page)}
    return {"page": page, "referral": referral, **forms_of}


def record_reading(page: ReferralPage, user: User) -> None:
    """The summary is words of the consultation, and so is its outcome; who sees neither has read nothing."""
    if page.reads_summary or page.opens_consultation or page.follows_consultation:
        readings.record_reading(consultation=page.referral.consultation, what=readings.What.PAGE, by=user)


def open_steps(page: ReferralPage) -> list[str]:
    steps = []
    if page.can_answer:
        steps += ["accept", "decline"]
    if page.colleagues:
        steps.append("assign")
    if page.can_finish:
        steps.append("finish")
    if page.can_withdraw:
        steps.append("withdraw")
    if page.can_fix_time:
        steps.append("meet")
    return steps


def form_of(step: str, page: ReferralPage, data: Any = None) -> forms.Form:
    """Each with its own prefix: they stand on one page."""
    if step == "assign":
        seen = {"to": page.referral.assignee_id}
        return AssigneeForm(data, prefix=step, colleagues=page.colleagues, initial=seen)
    if step == "meet":
        return MeetingForm(data, prefix=step, wished_times=page.wished_times)
    if step == "accept" and page.is_joint:
        return AcceptJointForm(data, prefix=step, wished_times=page.wished_times)
    kinds: dict[str, type[forms.Form]] = {
        "accept": AcceptForm,
        "decline": DeclineForm,
        "finish": FinishForm,
        "withdraw": forms.Form,
    }
    if step not in kinds:
        raise Http404
    return kinds[step](data, prefix=step)


def take(request: HttpRequest, referral: Referral, user: User, step: str) -> forms.Form | None:
    """Do it and say so; or the form with what was refused. The action asks for the right again."""
    form = form_of(step, referral_page(referral, user), request.POST)
    if form.is_valid():
        try:
            STEPS[step](referral, user, form)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, done(step))
            return None
    return form


def done(step: str) -> str:
    return {
        "accept": _("引き受けました。送った窓口にお知らせしました。"),
        "decline": _("お断りを、送った窓口にお知らせしました。"),
        "finish": _("その後のようすを、送った窓口にお知らせしました。"),
        "withdraw": _("取り下げました。送り先にお知らせしました。"),
        "assign": _("担当を決めました。"),
        "meet": _("同席の日時を決め、お知らせしました。"),
    }[step]


def _accept(referral: Referral, user: User, form: forms.Form) -> object:
    meets_at = form.meets_at if isinstance(form, AcceptJointForm) else None
    return actions.accept(referral=referral, by=user, answer=form.cleaned_data["answer"], meets_at=meets_at)


def _assign(referral: Referral, user: User, form: forms.Form) -> object:
    return actions.assign(referral=referral, to=form.cleaned_data["to"], by=user)


def _decline(referral: Referral, user: User, form: forms.Form) -> object:
    return actions.decline(referral=referral, by=user, reason=form.cleaned_data["reason"])


def _finish(referral: Referral, user: User, form: forms.Form) -> object:
    return actions.finish(referral=referral, by=user, **form.cleaned_data)


def _withdraw(referral: Referral, user: User, form: forms.Form) -> object:
    return actions.withdraw(referral=referral, by=user)


def _meet(referral: Referral, user: User, form: forms.Form) -> object:
    assert isinstance(form, MeetingForm)  # noqa: S101 - the step's own form
    meets_at = form.meets_at
    if meets_at is None:
        raise ValidationError(_("日時を選んでください。"), code="meets_at")
    return actions.fix_meeting(referral=referral, meets_at=meets_at, by=user)


STEPS: dict[str, Step] = {
    "accept": _accept,
    "assign": _assign,
    "decline": _decline,
    "finish": _finish,
    "withdraw": _withdraw,
    "meet": _meet,
}
