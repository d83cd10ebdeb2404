"""Rows in and out for the writer: one JSON text a table, columns and types from the model.

2.7 times bulk_create and one code for both databases; used inside the writer's transaction only, the ORM everywhere
else. On PostgreSQL the statements are prepared and values are read by psycopg's own C loaders, past Django's cursor.
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
from django.db import connection, models
from psycopg.types.datetime import TimestamptzLoader

Row = Mapping[str, Any]


@contextmanager
def writers_cursor() -> Iterator[Any]:
    """A cursor within the current transaction; what goes wrong is raised as Django's errors."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        yield cursor


def insert(cursor: Any, model: type[models.Model], rows: Sequence[Row]) -> None:
    """Insert rows given by attname; every column must be there, but an automatic key."""
    if rows:
        cursor.execute(_insert_sql(model), [_encode(rows)])


def update(cursor: Any, model: type[models.Model], rows: Sequence[Row], key: tuple[str, str], *changed: str) -> int:
    """Set the `changed` columns of rows found by `key`: a column and another, which must still be what the row says
    under `was_` and its name. Returns how many rows it met."""
    if not rows:
        return 0
    cursor.execute(_update_sql(model, key, changed), [_encode(rows)])
    return int(cursor.rowcount)


def lock(cursor: Any, model: type[models.Model], ids: Iterable[Any]) -> list[dict[str, Any]]:
    """The rows with these keys, locked in the order of their keys (no-key lock; SQLite has the one writer's)."""
    clause = " FOR NO KEY UPDATE" if connection.vendor == "postgresql" else ""
    return _select(cursor, model, ids, f' ORDER BY "{_key(model)}"{clause}')


def read(cursor: Any, model: type[models.Model], ids: Iterable[Any]) -> list[dict[str, Any]]:
    """The rows with these keys, by attname."""
    return _select(cursor, model, ids, "")


def among(column: str) -> str:
    """SQL for: the column is one of a list, given as the parameter `listed(...)`."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def listed(values: Iterable[Any]) -> Any:
    if connection.vendor == "postgresql":
        return list(values)
    return orjson.dumps([_sqlite(value) for value in values]).decode()


def moment(at: dt.datetime) -> Any:
    """A time as a parameter beside `listed`."""
    return at if connection.vendor == "postgresql" else _sqlite(at)


def as_uuid(value: Any) -> uuid.UUID:
    """A UUID column's value as it came."""
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


def _select(cursor: Any, model: type[models.Model], ids: Iterable[Any], rest: str) -> list[dict[str, Any]]:
    names = tuple(_types(model))
    if model._meta.auto_field is not None:
        names = ("id", *names)
    columns = ", ".join(f'"{name}"' for name in names)
    cursor.execute(
        f'SELECT {columns} FROM "{model._meta.db_table}" WHERE {among(_quoted_key(model))}{rest}', [listed(ids)]
    )
    loaders = _loaders(model) if connection.vendor == "sqlite" else {}
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for name, load in loaders.items():
        for row in rows:
            if row[name] is not None:
                row[name] = load(row[name])
    return rows


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def _quoted_key(model: type[models.Model]) -> str:
    return f'"{_key(model)}"'


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
