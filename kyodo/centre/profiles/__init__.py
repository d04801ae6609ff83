"""The data of each centre, one folder a centre, one file a kind. Names of the folders are what `load_centre` takes."""

from pathlib import Path

from kyodo.centre.loading import Kind, Parts
from kyodo.centre.models import (
    ActivityField,
    Centre,
    HistoryEntry,
    OpeningHours,
    OpeningTime,
    SupportOrganisation,
    SupportProgramme,
    Ward,
    WardCentre,
)

FOLDER = Path(__file__).resolve().parent

KINDS = [
    Kind("centre.toml", Centre, key=()),
    Kind(
        "hours.toml",
        OpeningHours,
        key=("name",),
        parts={"times": Parts(OpeningTime, "layer", ("day", "opens", "closes"), {"day": OpeningTime.Day})},
    ),
    Kind("wards.toml", Ward, key=("code",)),
    Kind("ward_centres.toml", WardCentre, key=("ward",), references={"ward": (Ward, "code")}),
    Kind(
        "support_organisations.toml",
        SupportOrganisation,
        key=("kind", "ward"),
        references={"ward": (Ward, "code")},
    ),
    Kind("fields.toml", ActivityField, key=("code",), references={"law_fields": (ActivityField, "code")}),
    Kind(
        "support_programmes.toml",
        SupportProgramme,
        key=("operator", "name"),
        references={"ward": (Ward, "code"), "fields": (ActivityField, "code")},
    ),
    Kind("history.toml", HistoryEntry, key=("year", "month", "side")),
]


def names() -> list[str]:
    return sorted(path.parent.name for path in FOLDER.glob("*/centre.toml"))
