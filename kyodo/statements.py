"""A query whose shape never changes, put into SQL once.

Django builds a query's SQL anew each time, which takes three times as long as the answer to a small one. Worth it for what
every signed-in request asks, and for nothing else.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


class RowStatement(Generic[Row]):
    """Finds one whole row of a model, with what the query annotates it by.

    `shape` makes the query of `stand_ins`, values that stand nowhere else in it and no two of which are the same: the
    real ones take their places, wherever and however often Django puts them.
    """

    def __init__(self, shape: Callable[..., QuerySet[Row]], *stand_ins: Any) -> None:
        self._shape, self._stand_ins = shape, stand_ins

    @cached_property
    def _compiled(self) -> tuple[type[Row], str, list[Any], list[str], list[str]]:
        rows = self._shape(*self._stand_ins).order_by()
        sql, places = rows.query.sql_with_params()
        fields = [field.attname for field in rows.model._meta.concrete_fields]
        return (
            rows.model,
            sql,
            list(places),
            fields,
            list(rows.query.annotation_select),
        )

    def first(self, *values: Any) -> Row | None:
        """`values` in the order of the stand-ins."""
        model, sql, places, fields, annotations = self._compiled
        real = dict(zip(self._stand_ins, values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(sql, [real.get(value, value) for value in places])
            answer = cursor.fetchone()
        if answer is None:
            return None
        row = model.from_db(DEFAULT_DB_ALIAS, fields, answer[: len(fields)])
        for name, value in zip(annotations, answer[len(fields) :], strict=True):
            setattr(row, name, value)
        return row
