"""The line after one of a list, asked where the line itself has already left the list or is about to."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, OrderBy, Q, QuerySet, When

from consultations.models import Consultation

Order = Sequence[str | OrderBy]


def next_line(rows: QuerySet[Consultation], order: Order, one: Consultation) -> Consultation | None:
    """The next one as `one` stood when it was looked at; from the last line back to the first. None: no other is left."""
    others = rows.exclude(pk=one.pk).select_related(None).only("reference")
    return others.order_by(Case(When(after(order, one), then=0), default=1), *order).first()


def after(order: Order, one: Consultation) -> Q:
    """What stands behind it in this order."""
    behind, level_with = Q(pk__in=()), Q()
    for part in order:
        name, is_descending, has_nulls_last = _read(part)
        value = getattr(one, name)
        if value is None:
            level_with &= Q(**{f"{name}__isnull": True})
            continue
        further = Q(**{f"{name}__{'lt' if is_descending else 'gt'}": value})
        if has_nulls_last:
            further |= Q(**{f"{name}__isnull": True})
        behind |= level_with & further
        level_with &= Q(**{name: value})
    return behind


def _read(part: str | OrderBy) -> tuple[str, bool, bool]:
    """Name, whether it goes down, whether what has none comes last."""
    if isinstance(part, str):
        return part.removeprefix("-"), part.startswith("-"), False
    expression: Any = part.expression
    return expression.name, part.descending, bool(part.nulls_last)
