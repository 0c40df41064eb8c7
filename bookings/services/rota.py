"""Changes who works when and when we are closed. Says first which appointments that hits; never touches one of them.

A verb is given the ids of the hit appointments that somebody has seen. One that she has not seen stops it. Whoever books
while a closure is being saved may still come between: the list of hits shows that one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from copy import copy
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db.models import Model

from bookings import bank_holidays, hits, next_times
from bookings.models import Appointment, Closure, WorkingPattern
from bookings.patterns import shuts
from bookings.services.errors import BookingError, NotAllowed
from bookings.services.transaction import durable
from bookings.services.walking import Actor
from clinic import page_cache
from clinic.models import Membership, Role

_DAY = timedelta(days=1)


class HitsUnseen(BookingError):
    """Appointments lie in the way that nobody has looked at yet. `rows` are all of them, the seen ones too."""

    sentence = "This hits appointments. Please look at them first. Nothing is saved yet."

    def __init__(self, rows: list[Appointment]) -> None:
        self.rows = rows
        super().__init__()


class RowChanged(BookingError):
    """Somebody saved the same row meanwhile."""

    sentence = "Somebody else has changed this since you opened it. Please open it again and look."


class PastStays(BookingError):
    """A change of what has already been."""


def seen_as(row: Model | None) -> str:
    """A short digest of the row as somebody has it before her; empty for one that is not there yet."""
    if row is None or row.pk is None:
        return ""
    values = [f"{field.attname}={getattr(row, field.attname)}" for field in row._meta.concrete_fields]
    return hashlib.sha256("\n".join(values).encode()).hexdigest()[:16]


@durable
def put_closure(
    *, closure: Closure, expected: str, seen: Collection[int], actor: Actor, now: datetime
) -> Closure:
    """Save a new or changed closure. Raises HitsUnseen, RowChanged, NotAllowed.

    Of a changed one only what it hits newly is told.
    """
    before = _lock(Closure, closure.pk, expected)
    for row in filter(None, (before, closure)):
        _require_manager(actor, row.location_id)
    found = hits.by_closures([hits.closed_of(closure)], now=now)
    if before is not None:
        was = hits.closed_of(before)
        found = [row for row in found if not shuts(was, hits.stretch_of(row))]
    _stop_unless_seen(found, seen)
    closure.save()
    _wrote(actor, closure, CHANGE if before else ADDITION)
    return closure


@durable
def put_pattern(
    *, pattern: WorkingPattern, expected: str, seen: Collection[int], actor: Actor, now: datetime
) -> WorkingPattern:
    """Save a new or changed pattern. Returns the row that holds from now on.

    The past of one that has begun stays: it ends on the day before the change, and a new row goes on from there.
    Raises HitsUnseen, RowChanged, PastStays, NotAllowed.
    """
    before = _lock(WorkingPattern, pattern.pk, expected)
    for row in filter(None, (before, pattern)):
        _require_manager(actor, row.location_id)
    today = now.astimezone(pattern.location.zone).date()
    after = [pattern] if before is None else _split(before, pattern, today)
    if before is not None:
        told = hits.by_patterns([hits.pattern_of(before)], [hits.pattern_of(row) for row in after], now=now)
        _stop_unless_seen(told, seen)
    for row in after:
        row.save()
        _wrote(actor, row, CHANGE if before and row.pk == before.pk else ADDITION)
    return after[-1]


@durable
def remove_pattern(
    *, pattern_id: int, expected: str, seen: Collection[int], actor: Actor, now: datetime
) -> None:
    """Take away a pattern that has not begun. Raises HitsUnseen, RowChanged, PastStays, NotAllowed."""
    pattern = _lock(WorkingPattern, pattern_id, expected)
    if pattern is None:
        return
    _require_manager(actor, pattern.location_id)
    if pattern.valid_from < now.astimezone(pattern.location.zone).date():
        raise PastStays("This pattern has begun. Its past stays: give it a last day.")
    _stop_unless_seen(hits.by_patterns([hits.pattern_of(pattern)], [], now=now), seen)
    _wrote(actor, pattern, DELETION)
    pattern.delete()


@durable
def add_bank_holidays(*, years: Collection[int], seen: Collection[int], actor: Actor, now: datetime) -> int:
    """Put in those of these years that are missing, and say how many days. For a manager of every clinic.

    Raises HitsUnseen, NotAllowed.
    """
    _require_manager(actor, None)
    missing = [hits.closed_of(row) for row in bank_holidays.missing(years)]
    _stop_unless_seen(hits.by_closures(missing, now=now), seen)
    added = bank_holidays.load_bank_holidays(years)
    page_cache.drop()
    next_times.drop()
    return added


def _split(before: WorkingPattern, pattern: WorkingPattern, today: date) -> list[WorkingPattern]:
    """The rows that stand in the place of `before`: itself as it now is, or ended with another that goes on."""
    if before.valid_from >= today:
        return [pattern]  # none of it is past
    if before.valid_until and before.valid_until < today:
        raise PastStays("This pattern has ended. Its past stays: please add a new one.")
    if not _differs(before, pattern, but="valid_until"):
        _refuse_past(pattern.valid_until, today)
        return [pattern]
    if pattern.valid_from < today:
        raise PastStays(
            "This pattern has begun. Under “valid from” say from which day the change holds: today or later. "
            "Until the day before, it stays as it was."
        )
    if pattern.valid_until and pattern.valid_until < pattern.valid_from:
        raise PastStays("The last day comes before the first one.")
    ended = copy(before)
    ended.valid_until = min(filter(None, (before.valid_until, pattern.valid_from - _DAY)))
    follows = copy(pattern)
    follows.pk = None
    follows._state = copy(pattern._state)
    follows._state.adding = True
    return [ended, follows]


def _refuse_past(last_day: date | None, today: date) -> None:
    if last_day and last_day < today - _DAY:
        raise PastStays("The past stays as it was: the last day is yesterday or later.")


def _differs(one: Model, other: Model, *, but: str) -> bool:
    names = (field.attname for field in one._meta.concrete_fields if field.attname != but)
    return any(getattr(one, name) != getattr(other, name) for name in names)


def _stop_unless_seen(rows: list[Appointment], seen: Collection[int]) -> None:
    if any(row.pk not in seen for row in rows):
        raise HitsUnseen(rows)


def _lock(model: Any, pk: int | None, expected: str) -> Any:
    """The row as it stands, kept from others until the end; None for a new one. Raises RowChanged."""
    if pk is None:
        return None
    row = model.objects.select_for_update().filter(pk=pk).first()
    if row is None or seen_as(row) != expected:
        raise RowChanged
    return row


def _require_manager(actor: Actor, location_id: int | None) -> None:
    """What names no clinic concerns all of them: for a manager of all. Raises NotAllowed."""
    places = Membership.objects.places_of(actor.user, [Role.MANAGER]) if actor.user else None
    if places is None or not (places.everywhere or (location_id is not None and places.cover(location_id))):
        raise NotAllowed


def _wrote(actor: Actor, row: Model, flag: int) -> None:
    """Who did it is written down as the stock admin does, and no kept page or time outlives the change."""
    if actor.user is not None:
        rows: Iterable[Any] = [row]
        LogEntry.objects.log_actions(actor.user.pk, rows, flag, "", single_object=True)
    page_cache.drop()
    next_times.drop()
