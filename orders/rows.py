"""Rows in and out for the writer: one JSON text a table, columns and types from the model.

2.7 times bulk_create and one code for both databases; used inside the writer's transaction only, the ORM everywhere
else.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
import psycopg
from django.db import DEFAULT_DB_ALIAS, DataError, connection, connections, models
from psycopg.types.datetime import TimestamptzLoader

Row = Mapping[str, Any]
Load = Callable[[Any], Any]
_DIVISION_BY_ZERO = "22012"


class Asked:
    """Rows that were asked for; `rows` waits for them."""

    def __init__(self, cursor: Any, columns: tuple[str, ...] = (), loaders: Mapping[str, Load] | None = None) -> None:
        self._cursor, self._columns, self._loaders = cursor, columns, loaders or {}

    def tuples(self) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self._cursor.fetchall()
        return rows

    def rows(self) -> list[dict[str, Any]]:
        """By column, as Django would give the values."""
        rows = [dict(zip(self._columns, row, strict=True)) for row in self._cursor.fetchall()]
        for name, load in self._loaders.items():
            for row in rows:
                if row[name] is not None:
                    row[name] = load(row[name])
        return rows


class Statements:
    """Statements within the current transaction.

    On PostgreSQL they are sent without waiting for each other (pipeline mode) and prepared, and values are read by
    psycopg's own C loaders. A batch waits twice: for what it asked, and for what it wrote with its COMMIT. Each wait
    costs far more than a statement, because another thread gets Python meanwhile.
    """

    def __init__(self) -> None:
        # Looked up once: Django's `connection` finds out for each attribute which thread asks.
        self._database = connections[DEFAULT_DB_ALIAS]
        self._pipelined = self._database.vendor == "postgresql"

    def ask(self, sql: str, parameters: Sequence[Any]) -> Asked:
        """Rows of numbers, texts and UUIDs."""
        return Asked(self._execute(sql, parameters))

    def ask_for(self, model: type[models.Model], ids: Iterable[Any], *, lock: bool = False) -> Asked:
        """The rows with these keys; with `lock`, locked in the order of their keys (SQLite has the one writer's)."""
        names = _names(model)
        rest = f' ORDER BY "{_key(model)}"' if lock else ""
        if lock and self._pipelined:
            rest += " FOR NO KEY UPDATE"
        columns = ", ".join(f'"{name}"' for name in names)
        where = among(f'"{_key(model)}"')
        sql = f'SELECT {columns} FROM "{model._meta.db_table}" WHERE {where}{rest}'
        cursor = self._execute(sql, [listed(ids)], with_times=True)
        return Asked(cursor, names, {} if self._pipelined else _loaders(model))

    def insert(self, model: type[models.Model], rows: Sequence[Row]) -> None:
        """Insert rows given by attname; every column must be there, but an automatic key."""
        if rows:
            self._execute(_insert_sql(model), [_encode(rows)])

    def update(self, model: type[models.Model], rows: Sequence[Row], key: tuple[str, str], *changed: str) -> None:
        """Set the `changed` columns of rows found by `key`: a column, and another that must still be what the row says
        under `was_` and its name. Where it meets fewer rows, OutOfStep, now or at the end of the transaction."""
        if not rows:
            return
        sql = _update_sql(model, key, changed)
        if self._pipelined:
            guarded = f"WITH met AS ({sql} RETURNING 1) SELECT 1 / ((SELECT count(*) FROM met) = %s)::int"
            self._execute(guarded, [_encode(rows), len(rows)])
        elif self._execute(sql, [_encode(rows)]).rowcount != len(rows):
            raise OutOfStep

    def commit(self) -> None:
        """Send COMMIT along with what was written, where that saves a wait; it happens at the end in any case."""
        if self._pipelined:
            self._database.connection.commit()

    def _execute(self, sql: str, parameters: Sequence[Any], *, with_times: bool = False) -> Any:
        if self._pipelined:
            cursor = psycopg.Cursor(self._database.connection)
            if with_times:  # Django's own loader is Python
                cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
            return cursor.execute(sql, parameters, prepare=True)
        own = self._database.cursor()
        own.execute(sql, parameters)
        return own


class OutOfStep(Exception):
    """A row was not as it was read under the lock: somebody writes orders behind the writer's back."""


@contextmanager
def statements() -> Iterator[Statements]:
    """Statements within the current transaction, all done at the end of the block. What goes wrong is raised as
    Django's errors."""
    if connection.vendor != "postgresql":
        yield Statements()
        return
    connection.ensure_connection()
    try:
        with connection.wrap_database_errors, connection.connection.pipeline():
            yield Statements()
    except DataError as error:
        if getattr(error.__cause__, "sqlstate", None) == _DIVISION_BY_ZERO:
            raise OutOfStep from error
        raise


def among(column: str) -> str:
    """SQL for: the column is one of a list, given as the parameter `listed(...)`."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def listed(values: Iterable[int | str | uuid.UUID]) -> str:
    """The parameter for `among`: a JSON list, or PostgreSQL's text of an array (psycopg makes one value by value)."""
    if connection.vendor == "postgresql":
        return "{" + orjson.dumps(list(values)).decode()[1:-1] + "}"
    return orjson.dumps([_sqlite(value) for value in values]).decode()


def moment(at: dt.datetime) -> Any:
    """A time as a parameter beside `listed`."""
    return at if connection.vendor == "postgresql" else _sqlite(at)


def as_uuid(value: Any) -> uuid.UUID:
    """A UUID column's value as it came."""
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


def _names(model: type[models.Model]) -> tuple[str, ...]:
    names = tuple(_types(model))
    return ("id", *names) if model._meta.auto_field is not None else names


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def _fields(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [f for f in model._meta.concrete_fields if f.column is not None and not isinstance(f, models.AutoField)]


@cache
def _types(model: type[models.Model]) -> dict[str, str]:
    return {str(field.column): field.db_type(connection) or "" for field in _fields(model)}


@cache
def _insert_sql(model: type[models.Model]) -> str:
    types = _types(model)
    columns = ", ".join(f'"{column}"' for column in types)
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        shape = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
        return f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM json_to_recordset(%s::json) AS r({shape})'
    values = ", ".join(f"json_extract(value, '$.{column}')" for column in types)
    return f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM json_each(%s)'


@cache
def _update_sql(model: type[models.Model], key: tuple[str, str], changed: tuple[str, ...]) -> str:
    table, (found_by, guard) = model._meta.db_table, key
    types = _types(model) | {f"was_{guard}": _types(model)[guard]}
    taken = (found_by, f"was_{guard}", *changed)
    sets = ", ".join(f'"{column}" = r."{column}"' for column in changed)
    if connection.vendor == "postgresql":
        shape = ", ".join(f'"{column}" {types[column]}' for column in taken)
        rows = f"json_to_recordset(%s::json) AS r({shape})"
    else:
        values = ", ".join(f"json_extract(value, '$.{column}') AS \"{column}\"" for column in taken)
        rows = f"(SELECT {values} FROM json_each(%s)) AS r"
    return (
        f'UPDATE "{table}" SET {sets} FROM {rows} '
        f'WHERE "{table}"."{found_by}" = r."{found_by}" AND "{table}"."{guard}" = r."was_{guard}"'
    )


def _encode(rows: Sequence[Row]) -> str:
    if connection.vendor == "postgresql":
        return orjson.dumps(rows, default=str).decode()
    return orjson.dumps(
        [{key: _sqlite(value) for key, value in row.items()} for row in rows], option=orjson.OPT_PASSTHROUGH_DATETIME
    ).decode()


def _sqlite(value: Any) -> Any:
    convert = _TO_SQLITE.get(type(value))
    return value if convert is None else convert(value)


# As Django's SQLite backend keeps these types.
_TO_SQLITE: dict[type, Callable[[Any], Any]] = {
    uuid.UUID: lambda value: value.hex,
    dt.datetime: lambda value: str(value.astimezone(dt.UTC).replace(tzinfo=None)),
    dt.date: str,
    Decimal: str,
}


# What sqlite3 and the converters that Django registers with it leave to be done; dates come as dates.
@cache
def _loaders(model: type[models.Model]) -> dict[str, Callable[[Any], Any]]:
    loaders: dict[str, Callable[[Any], Any]] = {}
    for field in _fields(model):
        inner = field.target_field if isinstance(field, models.ForeignKey) else field
        if isinstance(inner, models.UUIDField):
            loaders[str(field.column)] = uuid.UUID
        elif isinstance(inner, models.DateTimeField):
            loaders[str(field.column)] = lambda naive: naive.replace(tzinfo=dt.UTC)
        elif isinstance(inner, models.DecimalField):
            loaders[str(field.column)] = _decimal(inner.decimal_places)
    return loaders


def _decimal(places: int) -> Callable[[Any], Decimal]:
    step = Decimal(1).scaleb(-places)
    return lambda value: Decimal(str(value)).quantize(step)
