"""What an application consists of, and how it came to where it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Application, CriterionCheck, Group, Party, User
from accounts.rules import applications as rules
from accounts.rules.groups import is_whole_city
from accounts.rules.steps import Answers, Step
from kyodo import clock, dates
from kyodo.centre.hours import opening_days
from kyodo.centre.queries import all_wards

Status = Application.Status


# ── What an application consists of ──────────────────────────────────────────────────────────────────────────────


def answers_of(application: Application) -> Answers:
    """Everything the rules look at before an application may be sent."""
    wishes = [wish.begins_at for wish in application.hearing_wishes.all()]
    days = [clock.local(wish).date() for wish in wishes]
    return Answers(
        application=application,
        fields=list(application.fields.all()),
        wards=list(application.wards.all()),
        parties=[party.name for party in application.parties.all()],
        documents=list(application.documents.current()),
        wishes=wishes,
        days=opening_days(min(days), max(days)) if days else {},
    )


def checks_of(application: Application) -> dict[str, CriterionCheck]:
    return {check.criterion: check for check in application.criterion_checks.select_related("checked_by")}


def earlier_checks(application: Application) -> dict[str, CriterionCheck]:
    """The criteria as they were found when the group was last registered or renewed."""
    if application.group_id is None:
        return {}
    before = (
        Application.objects.filter(group_id=application.group_id, status=Status.APPROVED)
        .exclude(pk=application.pk)
        .order_by("-decided_at")
        .first()
    )
    return checks_of(before) if before else {}


# ── What would change ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Fact:
    """One line of an application as it is read; `before` only where a registered group would change."""

    step: Step
    label: str
    text: str
    before: str = ""
    is_changed: bool = False


def facts_of(application: Application) -> list[Fact]:
    """The profile in words, beside what is registered now for a renewal or a change."""
    group = application.group if application.type != Application.Type.NEW else None
    is_settled = application.status not in (*rules.WAITING, *rules.EDITABLE)
    lines = _lines(application, application.parties.all())
    before = _lines(group, group.parties.all()) if group and not is_settled else lines
    return [
        Fact(step, label, text, before=old if old != text else "", is_changed=old != text)
        for (step, label, text), (_step, _label, old) in zip(lines, before, strict=True)
    ]


def _lines(profile: Application | Group, parties: Iterable[Party]) -> list[tuple[Step, str, str]]:
    def label(name: str) -> str:
        return str(Application._meta.get_field(name).verbose_name)  # type: ignore[union-attr]

    party_lines = [f"{party.name}（{party.role}）" if party.role else party.name for party in parties]
    return [
        (Step.KIND, label("kind"), profile.get_kind_display()),
        (Step.KIND, _("構成団体"), "\n".join(party_lines)),
        (Step.PROFILE, label("name"), profile.name),
        (Step.PROFILE, label("name_kana"), profile.name_kana),
        (Step.PROFILE, label("legal_form"), profile.get_legal_form_display()),
        (Step.PROFILE, label("founded_on"), dates.day(profile.founded_on) if profile.founded_on else ""),
        (Step.PROFILE, label("purpose"), profile.purpose),
        (Step.PROFILE, label("activities"), profile.activities),
        (Step.PROFILE, label("fields"), "、".join(str(field) for field in profile.fields.all())),
        (Step.PROFILE, label("wards"), _area(profile)),
        (Step.PROFILE, label("website"), profile.website),
        (Step.MEMBERS, label("members_count"), _people(profile.members_count)),
        (Step.MEMBERS, label("members_in_city_count"), _people(profile.members_in_city_count)),
        (Step.CONTACT, label("contact_name"), profile.contact_name),
        (Step.CONTACT, label("contact_email"), profile.contact_email),
        (Step.CONTACT, label("contact_phone"), profile.contact_phone),
        (Step.CONTACT, label("postal_address"), profile.postal_address),
    ]


def _area(profile: Application | Group) -> str:
    names = [str(ward) for ward in profile.wards.all()]
    return _("市内全域") if is_whole_city(len(names), len(all_wards())) else "、".join(names)


def _people(count: int | None) -> str:
    return "" if count is None else _("%(count)s人") % {"count": count}


# ── What happened ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Happening:
    """A change of state, from the history that the database keeps."""

    status: Application.Status
    at: datetime
    by: str


def happenings(application: Application) -> list[Happening]:
    """How the application came to where it is, newest first; drafts left out."""
    events = application.events.order_by("pgh_id").values_list(  # type: ignore[attr-defined]
        "status", "pgh_created_at", "pgh_context__metadata__user", "hearing_sequence"
    )
    found: list[tuple[str, datetime, Any]] = []
    last: tuple[str, int] | None = None
    for status, at, who, sequence in events:
        # A hearing moved to another time leaves the state but is news.
        mark = (status, sequence if status == Status.HEARING else 0)
        if mark != last and status != Status.DRAFT:
            found.append((status, at, who))
        last = mark
    people = {who for _status, _at, who in found if who}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=people)}
    return [Happening(Status(status), at, names.get(who, "")) for status, at, who in reversed(found)]
