"""What the inbox can be narrowed by, and by what it is: the same for its list, its counts and its saved views."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from django.db.models import QuerySet

from accounts.models import User
from consultations.models import Consultation, Tag
from consultations.queries import search
from kyodo import numbers
from kyodo.centre.models import ActivityField, Ward
from kyodo.centre.queries import all_fields, all_wards
from kyodo.statements import Statement

ME, NOBODY = "me", "none"
Filters = Mapping[str, str]


class Choices:
    """What there is to choose from, each asked for once a page."""

    def __init__(self, user: User) -> None:
        self._user = user

    @cached_property
    def wards(self) -> Sequence[Ward]:
        return all_wards()

    @cached_property
    def fields(self) -> Sequence[ActivityField]:
        return all_fields()

    @cached_property
    def tags(self) -> Sequence[Tag]:
        return _tags.rows()

    @cached_property
    def colleagues(self) -> Sequence[User]:
        """Everybody of the same office."""
        return _colleagues.rows(self._user)


@Statement
def _tags() -> QuerySet[Tag]:
    return Tag.objects.all()


@Statement
def _colleagues(user: User) -> QuerySet[User]:
    return office_of(user).order_by("name_kana", "name", "pk").only("name", "email", "deleted_at")


def office_of(user: User) -> QuerySet[User]:
    """Who works where this person works."""
    active = User.objects.filter(is_active=True)
    if user.is_staff:
        return active.filter(role__in=User.CENTRE_ROLES)
    return active.filter(role=User.Role.WARD, ward_centre_id=user.ward_centre_id)


def narrowed(consultations: QuerySet[Consultation], filters: Filters, user: User) -> QuerySet[Consultation]:
    for name in ("kind", "audience", "channel"):
        if value := filters.get(name):
            consultations = consultations.filter(**{name: value})
    if ward := numbers.typed(filters.get("ward", "")):
        consultations = consultations.filter(ward_id=ward)
    # Through the keys: a join would give each of them as often as it has fields.
    if field := numbers.typed(filters.get("field", "")):
        within = Consultation.fields.through.objects.filter(activityfield_id=field)
        consultations = consultations.filter(pk__in=within.values("consultation_id"))
    if tag := numbers.typed(filters.get("tag", "")):
        tagged = Consultation.tags.through.objects.filter(tag_id=tag)
        consultations = consultations.filter(pk__in=tagged.values("consultation_id"))
    if assignee := filters.get("assignee"):
        consultations = _of_assignee(consultations, assignee, user)
    if words := filters.get("words"):
        consultations = search.found_among(consultations, words)
    return consultations


def _of_assignee(consultations: QuerySet[Consultation], assignee: str, user: User) -> QuerySet[Consultation]:
    if assignee == NOBODY:
        return consultations.filter(assignee__isnull=True)
    return consultations.filter(assignee_id=user.pk if assignee == ME else numbers.typed(assignee) or 0)
