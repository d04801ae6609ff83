"""A query whose shape never changes, put into SQL once.

Django builds a query's SQL anew each time, which takes three times as long as PostgreSQL takes to answer a small one. A page
of fifteen such queries spends half of its time on it. docs/decisions/0026 says where a statement is used and where not.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from types import NoneType, UnionType
from typing import Any, Generic, ParamSpec, TypeVar, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Field, ForeignObject, Lookup, QuerySet
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")
Asked = ParamSpec("Asked")


@Field.register_lookup
@ForeignObject.register_lookup
class OneOf(Lookup[Any]):
    """`pk__one_of=[1, 2]`: as `in`, with the whole list as one value, so that the SQL is the same for any number."""

    lookup_name = "one_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, values = self.process_lhs(compiler, connection)
        return f"{sql} = ANY(%s)", [*values, self.rhs]


# ── What a statement may be asked with ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Kind:
    """How a value of a type comes into a statement."""

    stand_in: Callable[[Any, int], Any]
    """What the shape is compiled with: values that nobody asks for, other ones at each place."""
    scalars: Callable[[Any], Sequence[Any]]
    """Of a value, and of what stands in for it: what may come out in the SQL."""
    shape: Callable[[Any], Hashable]
    """All that the shape may decide by. Two values of one shape share their SQL."""


def _plain(stand_in: Callable[[int], Any]) -> Kind:
    return Kind(lambda _value, place: stand_in(place), lambda value: (value,), lambda value: value is None)


KINDS: dict[type, Kind] = {
    int: _plain(lambda place: 2_000_000_000 + place),
    str: _plain(lambda place: f"\x01stand-in {place}\x01"),
    date: _plain(lambda place: date(1, 1, 1) + timedelta(days=place)),
    datetime: _plain(lambda place: datetime(1, 1, 2, tzinfo=UTC) + timedelta(days=place)),
    time: _plain(lambda place: time(3, 3, 3, 333_000 + place)),
    UUID: _plain(lambda place: UUID(int=place + 1)),
    list: _plain(lambda place: [2_000_000_000 + place]),
    DateTimeTZRange: _plain(
        lambda place: DateTimeTZRange(
            datetime(1, 1, 2, tzinfo=UTC), datetime(1, 1, 3, tzinfo=UTC) + timedelta(days=place)
        )
    ),
}
"""A floor above adds its own (accounts: its User)."""


def _kind_of(hint: Any) -> Kind:
    """`int`, `list[int]`, `int | None`."""
    if get_origin(hint) is UnionType:
        hint = next(part for part in get_args(hint) if part is not NoneType)
    return KINDS[get_origin(hint) or hint]


# ── The statement ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Compiled:
    rows: QuerySet[Any, Any]
    compiler: Any
    sql: str
    """Empty where the shape is `none()`."""
    values: Sequence[Any]
    places: Sequence[int | None]
    """For each of `values`: which scalar of the call replaces it."""


class Statement(Generic[Asked, Row]):
    """A function that makes a queryset of values whose types it names:

        @Statement
        def _due(group: int, now: datetime) -> QuerySet[Booking]:
            return Booking.objects.filter(group=group, ends_at__gt=now)

        _due.rows(group.pk, clock.now())

    It may do whatever a queryset does (joins, annotations, order, a slice, `values_list`, prefetches). It must not decide
    by its values, and a value is compared as it is: no `icontains`, and `one_of` for a list of numbers. None is another
    shape where the type allows it.
    """

    def __init__(self, shape: Callable[Asked, QuerySet[Any, Row]]) -> None:
        self._shape = shape
        self._compiled: dict[tuple[Hashable, ...], Compiled] = {}

    def rows(self, *values: Asked.args, **named: Asked.kwargs) -> list[Row]:
        """The rows as Django makes them, read at once. Values in their order, none by name."""
        compiled, parameters = self._asked(values, named)
        if not compiled.sql:
            return []
        query: Any = copy(compiled.rows.query)
        compiler = copy(compiled.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda *args, **kwargs: (compiled.sql, parameters)
        query.get_compiler = lambda *args, **kwargs: compiler
        rows: QuerySet[Any, Row] = object.__new__(type(compiled.rows))
        rows.__dict__ = compiled.rows.__dict__ | {"_query": query}
        return list(rows)

    def first(self, *values: Asked.args, **named: Asked.kwargs) -> Row | None:
        """The first row, for a shape that finds one or ends with a slice."""
        rows = self.rows(*values, **named)
        return rows[0] if rows else None

    def count(self, *values: Asked.args, **named: Asked.kwargs) -> int:
        """How many rows. For a shape without an order: PostgreSQL would sort what it only counts."""
        compiled, parameters = self._asked(values, named)
        if not compiled.sql:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM ({compiled.sql}) counted", parameters)  # noqa: S608 - Django's own
            (count,) = cursor.fetchone()
        return int(count)

    def _asked(self, values: Sequence[Any], named: Mapping[str, Any]) -> tuple[Compiled, Sequence[Any]]:
        kinds = self._kinds
        if named or len(values) != len(kinds):
            raise TypeError(f"{len(kinds)} values are asked for, in their order")
        shape = tuple(kind.shape(value) for kind, value in zip(kinds, values, strict=True))
        compiled = self._compiled.get(shape) or self._compile(shape, values)
        if compiled.rows.query.select_for_update and connection.get_autocommit():
            # Django says so while it compiles, which is once.
            raise TransactionManagementError("a lock is asked for outside of a transaction")
        scalars = [part for kind, value in zip(kinds, values, strict=True) for part in kind.scalars(value)]
        return compiled, tuple(
            value if place is None else scalars[place]
            for value, place in zip(compiled.values, compiled.places, strict=True)
        )

    @cached_property
    def _kinds(self) -> list[Kind]:
        hints = get_type_hints(self._shape)
        hints.pop("return", None)
        return [_kind_of(hint) for hint in hints.values()]

    def _compile(self, shape: tuple[Hashable, ...], values: Sequence[Any]) -> Compiled:
        stand_ins = [
            None if value is None else kind.stand_in(value, place)
            for place, (kind, value) in enumerate(zip(self._kinds, values, strict=True))
        ]
        scalars = [
            part for kind, value in zip(self._kinds, stand_ins, strict=True) for part in kind.scalars(value)
        ]
        rows = cast(Callable[..., QuerySet[Any, Row]], self._shape)(*stand_ins)
        compiler: Any = rows.query.get_compiler(connection=connection)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            self._check_empty(stand_ins)
            compiled = self._compiled[shape] = Compiled(rows, compiler, "", (), ())
            return compiled
        # What makes Python values of the answer is the same each time, too.
        converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda expressions: converters
        places = [_place(parameter, scalars) for parameter in parameters]
        for place, value in enumerate(scalars):
            # Of a person (a value of several parts) not each part need come out.
            if value is not None and value in stand_ins and place not in places:
                raise LookupError(
                    f"{self._shape} decides by its value {value!r}, or asks for it as something else"
                )
        compiled = self._compiled[shape] = Compiled(rows, compiler, sql, parameters, places)
        return compiled

    def _check_empty(self, stand_ins: Sequence[Any]) -> None:
        """Empty for whatever is asked: not because a column is too small for the number that stands in."""
        small = [1 if isinstance(value, int) else value for value in stand_ins]
        try:
            cast(Callable[..., QuerySet[Any, Row]], self._shape)(*small).query.sql_with_params()
        except EmptyResultSet:
            return
        raise LookupError(f"{self._shape}: a column cannot hold what stands in for its number")


def _place(parameter: Any, scalars: Sequence[Any]) -> int | None:
    for place, value in enumerate(scalars):
        # Django may have made a number of its own kind of it (Int8), which PostgreSQL reads the same way.
        if value is not None and isinstance(parameter, type(value)) and parameter == value:
            return place
    return None
