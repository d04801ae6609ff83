"""Privacy as code: every app declares of every field whether it is about a person, and by which rule that goes.

Each app keeps its declarations in privacy.py, as `PRIVACY = {"Model": fields(...)}`. tests/meta/test_privacy.py fails
for a model or field that nobody has declared, for one that is declared and gone, and for a report that shows a
personal column. History follows its source: what is personal in a row is personal in its events.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from django.apps import apps
from django.db import models

PLAIN = "plain"
"""Says nothing of anybody."""
STAFF = "staff"
"""Who of the staff, of the partners or of a group's people acted in their office; kept as the record of it."""
RULES = {
    "account": "while the account lasts; accounts.actions.deletion takes it out when the person leaves",
    "group": "while the group is registered and its papers must be kept; of those who leave, deletion takes it out",
    "mail": "KYODO_MAIL_BODY_DAYS, then KYODO_MAIL_ROW_DAYS",
    "contact": "KYODO_CONSULTATION_CONTACT_DAYS after closing",
    "text": "KYODO_CONSULTATION_TEXT_DAYS after closing",
    "reading": "KYODO_CONSULTATION_READING_DAYS",
    "sign_in": "KYODO_SIGN_IN_LOG_DAYS",
    "roster": "while the specialist is on the roster",
    "moment": "gone by itself within days: keys, counters, drafts, sessions",
    "library": "with the account it belongs to",
}
"""How long each kind of personal data stays, and what ends it."""


@dataclass(frozen=True)
class Declared:
    """Each field of one model with PLAIN, STAFF or a rule of RULES."""

    kinds: Mapping[str, str]

    def is_personal(self, field: str) -> bool:
        return self.kinds[field] in RULES

    def under(self, rule: str) -> list[str]:
        return [name for name, kind in self.kinds.items() if kind == rule]


def fields(*, plain: str = "", staff: str = "", **personal: str) -> Declared:
    """Names separated by spaces; what is personal under the name of its rule."""
    unknown = set(personal) - set(RULES)
    if unknown:
        raise ValueError(f"No such rule: {unknown}")
    kinds: dict[str, str] = {}
    for kind, names in {PLAIN: plain, STAFF: staff, **personal}.items():
        for name in names.split():
            if name in kinds:
                raise ValueError(f"{name} is declared twice.")
            kinds[name] = kind
    return Declared(kinds)


LIBRARIES = {
    "account.EmailAddress": "library",
    "account.EmailConfirmation": "library",
    "admin.LogEntry": STAFF,
    "auth.Group": PLAIN,
    "auth.Permission": PLAIN,
    "contenttypes.ContentType": PLAIN,
    "mfa.Authenticator": "library",
    # Who did it, and the address of the page: numbers and references, no names.
    "pghistory.Context": STAFF,
    "pghistory.Events": STAFF,
    "pghistory.MiddlewareEvents": STAFF,
    # Numbers of rows, and the hash of a ticket that is good for a quarter of an hour.
    "procrastinate.ProcrastinateEvent": PLAIN,
    "procrastinate.ProcrastinateJob": PLAIN,
    "procrastinate.ProcrastinatePeriodicDefer": PLAIN,
    "procrastinate.ProcrastinateWorker": PLAIN,
    "sessions.Session": "moment",
    "usersessions.UserSession": "library",
}
"""Models of libraries, each as a whole."""


PRIVACY = {
    # The key is a hash of an address.
    "Attempts": fields(plain="count ends_at", moment="key"),
    "UnsentForm": fields(plain="id ends_at", moment="sealed"),
}


def declared() -> dict[str, Declared]:
    """By the model's label, of all our apps."""
    found: dict[str, Declared] = {}
    for config in apps.get_app_configs():
        if is_ours(config.name) and any(True for _model in config.get_models()):
            for name, one in import_module(f"{config.name}.privacy").PRIVACY.items():
                found[f"{config.label}.{name}"] = one
    return found


def is_ours(app: str) -> bool:
    return app.partition(".")[0] in ("kyodo", "accounts", "spaces", "cases", "events", "consultations")


def source_of(model: type[models.Model]) -> type[models.Model]:
    """The model that a history row tells of; any other model itself."""
    source: type[models.Model] | None = getattr(model, "pgh_tracked_model", None)
    return source or model


def field_names(model: type[models.Model]) -> set[str]:
    return {one.name for one in (*model._meta.local_fields, *model._meta.local_many_to_many)}
