"""How the site is, for a machine that watches it: codes alone, never a name, a number of patients or an address."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from clinic import outbox
from clinic.models import Message
from clinic.wording import duration

WORKER = "worker"


class Post(NamedTuple):
    """How the post is doing: since when the worker is silent (None: it never said a word), and the oldest that waits."""

    silent: timedelta | None
    oldest: timedelta | None

    @property
    def silent_words(self) -> str:
        return _words(self.silent)

    @property
    def oldest_words(self) -> str:
        return _words(self.oldest)

    @property
    def worker_is_late(self) -> bool:
        return self.silent is None or self.silent > timedelta(seconds=settings.WORKER_QUIET_SECONDS)

    @property
    def queue_is_late(self) -> bool:
        return self.oldest is not None and self.oldest > timedelta(seconds=settings.QUEUE_OLD_SECONDS)


def _words(age: timedelta | None) -> str:
    seconds = int(age.total_seconds()) if age else 0
    return f"{seconds} seconds" if seconds < 120 else duration(seconds // 60)


def post(now: datetime) -> Post:
    """Two queries. What may not be sent yet does not wait."""
    due = Message.objects.due(now).values_list("not_before", flat=True).first()
    return Post(outbox.quiet_for(name=WORKER, now=now), None if due is None else now - due)


def troubles(now: datetime) -> list[str]:
    """What keeps the site from working fully, as codes; empty when all is well. Raises nothing."""
    try:
        if pending_migrations():
            return ["migrations"]
        found = post(now)
    except DatabaseError:
        return ["database"]
    return [code for code, late in (("worker", found.worker_is_late), ("queue", found.queue_is_late)) if late]


def pending_migrations() -> int:
    """How many steps the schema is behind the code. Raises DatabaseError."""
    return len(_steps() - MigrationRecorder(connection).applied_migrations().keys())


@cache
def _steps() -> frozenset[tuple[str, str]]:
    """Every step that this code brings, read from its files once a process: they change with a new process alone."""
    return frozenset(MigrationLoader(None).graph.nodes)
