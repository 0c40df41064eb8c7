"""Counts how often a step of the journey was shown and passed: numbers of a day and a clinic, never of a visitor."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import F

from bookings.models import StepCount
from clinic.models import Location

log = logging.getLogger(__name__)
KEPT = timedelta(days=731)  # 2 years, whichever of them was a leap year
PATIENCE_MS = 250  # how long a page waits for a counter that somebody else holds
Column = Literal["shown", "passed"]


class Event(StrEnum):
    """What is counted beside the steps: as `shown` each time it happens, `passed` where a way on was taken."""

    NO_TIMES = "times-none"
    LOST_AT_SEND = "lost-at-send"
    WAIT = "wait"
    RING_ME = "ring-me"
    SENT_CLEAR = "sent-clear"
    SENT_READ = "sent-read"
    SENT_RING = "sent-ring"
    SENT_PHONE = "sent-phone"


def count_shown(*, step: str, location: Location | None, now: datetime) -> str:
    """One more was shown. Returns the mark to hand to `count_passed`; empty where it could not be counted.

    Counted on the clinic's own day, or London's while none is chosen. Never raises a database error: a page
    matters more than its count.
    """
    mark = mark_of(location=location, now=now)
    return mark if _add(step, mark, "shown") else ""


def count_passed(*, step: str, mark: str) -> None:
    """One more of those shown under this mark went on, so that no more pass than were shown. Empty: not counted."""
    if mark:
        _add(step, mark, "passed")


def mark_of(*, location: Location | None, now: datetime) -> str:
    """The day and the clinic that something is counted under, as text that a session may hold."""
    zone = location.zone if location else ZoneInfo(settings.TIME_ZONE)
    return f"{now.astimezone(zone).date()} {location.slug if location else ''}"


def delete_old_counts(*, now: datetime) -> int:
    """Deletes the counts of days more than 2 years ago. Returns how many rows."""
    deleted, _ = StepCount.objects.filter(day__lt=(now - KEPT).date()).delete()
    return deleted


def _add(step: str, mark: str, column: Column) -> bool:
    """A transaction of its own: what a verb has done stays done, whatever becomes of its count."""
    day, _, clinic = mark.partition(" ")
    row = {"day": date.fromisoformat(day), "clinic": clinic, "step": step}
    try:
        with _impatient(), transaction.atomic(durable=True):
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = %s", [f"{PATIENCE_MS}ms"])
            return _one_more(row, column) or _first(row, column) or _one_more(row, column)
    except Error as error:
        log.warning("a step was not counted: %s", type(error).__name__)
        return False


def _one_more(row: dict[str, object], column: Column) -> bool:
    """The sum is done by the database, so that of two at once both are counted."""
    return bool(StepCount.objects.filter(**row).update(**{column: F(column) + 1}))


def _first(row: dict[str, object], column: Column) -> bool:
    """The first of its day. Somebody else may have been faster: then there is a row by now."""
    try:
        with transaction.atomic():
            StepCount.objects.create(**row, **{column: 1})
    except IntegrityError:
        return False
    return True


@contextmanager
def _impatient() -> Iterator[None]:
    """SQLite waits for its one writer as long as it is told, even to begin; PostgreSQL is told inside."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual)}")
