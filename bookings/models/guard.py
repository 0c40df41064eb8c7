"""The database's own refusal of overlap, as one migration operation. Never the only guard: services lock first.

PostgreSQL gets exclusion constraints, SQLite gets triggers that abort with the same names. `InstallGuard()` ends every
migration that alters the appointment table, because SQLite drops a table's triggers whenever Django remakes it.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.base import Operation

from bookings.life import BLOCKING

TABLE = "bookings_appointment"
CLINICIAN = "appointment_clinician_overlap"
ROOM = "appointment_room_overlap"
GUARDED = {CLINICIAN: "clinician_id", ROOM: "room_id"}

_BLOCKING = ", ".join(f"'{status}'" for status in BLOCKING)

_POSTGRES_ADD = """
ALTER TABLE {table} ADD CONSTRAINT {name}
EXCLUDE USING gist ({column} WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&) WHERE (status IN ({blocking}))
"""

# Times are stored as UTC text of one shape, so text order is time order.
_SQLITE_ADD = """
CREATE TRIGGER {name}_{event} BEFORE {event} ON {table}
WHEN NEW.status IN ({blocking})
BEGIN
  SELECT RAISE(ABORT, '{name}') WHERE EXISTS (
    SELECT 1 FROM {table} AS other
    WHERE other.{column} = NEW.{column} AND other.id IS NOT NEW.id
      AND other.status IN ({blocking})
      AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
  );
END
"""


def _statements(vendor: str) -> list[str]:
    """What puts the guard in, from nothing or over an older one."""
    made: list[str] = ["CREATE EXTENSION IF NOT EXISTS btree_gist"] if vendor == "postgresql" else []
    for name, column in GUARDED.items():
        words = {"table": TABLE, "name": name, "column": column, "blocking": _BLOCKING}
        if vendor == "postgresql":
            made += [f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {name}", _POSTGRES_ADD.format(**words)]
            continue
        for event in ("INSERT", "UPDATE"):
            made += [f"DROP TRIGGER IF EXISTS {name}_{event}", _SQLITE_ADD.format(**words, event=event)]
    return made


def _removals(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {name}" for name in GUARDED]
    return [f"DROP TRIGGER IF EXISTS {name}_{event}" for name in GUARDED for event in ("INSERT", "UPDATE")]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the guard in. Safe to repeat."""
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the guard out: for the reverse of a migration and for the control runs of the drills."""
    with connection.cursor() as cursor:
        for statement in _removals(connection.vendor):
            cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the guard's parts that this database lacks. Empty means that the guard stands."""
    if connection.vendor == "postgresql":
        wanted, query = list(GUARDED), "SELECT conname FROM pg_constraint WHERE contype = 'x'"
    else:
        wanted = [f"{name}_{event}" for name in GUARDED for event in ("INSERT", "UPDATE")]
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {row[0] for row in cursor.fetchall()}
    return [name for name in wanted if name not in there]


class InstallGuard(Operation):
    """The migration operation. Its reverse takes the guard out, so that the table can be altered back."""

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        return None

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in _statements(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in _removals(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return "Install the guard against overlapping appointments"

    @property
    def migration_name_fragment(self) -> str:
        return "install_guard"
