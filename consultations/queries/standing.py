"""Where a consultation stands, in the words of whoever asked (いまの状況). Nothing of how the office works inside."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from consultations.models import Consultation
from kyodo import clock, dates

Status = Consultation.Status
Outcome = Consultation.Outcome


@dataclass(frozen=True)
class Standing:
    title: str
    text: str
    badge: str
    """The colour that repeats the words: good, wait, over."""
    until: datetime | None = None
    """Until when the office acts; none where nobody waits for it."""
    is_late: bool = False
    needs_person: bool = False


def standing_of(consultation: Consultation) -> Standing:
    if consultation.status == Status.CLOSED:
        return _closed(consultation)
    if consultation.status == Status.WAITING:
        return _waiting(consultation)
    return _in_hand(consultation)


def _in_hand(consultation: Consultation) -> Standing:
    until = consultation.due_at
    if until is not None and until < clock.now():
        return Standing(
            _("お返事が遅れています"),
            _("お待たせして申し訳ありません。お急ぎのときは、お電話ください。"),
            "wait",
            is_late=True,
        )
    day = dates.short_day(until) if until else ""
    if consultation.unanswered_since and consultation.first_answered_at:
        title, text = _("メッセージを受け取りました"), _("%(day)sまでに、担当からお返事します。")
    elif consultation.first_answered_at is None and consultation.assignee_id is None:
        title, text = (
            _("相談を受け付けました"),
            _("担当を決めています。%(day)sまでに、最初のお返事をします。"),
        )
    elif consultation.first_answered_at is None:
        title, text = _("担当が決まりました"), _("%(day)sまでに、最初のお返事をします。")
    elif consultation.assignee_id is None:
        title, text = _("担当を決め直しています"), _("%(day)sまでに、次のお知らせをします。")
    else:
        title, text = _("担当が対応しています"), _("%(day)sまでに、次のお知らせをします。")
    return Standing(title, text % {"day": day} if day else "", "good", until=until)


def _waiting(consultation: Consultation) -> Standing:
    if consultation.waiting_for == Consultation.WaitingFor.PERSON:
        return Standing(
            _("あなたのお返事を待っています"),
            _("下のやりとりを読んで、お返事を書いてください。急ぎません。"),
            "wait",
            needs_person=True,
        )
    return Standing(
        _("ほかの窓口に確かめています"),
        _("返事が届いたら、担当からお知らせします。"),
        "good",
    )


def _closed(consultation: Consultation) -> Standing:
    if consultation.reopening_asked_at is not None:
        return Standing(
            _("もう一度、確かめています"),
            _("「続けてほしい」を受け取りました。担当からお返事します。"),
            "wait",
        )
    if consultation.outcome == Outcome.WITHDRAWN:
        return Standing(_("取り下げました"), _("また相談したくなったら、いつでもどうぞ。"), "over")
    if consultation.outcome == Outcome.DUPLICATE:
        return Standing(
            _("ほかの受付番号とまとめました"),
            _("同じ内容の相談がもう1つあるため、そちらで続けています。ここに書いたことも担当に届きます。"),
            "over",
        )
    return Standing(_("相談は終わりました"), _("ご相談ありがとうございました。"), "over")
