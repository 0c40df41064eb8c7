"""System checks of the clinic room. Each has an id and says what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import OperationalError, ProgrammingError, connections

from clinic.models import append_only


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
        connection = connections[alias]
        try:
            if not set(append_only.TABLES) <= set(connection.introspection.table_names()):
                continue  # not migrated yet
            gone = append_only.missing(connection)
        except (OperationalError, ProgrammingError):
            continue
        if gone:
            found.append(
                Error(
                    f"What happened can be changed: {', '.join(gone)} is missing.",
                    hint="End the last migration of that table with InstallAppendOnly(), and migrate.",
                    id="clinic.E002",
                )
            )
    return found
