"""The newest orders of many venues at once have an index; that of the venue alone goes: three others begin with it.

So an order costs as many indexes as before. Built beside the orders that are placed meanwhile, hence without a
transaction; it may be run again after it was broken off.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class AddIndexBesideWriters(migrations.AddIndex):
    """On PostgreSQL without a lock that orders would wait for, however long it takes."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        # It waits for whoever was writing before it began, while nobody waits for it.
        schema_editor.execute("SET statement_timeout = 0")
        schema_editor.execute("SET lock_timeout = 0")
        try:
            # One that was broken off is there, and of no use.
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
            schema_editor.add_index(model, self.index, concurrently=True)  # type: ignore[call-arg]  # PostgreSQL's
        finally:
            schema_editor.execute("RESET statement_timeout")
            schema_editor.execute("RESET lock_timeout")


def drop_index_of_venue(apps: Any, schema_editor: Any) -> None:
    """By what it is rather than by Django's name for it; SQLite would otherwise write the whole table anew."""
    model = apps.get_model("orders", "Order")
    for name in schema_editor._constraint_names(model, ["venue_id"], index=True, unique=False):
        schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


def add_index_of_venue(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("CREATE INDEX order_of_venue ON orders_order (venue_id)")


def venue(*, has_index: bool) -> models.ForeignKey[Any, Any]:
    to = "venues.venue"
    on_delete = django.db.models.deletion.PROTECT
    return models.ForeignKey(db_index=has_index, on_delete=on_delete, related_name="orders", to=to)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0006_test_orders_and_ticks")]
    operations = [
        AddIndexBesideWriters("order", models.Index(fields=["placed_at"], name="order_by_time")),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_index_of_venue, add_index_of_venue)],
            state_operations=[migrations.AlterField("order", "venue", venue(has_index=False))],
        ),
    ]
