"""Reads the rota, the closures and what is taken, and hands them to `availability`. Never changes anything.

One query per table, whatever the number of clinics and days. Instants are UTC; `now` is always an argument.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q

from bookings import availability
from bookings.availability import Busy, Closed, Pair, Pattern, Place, Slot
from bookings.life import BLOCKING, Status
from bookings.models import Appointment, Closure, Service, WorkingPattern
from bookings.promises import promise
from bookings.working_time import add_working_hours, working_day_at
from clinic.models import Location

_PATTERN = ("clinician", "room", "location", "weekday", "starts", "ends", "step", "every_n_weeks")
_CLOSED = ("starts_at", "ends_at", "country", "location", "room", "clinician", "kind", "day", "reason")
_BUSY = ("clinician_id", "room_id", "location_id", "starts_at", "ends_at")


class Rota(NamedTuple):
    """Who works where and when nobody does, as `availability` takes it."""

    patterns: list[Pattern]
    closures: list[Closed]
    holidays: dict[str, frozenset[date]]
    reasons: list[str]  # one for each closure, in the same order


def place(location: Location) -> Place:
    return Place(location.pk, location.time_zone, location.country)


def rota(locations: Collection[Location], *, starts: datetime, ends: datetime) -> Rota:
    """The patterns of these clinics and every closure that touches the stretch. Two queries."""
    rows = WorkingPattern.objects.filter(location__in=[each.pk for each in locations], clinician__active=True)
    closed = Closure.objects.touching(starts, ends).values_list(*_CLOSED)
    closures: list[Closed] = []
    reasons: list[str] = []
    free_days: dict[str, set[date]] = {}
    for begins, finishes, country, location, room, clinician, kind, day, reason in closed:
        reasons.append(reason)
        closures.append(Closed(begins, finishes, country or None, location, room, clinician))
        if kind == Closure.Kind.BANK_HOLIDAY and day:
            free_days.setdefault(country, set()).add(day)
    return Rota(
        [Pattern(*row) for row in rows.values_list(*_PATTERN, "valid_from", "valid_until")],
        closures,
        {country: frozenset(days) for country, days in free_days.items()},
        reasons,
    )


def holidays(country: str) -> frozenset[date]:
    """The bank holidays of a country, as dates of its own calendar."""
    rows = Closure.objects.bank_holidays().filter(Q(country=country) | Q(country=""), day__isnull=False)
    return frozenset(day for day in rows.values_list("day", flat=True) if day)


def busy(
    *,
    starts: datetime,
    ends: datetime,
    now: datetime,
    pairs: Iterable[Pair] = (),
    own: Appointment | None = None,
) -> list[Busy]:
    """What is taken between two instants, widened by the longest journey; only of these pairs if any are given.

    `own` is left out: what somebody holds or moves never stands in their own way.
    """
    gap = timedelta(minutes=settings.TRAVEL_MINUTES)
    rows = Appointment.objects.blocking(now).touching(starts - gap, ends + gap).order_by()
    if pairs := list(pairs):
        rows = rows.filter(
            Q(clinician__in={who for who, _ in pairs}) | Q(room__in={room for _, room in pairs})
        )
    if own is not None:
        rows = rows.exclude(pk=own.pk)
    return [Busy(*row) for row in rows.values_list(*_BUSY)]


def blocks(row: Appointment, now: datetime) -> bool:
    """Whether it takes its time now, as `Appointment.objects.blocking` asks the database: a hold until it runs out."""
    if row.status == Status.HOLD:
        return row.hold_expires_at is not None and row.hold_expires_at > now
    return row.status in BLOCKING


def taken(rows: Iterable[Appointment], now: datetime) -> list[Busy]:
    """The same as `busy`, out of rows that have been read already. No query."""
    return [
        Busy(row.clinician_id, row.room_id, row.location_id, row.starts_at, row.ends_at)
        for row in rows
        if blocks(row, now)
    ]


def free_slots(
    locations: Iterable[Location],
    read: Rota,
    taken: Collection[Busy],
    *,
    minutes: int,
    earliest: datetime,
    latest: datetime,
) -> list[Slot]:
    """The free times of these clinics between two instants (UTC), out of what has been read already. No query."""
    return availability.free_slots(
        places=[place(location) for location in locations],
        patterns=read.patterns,
        closures=read.closures,
        busy=taken,
        minutes=minutes,
        earliest=earliest,
        latest=latest,
        travel_minutes=settings.TRAVEL_MINUTES,
    )


def window(location: Location, now: datetime, free_days: Collection[date]) -> tuple[datetime, datetime]:
    """From when and until when (UTC) a patient may ask for a time at this clinic.

    The first time lies after the notice, and after the whole day we promise to answer by.
    """
    notice_over = add_working_hours(now, settings.NOTICE_WORKING_HOURS, location.time_zone, free_days)
    day_after = promise(location, now, free_days).answer_by + timedelta(days=1)
    earliest = max(notice_over, working_day_at(day_after, time(), location.time_zone))
    return earliest, now + timedelta(days=settings.HORIZON_DAYS)


def free_times(
    locations: Collection[Location],
    service: Service,
    *,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    own: Appointment | None = None,
    notice: bool = True,
) -> list[Slot]:
    """Every free time at these clinics, the soonest first. Three queries.

    `since` and `until` narrow the stretch; `notice=False` is for staff, who are not bound by the notice.
    """
    horizon = now + timedelta(days=settings.HORIZON_DAYS)
    first, last = max(since or now, now), min(until or horizon, horizon)
    if first >= last:
        return []
    margin = timedelta(minutes=service.minutes)
    # The holidays that the notice counts over may lie before the first time asked for.
    read = rota(locations, starts=min(first, now) - margin, ends=last + margin)
    pairs = [(pattern.clinician, pattern.room) for pattern in read.patterns]
    taken = busy(starts=first - margin, ends=last + margin, now=now, pairs=pairs, own=own)
    opens: dict[datetime, list[Location]] = {}  # clinics with the same notice are worked out together
    for location in locations:
        free_days = read.holidays.get(location.country, frozenset()) | read.holidays.get("", frozenset())
        earliest = window(location, now, free_days)[0] if notice else now
        opens.setdefault(max(first, earliest), []).append(location)
    found = [
        slot
        for earliest, places in opens.items()
        for slot in free_slots(places, read, taken, minutes=service.minutes, earliest=earliest, latest=last)
    ]
    return sorted(found, key=lambda slot: (slot.starts, slot.location))


def nearest(
    slots: Iterable[Slot], to: datetime, location: Location, most: int = 3
) -> tuple[list[Slot], list[Slot]]:
    """For a time that was lost: the nearest at the same clinic, and the nearest one at each of the others."""
    near = sorted(slots, key=lambda slot: (abs(slot.starts - to), slot.starts))
    here = [slot for slot in near if slot.location == location.pk][:most]
    others: dict[int, Slot] = {}
    for slot in near:
        if slot.location != location.pk:
            others.setdefault(slot.location, slot)
    return sorted(here, key=lambda slot: slot.starts), sorted(others.values(), key=lambda slot: slot.starts)
