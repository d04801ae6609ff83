"""The spaces of each centre, as it has published them. Staff change the rows; loading again keeps their changes."""

from pathlib import Path

from kyodo.centre.loading import Kind
from spaces.models import BookingPolicy, Space, Unit

FOLDER = Path(__file__).parent

# What is referred to comes first.
KINDS = (
    Kind("policies.toml", BookingPolicy, key=("name",)),
    Kind("units.toml", Unit, key=("code",)),
    Kind(
        "spaces.toml",
        Space,
        key=("slug",),
        references={"policy": (BookingPolicy, "name"), "units": (Unit, "code")},
    ),
)


def names() -> list[str]:
    return sorted(folder.name for folder in FOLDER.iterdir() if (folder / "spaces.toml").exists())
