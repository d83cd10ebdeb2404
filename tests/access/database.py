"""Whether something was written: what the connection was told, and what stands in the tables."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Model

from venues.models import Device

_WRITING = re.compile(r"\s*(?:WITH\b.*?\b)?(INSERT|UPDATE|DELETE)\b", re.IGNORECASE | re.DOTALL)
_OF_LOGINS = '"django_session"'
_SEEN = Device, "last_seen_at"  # who was there, whatever was asked; everything else of a device is looked at

Tables = dict[str, list[Any]]


@contextmanager
def written() -> Iterator[list[str]]:
    """What was written within, as the SQL that did it, known at the end; logins aside. All of it is undone."""
    found: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if _WRITING.match(sql) and _OF_LOGINS not in sql:
            found.append(sql[:200])
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(note):
        before = _counted()
        yield found
        found += [f"rows of {name}" for name, number in _counted().items() if number != before.get(name, 0)]
        transaction.set_rollback(True)


def _counted() -> dict[str, int]:
    """PostgreSQL's own count of rows written in this transaction: `orders.rows` writes past Django's cursors there."""
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE relname <> 'django_session'"
        )
        return dict(cursor.fetchall())


def tables(*, of_venues: frozenset[int] | None = None) -> Tables:
    """Every row of every table, logins aside; or those that name one of these venues."""
    models: list[type[Model]] = [model for model in apps.get_models() if model is not Session]
    found: Tables = {}
    for model in models:
        rows = model._default_manager.order_by("pk")
        if of_venues is not None:
            if not any(field.name == "venue" for field in model._meta.concrete_fields):
                continue
            rows = rows.filter(venue__in=of_venues)
        columns = [field.attname for field in model._meta.concrete_fields if (model, field.name) != _SEEN]
        found[model._meta.label] = list(rows.values_list(*columns))
    return found


def differing(before: Tables, after: Tables) -> list[str]:
    """The tables that are not as they were."""
    return [name for name in before if before[name] != after[name]]
