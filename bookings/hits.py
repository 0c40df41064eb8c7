"""Which coming appointments a closure or a missing pattern hits. Reads only, one query per table; changes nothing.

An appointment is hit when some of it lies in a closure, or when its clinician works there by no pattern at that time.
What staff set aside with a reason when they gave the time, and what they left as it is since, is no hit any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from bookings.availability import Closed, Pattern
from bookings.life import Status, Verb
from bookings.models import Appointment, AppointmentEvent, Closure, WorkingPattern
from bookings.models.appointment import AppointmentQuerySet
from bookings.patterns import Stretch, covers, shuts

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    User = AbstractBaseUser | AnonymousUser

COMING = (Status.PENDING, Status.BOOKED)
NO_PATTERN = "pattern"  # the code of a hit that no closure makes
_CLOSED = ("starts_at", "ends_at", "country", "location", "room", "clinician")
_PATTERN = (
    "clinician",
    "room",
    "location",
    "weekday",
    "starts",
    "ends",
    "step",
    "every_n_weeks",
    "valid_from",
    "valid_until",
)
_STRETCH = (
    "clinician",
    "room",
    "location",
    "location__time_zone",
    "location__country",
    "starts_at",
    "ends_at",
)
# Verbs that give a time: whatever was left as it is before no longer holds.
_GIVES_TIME = (Verb.ADD, Verb.REQUEST, Verb.MOVE, Verb.MOVE_ELSEWHERE)


@dataclass(frozen=True)
class Hit:
    """An appointment and what hits it: closures, or none of them where no pattern covers it."""

    appointment: Appointment
    closures: tuple[Closure, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code_of(closure.pk) for closure in self.closures) or (NO_PATTERN,)


def code_of(closure_id: int) -> str:
    """How an event names a closure."""
    return f"closure-{closure_id}"


# --- Before something is saved --------------------------------------------------------------------------------------
def by_closures(closures: Collection[Closed], *, now: datetime) -> list[Appointment]:
    """What of the coming appointments these closures hit, whatever was set aside before. One query."""
    if not closures:
        return []
    starts, ends = min(each.starts for each in closures), max(each.ends for each in closures)
    rows = _coming(now).touching(starts, ends)
    shared = {each.clinician for each in closures} if len(closures) == 1 else {None}
    if None not in shared:
        rows = rows.filter(clinician__in=shared)
    return [row for row in _named(rows) if any(shuts(each, stretch_of(row)) for each in closures)]


def by_patterns(
    before: Collection[Pattern], after: Collection[Pattern], *, now: datetime
) -> list[Appointment]:
    """What lies in these patterns and, after the change, in none of its clinician. Two queries.

    `before` are rows that change or go, `after` what stands in their place.
    """
    if not before:
        return []
    who = {pattern.clinician for pattern in before}
    rows = _named(_coming(now).filter(clinician__in=who, location__in={row.location for row in before}))
    stay = _patterns(who)
    for pattern in before:
        if pattern in stay:
            stay.remove(pattern)
    stay += after
    stretches = ((row, stretch_of(row)) for row in rows)
    return [
        row
        for row, stretch in stretches
        if any(covers(pattern, stretch) for pattern in before)
        and not any(covers(pattern, stretch) for pattern in stay)
    ]


def of_clinician(pk: int, *, now: datetime) -> list[Appointment]:
    """Every coming appointment of somebody who is about to stop working here. One query."""
    return _named(_coming(now).filter(clinician=pk))


def codes_of(row: Appointment) -> tuple[str, ...]:
    """What hits this one now, whatever was set aside before. Two queries; empty: nothing does."""
    stretch = stretch_of(row)
    closures = _closures(row.starts_at, row.ends_at)
    shut = tuple(code_of(pk) for pk, closed in closures.items() if shuts(closed, stretch))
    works = any(covers(pattern, stretch) for pattern in _patterns({row.clinician_id}))
    return shut or (() if works else (NO_PATTERN,))


# --- The list of all ------------------------------------------------------------------------------------------------
def hits(user: User, *, now: datetime, most: int | None = None) -> list[Hit]:
    """Every coming appointment at this user's clinics that is hit, the soonest first, with all its page names."""
    found = dict(list(_found(user, now).items())[:most])
    rows = {row.pk: row for row in _named(Appointment.objects.filter(pk__in=found))}
    wanted = {closure for closures in found.values() for closure in closures}
    closures = (
        Closure.objects.select_related("location", "room", "clinician").in_bulk(wanted) if wanted else {}
    )
    return [
        Hit(rows[pk], tuple(closures[each] for each in of_it if each in closures))
        for pk, of_it in found.items()
        if pk in rows
    ]


def count(user: User, *, now: datetime) -> int:
    return len(_found(user, now))


def _found(user: User, now: datetime) -> dict[int, tuple[int, ...]]:
    """Ids of the appointments with the ids of the closures that hit each: none where no pattern covers it."""
    rows = list(
        _coming(now)
        .visible_to(user)
        .order_by("starts_at", "pk")
        .values_list("pk", "override_reason", "clinician__active", *_STRETCH)
    )
    if not rows:
        return {}
    stretches = {pk: Stretch(*rest) for pk, _, _, *rest in rows}
    # A reason given with the time does not hold for a clinician who has left.
    overridden = {pk for pk, reason, works_here, *_ in rows if reason and works_here}
    closures = _closures(
        min(each.starts for each in stretches.values()), max(e.ends for e in stretches.values())
    )
    patterns: defaultdict[tuple[int, int], list[Pattern]] = defaultdict(list)
    for pattern in _patterns({each.clinician for each in stretches.values()}):
        patterns[pattern.clinician, pattern.location].append(pattern)
    found: dict[int, set[str]] = {}
    for pk, stretch in stretches.items():
        shut = {code_of(key) for key, closed in closures.items() if shuts(closed, stretch)}
        works = any(covers(pattern, stretch) for pattern in patterns[stretch.clinician, stretch.location])
        if shut or not (works or pk in overridden):
            found[pk] = shut or {NO_PATTERN}
    for pk, codes in _left(found, overridden & found.keys()).items():
        found[pk] -= codes
    return {pk: _ids(codes) for pk, codes in found.items() if codes}


def _ids(codes: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted(int(code.partition("-")[2]) for code in codes if code != NO_PATTERN))


def _left(found: Mapping[int, Collection[str]], set_aside: Collection[int]) -> dict[int, set[str]]:
    """What is no hit any more: left as it is since its time was given, or set aside with a reason when it was.

    A reason given with the time speaks of the closures that were there then, not of one that was made later.
    """
    if not found:
        return {}
    left: defaultdict[int, set[str]] = defaultdict(set)
    given: dict[int, datetime] = {}
    events = AppointmentEvent.objects.filter(appointment__in=found, verb__in=(*_GIVES_TIME, Verb.LEAVE))
    rows = events.order_by("version", "pk").values_list("appointment", "verb", "at", "reason_code")
    for pk, verb, at, code in rows:
        if verb == Verb.LEAVE:
            left[pk].update(code.split())
        else:
            left[pk].clear()
            given[pk] = at
    made = _made_at({code for pk in set_aside for code in found[pk]})
    for pk in set_aside:
        if pk in given:
            left[pk].update(code for code in found[pk] if code not in made or made[code] <= given[pk])
    return left


def _made_at(codes: Collection[str]) -> dict[str, datetime]:
    """When each of these closures was last put in or changed by somebody; none for what a command loaded."""
    ids = [str(each) for each in _ids(codes)]
    if not ids:
        return {}
    kind = ContentType.objects.get_for_model(Closure)
    rows = LogEntry.objects.filter(content_type=kind, object_id__in=ids).order_by("action_time")
    return {code_of(int(key or 0)): at for key, at in rows.values_list("object_id", "action_time")}


# --- Reading --------------------------------------------------------------------------------------------------------
def _coming(now: datetime) -> AppointmentQuerySet:
    return Appointment.objects.with_patient().filter(status__in=COMING, ends_at__gt=now)


def _named(rows: AppointmentQuerySet) -> list[Appointment]:
    read_with = ("patient", "location", "clinician", "room", "service")
    return list(rows.select_related(*read_with).order_by("starts_at", "pk"))


def stretch_of(row: Appointment) -> Stretch:
    place = row.location
    return Stretch(
        row.clinician_id, row.room_id, place.pk, place.time_zone, place.country, row.starts_at, row.ends_at
    )


def closed_of(row: Closure) -> Closed:
    """A closure, saved or not yet, as `availability` takes it."""
    return Closed(
        row.starts_at, row.ends_at, row.country or None, row.location_id, row.room_id, row.clinician_id
    )


def pattern_of(row: WorkingPattern) -> Pattern:
    """A pattern, saved or not yet, as `availability` takes it."""
    return Pattern(
        row.clinician_id,
        row.room_id,
        row.location_id,
        row.weekday,
        row.starts,
        row.ends,
        row.step,
        row.every_n_weeks,
        row.valid_from,
        row.valid_until,
    )


def _closures(starts: datetime, ends: datetime) -> dict[int, Closed]:
    rows = Closure.objects.touching(starts, ends).values_list("pk", *_CLOSED)
    return {
        pk: Closed(begins, finishes, country or None, *rest) for pk, begins, finishes, country, *rest in rows
    }


def _patterns(clinicians: Collection[int]) -> list[Pattern]:
    """Of those who work here still: a clinician who left works by no pattern."""
    rows = WorkingPattern.objects.filter(clinician__in=clinicians, clinician__active=True).order_by()
    return [Pattern(*row) for row in rows.values_list(*_PATTERN)]
