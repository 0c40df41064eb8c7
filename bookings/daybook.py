"""The diary as the desk sees it: what is free, asked for, taken and closed, for any clinics and days. Reads only.

One query per table, whatever the number of clinics and days. Instants are UTC; `now` is an argument.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.conf import settings

from bookings import diary
from bookings.availability import Busy
from bookings.life import BLOCKING, Status
from bookings.models import Appointment
from bookings.working_time import working_day_at
from clinic.models import Clinician, Location

FREE_MINUTES = 30  # what is free is free for a first visit


class State(StrEnum):
    """What a stretch of the diary is. Each has a word, a shape and a colour of its own on the page."""

    FREE = "free"
    HELD = "held"
    ASKED = "asked"
    BOOKED = "booked"
    HERE = "here"
    SEEN = "seen"
    NOSHOW = "noshow"
    BUSY = "busy"  # somebody at a clinic that is not hers: no name
    CLOSED = "closed"


_STATES = {
    Status.HOLD: State.HELD,
    Status.PENDING: State.ASKED,
    Status.BOOKED: State.BOOKED,
    Status.ARRIVED: State.HERE,
    Status.FULFILLED: State.SEEN,
    Status.NOSHOW: State.NOSHOW,
}


@dataclass(frozen=True)
class Entry:
    """One stretch of one clinician's time at one clinic (UTC). `appointment` only where its name may be seen."""

    place: Location
    clinician: int | None  # empty: the whole clinic
    starts: datetime
    ends: datetime
    state: State
    appointment: Appointment | None = None
    reason: str = ""  # of a closure
    until: datetime | None = None  # when a hold runs out

    @property
    def day(self) -> date:
        """The day on the clinic's own calendar."""
        return self.starts.astimezone(self.place.zone).date()


@dataclass(frozen=True)
class Daybook:
    entries: list[Entry]
    clinicians: dict[int, str]  # everybody who works or is booked then, by id


def read(
    places: Sequence[Location],
    first: date,
    last: date,
    *,
    names_at: Collection[int],
    now: datetime,
) -> Daybook:
    """Everything from the first day to the last (both included) of these clinics' own calendars, in order of time.

    `names_at` are the ids of the clinics whose people may be named; elsewhere somebody is only busy.
    """
    starts = min(working_day_at(first, time(), place.time_zone) for place in places)
    ends = max(working_day_at(last + timedelta(days=1), time(), place.time_zone) for place in places)
    gap = timedelta(minutes=settings.TRAVEL_MINUTES)
    rota = diary.rota(places, starts=starts, ends=ends)
    shown = [*BLOCKING, Status.NOSHOW]
    rows = list(
        Appointment.objects.touching(starts - gap, ends + gap)
        .filter(status__in=shown)
        .select_related("patient", "service")
        .order_by("starts_at", "pk")
    )
    rows = [row for row in rows if row.status == Status.NOSHOW or diary.blocks(row, now)]
    busy = diary.taken(rows, now)
    by_id = {place.pk: place for place in places}
    entries = [_of(row, by_id[row.location_id], names_at) for row in rows if row.location_id in by_id]
    entries += _closed(rota, by_id, starts, ends)
    entries += _free(places, rota, busy, max(starts, now), ends)
    entries = [entry for entry in entries if first <= entry.day <= last]
    entries.sort(key=lambda entry: (entry.starts, entry.place.position, entry.clinician or 0))
    return Daybook(entries, _names(entries))


def _of(row: Appointment, place: Location, names_at: Collection[int]) -> Entry:
    named = place.pk in names_at and row.patient_id is not None
    state = _STATES[row.state] if named or row.status == Status.HOLD else State.BUSY
    appointment, until = row if named else None, row.hold_expires_at if state == State.HELD else None
    return Entry(place, row.clinician_id, row.starts_at, row.ends_at, state, appointment, until=until)


def _free(
    places: Sequence[Location], rota: diary.Rota, busy: list[Busy], earliest: datetime, latest: datetime
) -> Iterator[Entry]:
    """Free stretches, a clinician at a time: starts that follow each other closely are one stretch."""
    if earliest >= latest:
        return
    for place in places:
        slots = diary.free_slots([place], rota, busy, minutes=FREE_MINUTES, earliest=earliest, latest=latest)
        taken_until: dict[int, datetime] = {}
        for slot in slots:
            for clinician, _ in slot.candidates:
                if slot.starts >= taken_until.get(clinician, slot.starts):
                    yield Entry(place, clinician, slot.starts, slot.ends, State.FREE)
                    taken_until[clinician] = slot.ends


def _closed(
    rota: diary.Rota, places: dict[int, Location], starts: datetime, ends: datetime
) -> Iterator[Entry]:
    """Closures, a day at a time, of the clinics and clinicians they are for."""
    works_at: defaultdict[int, set[int]] = defaultdict(set)
    for pattern in rota.patterns:
        works_at[pattern.location].add(pattern.clinician)
    for closed, reason in zip(rota.closures, rota.reasons, strict=True):
        for place in places.values():
            if closed.location not in (None, place.pk) or closed.country not in (None, place.country):
                continue
            if closed.clinician is not None and closed.clinician not in works_at[place.pk]:
                continue
            for begins, finishes in _days(max(closed.starts, starts), min(closed.ends, ends), place):
                yield Entry(place, closed.clinician, begins, finishes, State.CLOSED, reason=reason)


def _days(starts: datetime, ends: datetime, place: Location) -> Iterator[tuple[datetime, datetime]]:
    while starts < ends:
        on = starts.astimezone(place.zone).date()
        midnight = working_day_at(on + timedelta(days=1), time(), place.time_zone)
        yield starts, min(ends, midnight)
        starts = midnight


def _names(entries: Iterable[Entry]) -> dict[int, str]:
    wanted = {entry.clinician for entry in entries if entry.clinician}
    return dict(Clinician.objects.filter(pk__in=wanted).values_list("pk", "name"))
