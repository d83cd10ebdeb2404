"""Many rows in one statement: one JSON text a table, columns and types from the model.

2.7 times bulk_create and one code for both databases; used by the writer only, the ORM everywhere else.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
from django.db import connection, models
from django.db.backends.utils import CursorWrapper

Row = Mapping[str, Any]


def insert(cursor: CursorWrapper, model: type[models.Model], rows: Sequence[Row]) -> None:
    """Insert rows given by attname; every column must be there, but an automatic key."""
    if rows:
        cursor.execute(_insert_sql(model), [_encode(model, rows)])


def update(cursor: CursorWrapper, model: type[models.Model], rows: Sequence[Row], changed: tuple[str, ...]) -> int:
    """Set the `changed` columns of rows, where `seq` is still the row's `was_seq`. Returns how many rows it met."""
    if not rows:
        return 0
    cursor.execute(_update_sql(model, changed), [_encode(model, rows)])
    return int(cursor.rowcount)


def _fields(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [f for f in model._meta.concrete_fields if f.column is not None and not isinstance(f, models.AutoField)]


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
def _update_sql(model: type[models.Model], changed: tuple[str, ...]) -> str:
    types = _types(model) | {"was_seq": "bigint"}
    table = model._meta.db_table
    taken = ("id", "was_seq", *changed)
    sets = ", ".join(f'"{column}" = r."{column}"' for column in changed)
    if connection.vendor == "postgresql":
        shape = ", ".join(f'"{column}" {types[column]}' for column in taken)
        rows = f"json_to_recordset(%s::json) AS r({shape})"
    else:
        values = ", ".join(f"json_extract(value, '$.{column}') AS \"{column}\"" for column in taken)
        rows = f"(SELECT {values} FROM json_each(%s)) AS r"
    return f'UPDATE "{table}" SET {sets} FROM {rows} WHERE "{table}".id = r.id AND "{table}".seq = r.was_seq'


def _encode(model: type[models.Model], rows: Sequence[Row]) -> str:
    if connection.vendor == "postgresql":
        return orjson.dumps(rows, default=str).decode()
    return orjson.dumps(
        [{key: _sqlite(value) for key, value in row.items()} for row in rows], option=orjson.OPT_PASSTHROUGH_DATETIME
    ).decode()


def _sqlite(value: Any) -> Any:
    convert = _SQLITE.get(type(value))
    return value if convert is None else convert(value)


# As Django's SQLite backend keeps these types.
_SQLITE: dict[type, Callable[[Any], Any]] = {
    uuid.UUID: lambda value: value.hex,
    dt.datetime: lambda value: str(value.astimezone(dt.UTC).replace(tzinfo=None)),
    dt.date: str,
    Decimal: str,
}
