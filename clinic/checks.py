"""System checks of the clinic room. Each has an id and says what to do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import OperationalError, ProgrammingError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from clinic.models import append_only


def lacking(
    alias: str, tables: Collection[str], missing: Callable[[BaseDatabaseWrapper], list[str]]
) -> list[str]:
    """What `missing` says a database lacks of its own guards. Nothing where it is away, or has no such tables yet."""
    connection = connections[alias]
    try:
        migrated = set(tables) <= set(connection.introspection.table_names())
        return missing(connection) if migrated else []
    except (OperationalError, ProgrammingError):
        return []


@register()
def demo_stays_here(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEMO and not set(settings.ALLOWED_HOSTS) <= settings.LOOPBACK_HOSTS:
        return [
            Error(
                "A demo may only answer on this machine.",
                hint="Set ALLOWED_HOSTS to localhost,127.0.0.1 or set DEMO=0.",
                id="clinic.E001",
            )
        ]
    return []


@register(Tags.database)
def trail_stands(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The database refuses to change what happened. SQLite drops the triggers silently when a migration remakes a table."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        gone = lacking(alias, append_only.TABLES, append_only.missing)
        if gone:
            found.append(
                Error(
                    f"What happened can be changed: {', '.join(gone)} is missing.",
                    hint="End the last migration of that table with InstallAppendOnly(), and migrate.",
                    id="clinic.E002",
                )
            )
    return found
