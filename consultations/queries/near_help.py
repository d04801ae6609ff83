"""What may already help somebody who is about to ask: near offices, programmes, groups of the same field."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Group
from accounts.queries import directory
from consultations.models import Consultation
from consultations.queries import programmes
from kyodo.centre.models import ActivityField, SupportOrganisation, SupportProgramme, Ward, WardCentre

Kind = Consultation.Kind
MOST_GROUPS = 3
MOST_ORGANISATIONS = 4
# Who looks for company or for a partner is helped by seeing who is there; a question of tax is not.
SHOWS_GROUPS = (Kind.START, Kind.PARTNER, Kind.PROPOSE)


@dataclass(frozen=True)
class NearHelp:
    ward_centres: Sequence[WardCentre]
    organisations: Sequence[SupportOrganisation]
    programmes: Sequence[SupportProgramme]
    groups: Sequence[Group]
    directory_query: str
    """The directory, narrowed down to the first field."""
    shows_bylaws: bool

    @property
    def is_any(self) -> bool:
        found = (self.ward_centres, self.organisations, self.programmes, self.groups, self.shows_bylaws)
        return any(found)


def near_help(
    *,
    kind: str,
    audience: str,
    ward: Ward | None,
    fields: Sequence[ActivityField],
    group: Group | None = None,
) -> NearHelp:
    asked = programmes.Asked(
        kind=kind, audience=audience, group=group, ward=ward, fields=[one.pk for one in fields]
    )
    return NearHelp(
        ward_centres=list(WardCentre.objects.filter(ward=ward)) if ward else [],
        organisations=list(SupportOrganisation.objects.filter(ward=ward)[:MOST_ORGANISATIONS])
        if ward
        else [],
        programmes=programmes.told_to(asked),
        groups=_groups(ward, fields) if kind in SHOWS_GROUPS and fields else [],
        directory_query=f"?field={fields[0].code}" if fields else "",
        shows_bylaws=kind in (Kind.START, Kind.RUN),
    )


def _groups(ward: Ward | None, fields: Sequence[ActivityField]) -> list[Group]:
    """Of the public directory, and no more of them than their names: first those of the ward."""
    found = directory.listed_groups().filter(fields__in=list(fields)).distinct()
    near = list(found.filter(wards=ward)[:MOST_GROUPS]) if ward else []
    if len(near) < MOST_GROUPS:
        others = found.exclude(pk__in=[one.pk for one in near])
        near += others[: MOST_GROUPS - len(near)]
    return near
