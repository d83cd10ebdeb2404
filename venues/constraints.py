"""A foreign key over two columns, so that the database itself keeps a row inside its venue or operator."""

from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement


class SameOwner(models.BaseConstraint):
    """(owner, thing) of this row must be one (owner, id) of the target model.

    Django's ForeignKey looks at the id alone: a table session could name another venue's table. Declare the plain
    ForeignKey with `db_constraint=False` beside it; this one takes its place. The target needs a unique constraint
    over (owner, id). Checked at commit, as Django's own foreign keys are.
    """

    def __init__(self, *, owner: str, thing: str, to: str, to_owner: str | None = None, name: str) -> None:
        super().__init__(name=name)
        self.owner, self.thing, self.to, self.to_owner = owner, thing, to, to_owner or owner

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None
        assert schema_editor is not None
        target = self._target(model)
        quote = schema_editor.quote_name
        columns = ", ".join(quote(_column(model, name)) for name in (self.owner, self.thing))
        remote = ", ".join(quote(_column(target, name)) for name in (self.to_owner, "id"))
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({columns}) "
            f"REFERENCES {quote(target._meta.db_table)} ({remote}) DEFERRABLE INITIALLY DEFERRED"
        )

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        assert model is not None
        assert schema_editor is not None
        return Statement(
            "ALTER TABLE %(table)s ADD %(constraint)s",
            table=schema_editor.quote_name(model._meta.db_table),
            constraint=self.constraint_sql(model, schema_editor),
        )

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        assert model is not None
        assert schema_editor is not None
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=schema_editor.quote_name(model._meta.db_table),
            name=schema_editor.quote_name(self.name),
        )

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Forms are scoped to one owner before this; the database has the last word."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path = f"{self.__class__.__module__}.{self.__class__.__name__}"
        words = {"owner": self.owner, "thing": self.thing, "to": self.to, "to_owner": self.to_owner, "name": self.name}
        return path, (), words

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameOwner) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)

    def _target(self, model: type[models.Model]) -> type[models.Model]:
        # A migration's registry has the table as it is at that point; the one in which SQLite remakes a table is bare.
        try:
            return model._meta.apps.get_model(self.to)
        except LookupError:
            return apps.get_model(self.to)


def _column(model: type[models.Model], name: str) -> str:
    column = model._meta.get_field(name).column  # type: ignore[union-attr]
    return str(column)
