"""Registered groups of the demo, from groups.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from accounts.actions import directory
from accounts.models import Group, Membership, Party, User
from kyodo import clock
from kyodo.centre.models import ActivityField, Ward

FILE = Path(__file__).with_name("groups.toml")
SHOWN = ["purpose", "activities", "legal_form", "members", "founded_on"]
AHEAD_DAYS = 100
"""So that the demo's bookings and its draw lie within every registration."""


@dataclass(frozen=True)
class Registered:
    """A group with its habits and the person who acts for it."""

    group: Group
    representative: User
    habits: list[dict[str, Any]]


def load(accounts: Mapping[str, User]) -> dict[str, Registered]:
    """All of them, by the address of who represents them."""
    fields = {field.code: field for field in ActivityField.objects.all()}
    wards = {ward.code: ward for ward in Ward.objects.all()}
    found = {}
    for number, row in enumerate(tomllib.loads(FILE.read_text(encoding="utf-8"))["groups"], start=1):
        representative = accounts[row["representative"]]
        group = _group(row, number, representative)
        group.fields.set([fields[code] for code in row["fields"]])
        group.wards.set(wards.values() if row["wards"] == "all" else [wards[code] for code in row["wards"]])
        Membership.objects.create(group=group, user=representative, role=Membership.Role.REPRESENTATIVE)
        for email in row.get("members", ()):
            Membership.objects.create(group=group, user=accounts[email])
        Party.objects.bulk_create(
            Party(group=group, name=name, role=role, position=position)
            for position, (name, role) in enumerate(row.get("parties", ()))
        )
        directory.index(group)
        found[representative.email] = Registered(group, representative, row.get("habits", []))
    return found


def _group(row: Mapping[str, Any], number: int, representative: User) -> Group:
    this_year = clock.fiscal_year(clock.today())
    valid_until = clock.fiscal_year_end(clock.fiscal_year(clock.today() + timedelta(days=AHEAD_DAYS)))
    if row.get("is_expired"):
        valid_until = clock.fiscal_year_end(this_year - 1)
    return Group.objects.create(
        number=f"{this_year - 1}-{number:04d}",
        kind=row.get("kind", Group.Kind.SINGLE),
        name=row["name"],
        name_kana=row["name_kana"],
        legal_form=row.get("legal_form", Group.LegalForm.VOLUNTARY),
        purpose=row["purpose"],
        activities=row["activities"],
        members_count=row["members_count"],
        members_in_city_count=row["members_in_city_count"],
        founded_on=row.get("founded_on"),
        contact_name=representative.name,
        contact_email=representative.email,
        contact_phone=representative.phone,
        postal_address=f"横浜市中区見本町1-{number}",
        registered_on=date(this_year - 1, 4, 1) + timedelta(days=number),
        valid_until=valid_until,
        is_listed=True,
        public_fields=SHOWN,
    )
