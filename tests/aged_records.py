"""Aged records by the thousand, each with what ought to become of it. For drill F24; made in bulk, never by a verb."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from bookings.life import BLOCKING
from bookings.models import (
    Appointment,
    AppointmentEvent,
    AppointmentMessage,
    CallTask,
    Note,
    Patient,
    ScreeningAnswer,
    Service,
)
from clinic.models import Clinician, Location, Message, Room
from tests import cast
from tests.cast import NOW

DAY, YEAR = dt.timedelta(days=1), dt.timedelta(days=365.25)
MARK = "marked"  # in everything personal that these records hold


@dataclass(frozen=True)
class Sort:
    """One kind of record: how it ended, when its time was, what happened last, and what is expected of the sweep."""

    name: str
    status: str  # empty: only a call
    time: dt.timedelta  # how long ago the visit was
    changed: dt.timedelta  # how long ago something happened last
    expected: str  # "blanked", "held back" or "kept"
    held: bool = False
    noted: dt.timedelta | None = None


SORTS = (
    Sort("cancelled long ago", "cancelled", 100 * DAY, 91 * DAY, "blanked"),
    Sort("cancelled lately", "cancelled", 100 * DAY, 89 * DAY, "kept"),
    Sort("its time was lately", "cancelled", 89 * DAY, 130 * DAY, "kept"),
    Sort("did not come", "noshow", 95 * DAY, 95 * DAY, "blanked"),
    Sort("never answered", "pending", 120 * DAY, 130 * DAY, "blanked"),
    Sort("entered in error", "entered-in-error", 120 * DAY, 110 * DAY, "blanked"),
    Sort("noted lately", "cancelled", 200 * DAY, 200 * DAY, "kept", noted=10 * DAY),
    Sort("cancelled and held", "cancelled", 200 * DAY, 200 * DAY, "held back", held=True),
    Sort("seen long ago", "fulfilled", 8 * YEAR + 3 * DAY, 8 * YEAR + 3 * DAY, "blanked"),
    Sort("seen not long enough ago", "fulfilled", 8 * YEAR + 2000 * DAY, 8 * YEAR - 3 * DAY, "kept"),
    Sort("seen and held", "fulfilled", 9 * YEAR, 9 * YEAR, "held back", held=True),
    Sort("nobody said whether she came", "booked", 400 * DAY, 400 * DAY, "kept"),
    Sort("rung long ago", "", 100 * DAY, 100 * DAY, "blanked"),
    Sort("rung lately", "", 80 * DAY, 80 * DAY, "kept"),
    Sort("coming", "booked", -20 * DAY, 300 * DAY, "kept"),
)


def make(number: int) -> Counter[tuple[str, str]]:
    """`number` records of all sorts by turns, half of them in each country. Counts (country, expected)."""
    places = [cast.make_location("maidenhead"), cast.make_location("dublin")]
    service = cast.make_service()
    expected: Counter[tuple[str, str]] = Counter()
    people, visits, calls = [], [], []
    _pair.cache_clear()  # of the database of an earlier test
    for nth in range(number):
        sort, place = SORTS[nth % len(SORTS)], places[(nth // len(SORTS)) % 2]
        expected[place.country, sort.expected] += 1
        person = _person(sort, nth)
        people.append(person)
        if sort.status:
            visits.append((sort, _visit(sort, place, service, person, nth // len(SORTS))))
        else:
            calls.append(_call(sort, place, person))
    Patient.objects.bulk_create(people, batch_size=500)
    Appointment.objects.bulk_create((visit for _, visit in visits), batch_size=500)
    CallTask.objects.bulk_create(calls, batch_size=500)
    _hang_on(visits)
    return expected


def _person(sort: Sort, nth: int) -> Patient:
    return Patient(
        name=f"{MARK} {sort.name}",
        phone="+442079460000",
        email=f"{MARK}{nth}@example.org",
        date_of_birth=dt.date(1958, 3, 27),
        asked_by=MARK,
        held_because="A claim" if sort.held else "",
        created_at=NOW - max(sort.time, sort.changed) - DAY,
    )


def _visit(sort: Sort, place: Location, service: Service, person: Patient, turn: int) -> Appointment:
    """Of one sort at one place, those that keep their time lie one behind the other, away from now."""
    apart = dt.timedelta(minutes=31 * turn if sort.status in BLOCKING else 0)
    ends = NOW - sort.time + (apart if sort.name == "coming" else -apart)
    room, clinician = _pair(sort.name, place)
    return Appointment(
        service=service,
        location=place,
        room=room,
        clinician=clinician,
        starts_at=ends - dt.timedelta(minutes=30),
        ends_at=ends,
        status=sort.status,
        patient=person,
        area="thread",
        travel_on=NOW.date(),
        access_needs=[MARK],
        override_reason=MARK,
        screening_level=2,
        doctor_first=True,
    )


@cache
def _pair(name: str, place: Location) -> tuple[Room, Clinician]:
    return cast.make_room(place, name), cast.make_clinician(f"{name} {place.slug}")


def _call(sort: Sort, place: Location, person: Patient) -> CallTask:
    at = NOW - sort.changed
    return CallTask(
        why="ring-me",
        patient=person,
        location=place,
        country=place.country,
        script=MARK,
        made_at=at,
        due_at=at,
        reason=MARK,
        outcome="done",
        closed_at=at,
    )


def _hang_on(visits: Iterable[tuple[Sort, Appointment]]) -> None:
    """What hangs on each visit: the last event, an answer, a note, a letter."""
    events, answers, notes, letters, links = [], [], [], [], []
    for sort, visit in visits:
        at = NOW - sort.changed
        happened = {"verb": "request", "to_status": sort.status, "version": 0, "at": at, "by": "patient"}
        events.append(AppointmentEvent(appointment=visit, **happened))
        asked = {"code": "clot", "question": "A clot?", "answer": MARK, "level": 2, "version": "1"}
        answers.append(ScreeningAnswer(appointment=visit, answered_on=at.date(), **asked))
        notes.append(Note(appointment=visit, text=MARK, at=NOW - sort.noted if sort.noted else at))
        letter = _letter(at)
        letters.append(letter)
        links.append(AppointmentMessage(appointment=visit, message=letter))
    for rows in (events, answers, notes, letters, links):
        rows[0]._meta.model.objects.bulk_create(rows, batch_size=500)  # type: ignore[attr-defined]


def _letter(at: dt.datetime) -> Message:
    return Message(
        kind="received",
        audience="patient",
        to_address=f"{MARK}@example.org",
        subject="Your request",
        text=MARK,
        html=MARK,
        calendar=MARK,
        queued_at=at,
        not_before=at,
        expires_at=at + DAY,
        status="sent",
        sent_at=at,
    )
