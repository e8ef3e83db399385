"""How migrations change tables. Tortoise 1.1 leaves four things undone, which are done here.

- A new table gets its CHECK constraints; Tortoise writes them only when one is added later.
- A new NOT NULL column finds rows already: they get the field's default.
- SQLite cannot alter a table in place, so it is made anew beside the old one. Tortoise's copy has neither the indexes
  nor the unique constraints of the table; this one has.
- A change of a field that SQLite does not store, such as its description, leaves the table alone.
"""

import json
from collections.abc import Iterable
from enum import Enum
from typing import Any

from tortoise.fields.base import Field
from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.migrations import executor
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.schema_editor import BasePostgresSchemaEditor, BaseSchemaEditor, SqliteSchemaEditor
from tortoise.models import Model


class _WritesChecks(BaseSchemaEditor):
    """Puts the CHECK constraints of a model into its table from the start."""

    _checks: Iterable[CheckConstraint] = ()

    def _get_model_sql_data(self, model: type[Model]) -> Any:
        self._checks = checks_of(model)
        try:
            return super()._get_model_sql_data(model)
        finally:
            self._checks = ()

    def _get_inner_statements(self) -> list[str]:
        own = [self.CHECK_CONSTRAINT_CREATE_TEMPLATE.format(name=one.name, check=one.check) for one in self._checks]
        return [*super()._get_inner_statements(), *own]


class PostgresEditor(_WritesChecks, BasePostgresSchemaEditor):
    """For PostgreSQL."""

    async def add_field(self, model: type[Model], field_name: str) -> None:
        """Add a column; rows that are there get the default, and so do those of a version still running."""
        field = model._meta.fields_map[field_name]
        if not _needs_value(field):
            await super().add_field(model, field_name)
            return
        table, column = self._qualify_table_name(model._meta.db_table, model._meta.schema), _column(field)
        kind = field.get_for_dialect(self.DIALECT, "SQL_TYPE")
        await self._run_sql(f'ALTER TABLE {table} ADD COLUMN "{column}" {kind} NOT NULL DEFAULT {_literal(field)}')
        if field.unique:
            await self.add_constraint(model, UniqueConstraint(fields=(column,)))

    async def missing_checks(self, model: type[Model]) -> list[CheckConstraint]:
        """Constraints of the model that its table does not have."""
        found = await self.client.execute_query_dict(
            "SELECT conname FROM pg_constraint WHERE conrelid = $1::regclass", [model._meta.db_table]
        )
        there = {row["conname"] for row in found}
        return [check for check in checks_of(model) if check.name not in there]

    async def add_checks(self, model: type[Model], checks: Iterable[CheckConstraint]) -> None:
        """Add them, if every row agrees."""
        for check in checks:
            await self.add_constraint(model, check)


class SqliteEditor(_WritesChecks, SqliteSchemaEditor):
    """For SQLite."""

    async def add_field(self, model: type[Model], field_name: str) -> None:
        """Add a column; the rows that are there get the field's default."""
        field = model._meta.fields_map[field_name]
        if not _needs_value(field):
            await super().add_field(model, field_name)
            return
        table, kind = model._meta.db_table, field.get_for_dialect(self.DIALECT, "SQL_TYPE")
        await self._run_sql(
            f'ALTER TABLE "{table}" ADD COLUMN "{_column(field)}" {kind} NOT NULL DEFAULT {_literal(field)}'
        )
        if field.unique:
            await self.add_constraint(model, UniqueConstraint(fields=(_column(field),)))

    async def add_constraint(self, model: type[Model], constraint: UniqueConstraint | CheckConstraint) -> None:
        """A CHECK is part of the table, which is made anew for it; a unique one is an index beside it."""
        if isinstance(constraint, CheckConstraint):
            await self.rebuild(model)
        else:
            await super().add_constraint(model, constraint)

    async def remove_constraint(self, model: type[Model], constraint: UniqueConstraint | CheckConstraint) -> None:
        """The same backwards."""
        if isinstance(constraint, CheckConstraint):
            await self.rebuild(model, without=constraint.name)
            return
        name = await self._resolve_constraint_name(model, constraint)
        if any(f'"{name}"' in index for index in await self._indexes(model._meta.db_table)):
            await super().remove_constraint(model, constraint)
        else:  # it came with the table
            await self.rebuild(model, without=name)

    async def remove_field(self, model: type[Model], field: Field[Any]) -> None:
        """Take a column out."""
        if isinstance(field, ManyToManyFieldInstance):
            await super().remove_field(model, field)
            return
        await self.rebuild(model, without_column=_column(field))

    async def _alter_field(self, model: type[Model], old_field: Field[Any], new_field: Field[Any]) -> None:
        renamed = _column(old_field) != _column(new_field)
        if renamed:
            await self._run_sql(
                f'ALTER TABLE "{model._meta.db_table}" RENAME COLUMN "{_column(old_field)}" TO "{_column(new_field)}"'
            )
        if self._stored(old_field) != self._stored(new_field):
            await self.rebuild(model)

    def _stored(self, field: Field[Any]) -> tuple[object, ...]:
        """What of a field the table knows. The length of a text is not enforced by SQLite."""
        kind = field.get_for_dialect(self.DIALECT, "SQL_TYPE")
        return ("VARCHAR" if str(kind).startswith("VARCHAR") else kind, field.null, field.unique, field.index, field.pk)

    async def rebuild(self, model: type[Model], *, without_column: str = "", without: str = "") -> None:
        """Make the table anew as the model says, with all its rows, indexes and constraints."""
        table = model._meta.db_table
        if (await self.client.execute_query_dict("PRAGMA foreign_keys"))[0]["foreign_keys"]:
            raise RuntimeError("with foreign keys on, making a table anew would delete the rows that refer to it")
        create = _creation(self._get_model_sql_data(model).table_sql)
        indexes = await self._indexes(table)  # and triggers, as they are: those of the model may be ahead or behind
        _, *definitions, tail = create.splitlines()
        gone = {f'"{name}"' for name in (without_column, without) if name}
        beside = {index.split('"')[1] for index in indexes}  # a unique constraint that was added later is one of these
        kept = [
            one.rstrip(",")
            for one in definitions
            if not any(name in one and one.strip().startswith((name, "CONSTRAINT")) for name in gone)
            and not (one.strip().startswith("CONSTRAINT") and one.split('"')[1] in beside)
        ]
        had = {
            row["name"]: row["dflt_value"]
            for row in await self.client.execute_query_dict(f'PRAGMA table_info("{table}")')
        }
        kept = [f"{one} DEFAULT {default}" if (default := had.get(_name(one))) else one for one in kept]
        shared = ", ".join(f'"{name}"' for name in map(_name, kept) if name in had)
        await self._run_sql(f'CREATE TABLE "new__{table}" (\n' + ",\n".join(kept) + f"\n{tail}")
        await self._run_sql(f'INSERT INTO "new__{table}" ({shared}) SELECT {shared} FROM "{table}"')
        await self._run_sql(f'DROP TABLE "{table}"')
        await self._run_sql(f'ALTER TABLE "new__{table}" RENAME TO "{table}"')
        for index in indexes:
            if not any(name in index for name in gone):
                await self.client.execute_query(index)  # in one piece: a trigger has semicolons of its own
        if broken := await self.client.execute_query_dict(f'PRAGMA foreign_key_check("{table}")'):
            raise RuntimeError(f"rows of {table} refer to rows that are not there: {broken[:3]}")

    async def _indexes(self, table: str) -> list[str]:
        """What creates the indexes and triggers of a table."""
        rows = await self.client.execute_query_dict(
            "SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name = ? AND sql IS NOT NULL",
            [table],
        )
        return [row["sql"] for row in rows]

    async def missing_checks(self, model: type[Model]) -> list[CheckConstraint]:
        """Constraints of the model that its table does not have."""
        rows = await self.client.execute_query_dict(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", [model._meta.db_table]
        )
        return [check for check in checks_of(model) if f'"{check.name}"' not in rows[0]["sql"]]

    async def add_checks(self, model: type[Model], checks: Iterable[CheckConstraint]) -> None:
        """Add them, if every row agrees: all in one go."""
        if list(checks):
            await self.rebuild(model)


async def add_missing_checks(apps: Any, editor: PostgresEditor | SqliteEditor) -> None:
    """For `RunPython`: give tables of an older version the constraints that a new one has from the start."""
    for models in list(apps.apps.values()):
        for model in list(models.values()):
            await editor.add_checks(model, await editor.missing_checks(model))


async def keep_checks(apps: Any, editor: object) -> None:
    """For `RunPython` on the way back: they stay."""


def checks_of(model: type[Model]) -> list[CheckConstraint]:
    """The CHECK constraints of a model, each once: a state may have one as an option and as an operation."""
    constraints = getattr(model._meta, "constraints", None) or ()
    return list({one.name: one for one in constraints if isinstance(one, CheckConstraint)}.values())


def install() -> None:
    """Have Tortoise's migrations use these editors: its executor finds them by these two names."""
    executor.SqliteSchemaEditor = SqliteEditor  # type: ignore[attr-defined]  # there is no other hook
    executor.BasePostgresSchemaEditor = PostgresEditor  # type: ignore[attr-defined]  # there is no other hook


def _needs_value(field: Field[Any]) -> bool:
    has_value = field.default is not None and not field.null and not field.has_db_default()
    return has_value and not isinstance(field, ForeignKeyFieldInstance | ManyToManyFieldInstance)


def _column(field: Field[Any]) -> str:
    if isinstance(field, ForeignKeyFieldInstance):
        return field.source_field or f"{field.model_field_name}_id"
    return field.source_field or field.model_field_name


def _name(definition: str) -> str:
    """The column that a line of CREATE TABLE defines; empty for a constraint."""
    return definition.split('"')[1] if definition.strip().startswith('"') else ""


def _literal(field: Field[Any]) -> str:
    """The field's default as SQL."""
    value = field.default() if callable(field.default) else field.default
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    text = value if isinstance(value, str) else json.dumps(value)
    return "'" + text.replace("'", "''") + "'"


def _creation(sql: str) -> str:
    """The CREATE TABLE out of what Tortoise writes for a model, with a definition on each line."""
    create, _, rest = sql.partition("\n)")
    return f"{create}\n){rest.partition(';')[0]}"
