"""The steps of the registration wizard, and what must stand in each before an application can be sent."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Application, Document
from kyodo import clock
from kyodo.centre.hours import DayHours

PARTIES_MIN = 2
PARTIES_MAX = 20
WISHES = 3
HEARING = timedelta(hours=1)
HEARING_DAYS_AHEAD = 60
"""How far ahead a hearing can be wished for: beyond, closures aren't known and an answer would come too late."""
PAPERS_MAX = 12


class Step(StrEnum):
    KIND = "kind"
    PROFILE = "profile"
    MEMBERS = "members"
    CONTACT = "contact"
    PAPERS = "papers"
    HEARING = "hearing"
    REVIEW = "review"


TITLES = {
    Step.KIND: gettext_lazy("登録の種類"),
    Step.PROFILE: gettext_lazy("団体について"),
    Step.MEMBERS: gettext_lazy("会員"),
    Step.CONTACT: gettext_lazy("連絡先"),
    Step.PAPERS: gettext_lazy("書類"),
    Step.HEARING: gettext_lazy("ヒアリング"),
    Step.REVIEW: gettext_lazy("確認と送信"),
}
ORDER = tuple(Step)
FILLED_IN = ORDER[:-1]

# Columns of the application that each step writes; relations (fields, wards, parties, wishes) come beside them.
COLUMNS: Mapping[Step, tuple[str, ...]] = {
    Step.KIND: ("kind",),
    Step.PROFILE: ("name", "name_kana", "legal_form", "founded_on", "purpose", "activities", "website"),
    Step.MEMBERS: ("members_count", "members_in_city_count"),
    Step.CONTACT: ("contact_name", "contact_email", "contact_phone", "postal_address"),
    Step.PAPERS: ("wants_model_bylaws",),
    Step.HEARING: ("hearing_way",),
    Step.REVIEW: (),
}
PROFILE_COLUMNS = tuple(
    column for step in (Step.KIND, Step.PROFILE, Step.MEMBERS, Step.CONTACT) for column in COLUMNS[step]
)


def before(step: Step) -> Step | None:
    position = ORDER.index(step)
    return ORDER[position - 1] if position else None


def after(step: Step) -> Step | None:
    position = ORDER.index(step) + 1
    return ORDER[position] if position < len(ORDER) else None


# ── One answer ───────────────────────────────────────────────────────────────────────────────────────────────────

KANA = re.compile(r"[ぁ-ゖーゝゞ・＝ 　0-9０-９a-zA-Zａ-ｚＡ-Ｚ&＆－-]+")


def check_kana(text: str) -> None:
    if not KANA.fullmatch(text):
        raise ValidationError(_("ふりがなは、ひらがなで書いてください。"), code="kana")


def check_members(members: int | None, in_city: int | None) -> None:
    if members is not None and in_city is not None and in_city > members:
        raise ValidationError(
            _("会員は%(members)s人です。市内の人数は%(members)s人までの数にしてください。"),
            code="members",
            params={"members": members},
        )


def check_founded(founded_on: date | None) -> None:
    if founded_on and founded_on > clock.today():
        raise ValidationError(_("設立日は、今日までの日にしてください。"), code="founded")


def check_parties(kind: str, names: Sequence[str]) -> None:
    if kind != Application.Kind.PROJECT_TEAM:
        return
    if len(names) < PARTIES_MIN:
        raise ValidationError(
            _("プロジェクトチームは、構成団体を%(count)s団体以上書いてください。"),
            code="parties",
            params={"count": PARTIES_MIN},
        )
    if len(set(names)) < len(names):
        raise ValidationError(_("同じ名前の構成団体があります。"), code="parties_twice")


def check_ahead(begins_at: datetime) -> None:
    if begins_at <= clock.now():
        raise ValidationError(_("これからの日時を選んでください。"), code="past")


def check_open(begins_at: datetime, day: DayHours | None) -> None:
    """The hour of the hearing lies within opening hours. `day`: the centre's hours on that day."""
    begins_at = clock.local(begins_at)
    ends_at = begins_at + HEARING
    if day is None or not day.is_open:
        raise ValidationError(
            _("この日は休館日です。%(reason)s"), code="closed", params={"reason": day.reason if day else ""}
        )
    if ends_at.date() != begins_at.date() or not day.is_open_throughout(begins_at.time(), ends_at.time()):
        hours = "、".join(f"{one.opens:%H:%M}-{one.closes:%H:%M}" for one in day.open_periods)
        raise ValidationError(
            _("ヒアリングは1時間です。この日に開いている時間（%(hours)s）に収まるように選んでください。"),
            code="outside_hours",
            params={"hours": hours},
        )


def hearing_times(days: Iterable[DayHours]) -> list[time]:
    """The half hours at which a hearing can begin and end within opening hours, on at least one of these days."""
    half_hours = [time(hour, minute) for hour in range(24) for minute in (0, 30)]
    shapes = {day.open_periods for day in days}
    return [
        begins
        for begins in half_hours
        if begins.hour < 23
        and any(
            period.opens <= begins and time(begins.hour + 1, begins.minute) <= period.closes
            for periods in shapes
            for period in periods
        )
    ]


def check_wish(begins_at: datetime, day: DayHours | None) -> None:
    """One wished time: ahead, not too far, within opening hours."""
    check_ahead(begins_at)
    if clock.local(begins_at).date() > clock.today() + timedelta(days=HEARING_DAYS_AHEAD):
        raise ValidationError(
            _("%(days)s日先までの日を選んでください。"), code="too_far", params={"days": HEARING_DAYS_AHEAD}
        )
    check_open(begins_at, day)


def check_wishes_differ(wishes: Sequence[datetime]) -> None:
    if len(set(wishes)) < len(wishes):
        raise ValidationError(_("希望日時は、3つとも違う日時にしてください。"), code="same_wish")


# ── All answers together ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Answers:
    """An application with what hangs on it, gathered by queries."""

    application: Application
    fields: Sequence[object]
    wards: Sequence[object]
    parties: Sequence[str]
    documents: Sequence[Document]
    wishes: Sequence[datetime]
    days: Mapping[date, DayHours]


@dataclass(frozen=True)
class Problem:
    step: Step
    code: str
    text: str


def problems(answers: Answers) -> list[Problem]:
    """Everything that keeps an application from being sent, in the order of the steps."""
    found = [*_kind(answers), *_profile(answers), *_members(answers), *_contact(answers)]
    if answers.application.type == Application.Type.NEW:
        found += [*_papers(answers), *_hearing(answers)]
    return found


def _kind(answers: Answers) -> list[Problem]:
    return _refusals(Step.KIND, lambda: check_parties(answers.application.kind, answers.parties))


def _profile(answers: Answers) -> list[Problem]:
    application = answers.application
    needed = {
        "name": (application.name, _("団体名を書いてください。")),
        "name_kana": (application.name_kana, _("団体名のふりがなを書いてください。")),
        "purpose": (application.purpose, _("活動の目的を書いてください。")),
        "fields": (answers.fields, _("活動分野を選んでください。")),
        "wards": (answers.wards, _("活動する区を選んでください。")),
    }
    return _missing(Step.PROFILE, needed) + _refusals(
        Step.PROFILE, lambda: check_founded(application.founded_on)
    )


def _members(answers: Answers) -> list[Problem]:
    application = answers.application
    needed = {
        "members_count": (application.members_count, _("会員数を書いてください。")),
        "members_in_city_count": (
            application.members_in_city_count is not None,
            _("市内の会員の人数を書いてください。"),
        ),
    }
    return _missing(Step.MEMBERS, needed) + _refusals(
        Step.MEMBERS, lambda: check_members(application.members_count, application.members_in_city_count)
    )


def _contact(answers: Answers) -> list[Problem]:
    application = answers.application
    needed = {
        "contact_name": (application.contact_name, _("連絡担当者のお名前を書いてください。")),
        "contact_phone": (application.contact_phone, _("連絡先の電話番号を書いてください。")),
    }
    if not application.is_paper:
        needed["contact_email"] = (application.contact_email, _("連絡先のメールアドレスを書いてください。"))
    return _missing(Step.CONTACT, needed)


NPO_FORMS = (Application.LegalForm.NPO, Application.LegalForm.CERTIFIED_NPO)


def needs_bylaws(application: Application) -> bool:
    """What the city already holds of an NPO under its jurisdiction need not be brought; paper comes on paper."""
    return not application.is_paper and application.legal_form not in NPO_FORMS


def _papers(answers: Answers) -> list[Problem]:
    application = answers.application
    has_bylaws = any(document.kind == Document.Kind.BYLAWS for document in answers.documents)
    if has_bylaws or application.wants_model_bylaws or not needs_bylaws(application):
        return []
    text = _("定款・会則・規約のファイルを選ぶか、「会則のひな型を送ってほしい」を選んでください。")
    return [Problem(Step.PAPERS, "bylaws", text)]


def _hearing(answers: Answers) -> list[Problem]:
    if answers.application.is_paper:
        return []
    needed = {
        "hearing_way": (answers.application.hearing_way, _("ヒアリングの方法を選んでください。")),
        "wishes": (len(answers.wishes) == WISHES, _("ヒアリングの希望日時を3つ選んでください。")),
    }
    found = _missing(Step.HEARING, needed)
    for rank, wish in enumerate(answers.wishes, start=1):
        refused = _refusals(Step.HEARING, lambda wish=wish: _check_known_wish(wish, answers.days))  # type: ignore[misc]
        found += [
            Problem(
                one.step,
                one.code,
                _("第%(rank)s希望：%(text)s") % {"rank": rank, "text": one.text},
            )
            for one in refused
        ]
    return found + _refusals(Step.HEARING, lambda: check_wishes_differ(answers.wishes))


def _check_known_wish(wish: datetime, days: Mapping[date, DayHours]) -> None:
    check_wish(wish, days.get(clock.local(wish).date()))


def _missing(step: Step, needed: Mapping[str, tuple[object, str]]) -> list[Problem]:
    return [Problem(step, code, text) for code, (answer, text) in needed.items() if not answer]


def _refusals(step: Step, check: Callable[[], None]) -> list[Problem]:
    try:
        check()
    except ValidationError as error:
        return [Problem(step, str(error.code), error.messages[0])]
    return []
