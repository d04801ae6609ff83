"""The public directory of groups (団体一覧). Nothing leaves this module that the group did not choose to show."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Group
from accounts.rules.groups import is_whole_city
from kyodo import dates
from kyodo.centre.queries import all_wards

Field = Group.PublicField
SUMMARY_LENGTH = 80
Row = tuple[str, str, str, list[str], list[int], list[int]]


@dataclass(frozen=True)
class Detail:
    """One chosen item; `kind` tells the template how to link it."""

    label: str
    value: str
    kind: str = "text"


@dataclass(frozen=True)
class PublicProfile:
    """A listed group as anybody may see it."""

    number: str
    name: str
    name_kana: str
    kind: str
    fields: list[str]
    wards: list[str]
    is_whole_city: bool
    details: list[Detail]


@dataclass(frozen=True)
class Entry:
    """A line of the list."""

    number: str
    name: str
    summary: str
    fields: list[str]
    wards: list[str]
    is_whole_city: bool


def listed_groups() -> QuerySet[Group]:
    rows = Group.objects.listed().defer("search", "staff_note", "suspended_reason")
    return rows.prefetch_related("fields", "wards").order_by("name_kana", "pk")


def public_profile(group: Group) -> PublicProfile:
    """By the group's choices as they stand on the object: the settings page shows unsaved ones the same way."""
    shown = {field for field in group.public_fields if group.is_listed}
    return PublicProfile(
        number=group.number,
        name=group.name,
        name_kana=group.name_kana,
        kind=group.get_kind_display(),
        fields=[field.short_name for field in group.fields.all()],
        wards=[ward.name for ward in group.wards.all()],
        is_whole_city=is_whole_city(len(group.wards.all()), len(all_wards())),
        details=[detail for field in Field if field in shown and (detail := _detail(group, field)).value],
    )


def rows(groups: QuerySet[Group]) -> QuerySet[Group, Row]:
    """What the list's lines are made of, in one query; the page knows the names of fields and wards already."""
    chosen = Group.fields.through.objects.filter(group=OuterRef("pk")).order_by("activityfield_id")
    active = Group.wards.through.objects.filter(group=OuterRef("pk")).order_by("ward__position", "ward_id")
    return (
        groups.prefetch_related(None)
        .annotate(
            field_ids=ArraySubquery(chosen.values("activityfield_id")),
            ward_ids=ArraySubquery(active.values("ward_id")),
        )
        .values_list("number", "name", "purpose", "public_fields", "field_ids", "ward_ids")
    )


def entry(row: Row, fields: Mapping[int, str], wards: Mapping[int, str]) -> Entry:
    number, name, purpose, public_fields, field_ids, ward_ids = row
    return Entry(
        number=number,
        name=name,
        summary=_shortened(purpose) if Field.PURPOSE in public_fields else "",
        fields=[fields[pk] for pk in field_ids if pk in fields],
        wards=[wards[pk] for pk in ward_ids if pk in wards],
        is_whole_city=is_whole_city(len(ward_ids), len(wards)),
    )


def _shortened(text: str) -> str:
    return text if len(text) <= SUMMARY_LENGTH else text[: SUMMARY_LENGTH - 1] + "…"


def _detail(group: Group, field: Field) -> Detail:
    label = str(field.label)
    match field:
        case Field.LEGAL_FORM:
            return Detail(label, group.get_legal_form_display())
        case Field.MEMBERS:
            count = group.members_count
            return Detail(label, _("%(count)s人") % {"count": count} if count else "")
        case Field.FOUNDED:
            return Detail(label, dates.day(group.founded_on) if group.founded_on else "")
        case Field.CONTACT_EMAIL:
            return Detail(label, group.contact_email, "email")
        case Field.CONTACT_PHONE:
            return Detail(label, group.contact_phone, "phone")
        case Field.WEBSITE:
            return Detail(label, group.website, "url")
        case _:
            return Detail(label, str(getattr(group, field.value)))


def searchable_texts(group: Group) -> dict[str, list[str]]:
    """What the search of the directory may find a group by: its name, and of the rest what it shows."""
    chosen = [Field.PURPOSE, Field.ACTIVITIES, Field.CONTACT_NAME]
    shown = [str(getattr(group, field.value)) for field in chosen if group.shows(field)]
    return {"A": [group.name, group.name_kana], "B": shown}
