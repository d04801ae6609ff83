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
    """Finds one whole row of a model.

    `shape` makes the query, with any values in the places of the real ones, each in a filter of its own: Django sorts
    what stands in one.
    """

    def __init__(self, shape: Callable[[], QuerySet[Row]]) -> None:
        self._shape = shape

    @cached_property
    def _compiled(self) -> tuple[type[Row], str, list[str]]:
        rows = self._shape().order_by()
        sql, _values = rows.query.sql_with_params()
        return rows.model, sql, [field.attname for field in rows.model._meta.concrete_fields]

    def first(self, *values: Any) -> Row | None:
        """`values` in the order of the filters."""
        model, sql, names = self._compiled
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            row = cursor.fetchone()
        return None if row is None else model.from_db(DEFAULT_DB_ALIAS, names, row)
