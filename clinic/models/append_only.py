"""Tables whose rows are written once: the database itself refuses to change or delete one, on PostgreSQL and SQLite.

`InstallAppendOnly(table)` ends every migration that makes or alters such a table, because SQLite drops a table's
triggers whenever Django remakes it. TRUNCATE is refused by the grants of docs/operate.md, not here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NoReturn

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.base import Operation

TABLES = ("clinic_trailrow", "bookings_appointmentevent")
REFUSAL = "written once"
_EVENTS = ("UPDATE", "DELETE")

_POSTGRES = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{refusal}: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
_POSTGRES_ADD = """
CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""
_SQLITE_ADD = """
CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{refusal}: {table}'); END
"""


class AppendOnly(models.QuerySet[Any]):
    """Rows that are written once: changing or deleting them in bulk is refused before the database has to."""

    def update(self, **kwargs: object) -> NoReturn:
        raise TypeError("What happened is written once and never changed.")

    def delete(self) -> NoReturn:
        raise TypeError("What happened is written once and never deleted.")


def _name(table: str, event: str) -> str:
    return f"{table}_no_{event.lower()}"


def _statements(vendor: str, table: str) -> list[str]:
    made = [_POSTGRES.format(refusal=REFUSAL)] if vendor == "postgresql" else []
    add = _POSTGRES_ADD if vendor == "postgresql" else _SQLITE_ADD
    for event in _EVENTS:
        words = {"name": _name(table, event), "event": event, "table": table, "refusal": REFUSAL}
        made += [_removal(vendor, table, event), add.format(**words)]
    return made


def _removal(vendor: str, table: str, event: str) -> str:
    return f"DROP TRIGGER IF EXISTS {_name(table, event)}" + (
        f" ON {table}" if vendor == "postgresql" else ""
    )


def install(connection: BaseDatabaseWrapper, tables: Collection[str] = TABLES) -> None:
    """Put the triggers in. Safe to repeat."""
    with connection.cursor() as cursor:
        for table in tables:
            for statement in _statements(connection.vendor, table):
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper, tables: Collection[str] = TABLES) -> None:
    """Take them out: for the reverse of a migration, for control runs, and where a test empties its database."""
    with connection.cursor() as cursor:
        for table in tables:
            for event in _EVENTS:
                cursor.execute(_removal(connection.vendor, table, event))


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the triggers that this database lacks."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {row[0] for row in cursor.fetchall()}
    return [name for table in TABLES for event in _EVENTS if (name := _name(table, event)) not in there]


class InstallAppendOnly(Operation):
    """The migration operation for one table. Its reverse takes the triggers out."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: Any) -> None:
        return None

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in _statements(schema_editor.connection.vendor, self.table):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for event in _EVENTS:
            schema_editor.execute(_removal(schema_editor.connection.vendor, self.table, event), params=None)

    def describe(self) -> str:
        return f"Refuse changes of {self.table}"

    @property
    def migration_name_fragment(self) -> str:
        return f"append_only_{self.table}"
