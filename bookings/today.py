"""One day at one clinic, or one clinician's own: who comes, what to know about each, and what is free. Reads only.

Four queries, whatever the number of people: everything on the day with the earlier visits of those who come, their
health answers, the rota, the closures. Where somebody is marked "doctor first", four more say whether one has
agreed. Instants are UTC; `now` is an argument.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q

from bookings import diary, doctor
from bookings.availability import Busy
from bookings.life import BLOCKING, Status
from bookings.models import Appointment, ScreeningAnswer, Service, VisitRecord
from bookings.working_time import working_day_at
from clinic.models import Clinician, Location

SHOWN = (Status.PENDING, Status.BOOKED, Status.ARRIVED, Status.FULFILLED, Status.NOSHOW)
SHORTEST = timedelta(minutes=15)  # a shorter gap is no break worth a line
_FREE_MINUTES = 30  # what is free is free for a first visit at least


class Stretch(NamedTuple):
    """A free time or a break (UTC)."""

    starts: datetime
    ends: datetime
    free: bool
    place: Location


@dataclass
class Person:
    """Somebody on the day's list. `answers` are the newest to each question, none where they may not be seen."""

    appointment: Appointment
    age: int | None
    earlier: list[Appointment] = field(
        default_factory=list
    )  # seen before, at clinics of the same staff; latest first
    answers: list[ScreeningAnswer] = field(default_factory=list)
    doctor_first: bool = False  # nor this, where the answers may not be seen

    @property
    def record(self) -> VisitRecord | None:
        return getattr(self.appointment, "record", None)

    @property
    def last(self) -> Appointment | None:
        return self.earlier[0] if self.earlier else None

    @property
    def session(self) -> tuple[int, int | None] | None:
        """Which session this is, and of about how many; None for any other visit."""
        if self.appointment.service.kind != Service.Kind.SESSION:
            return None
        before = sum(row.service.kind == Service.Kind.SESSION for row in self.earlier)
        records = (getattr(row, "record", None) for row in self.earlier)
        planned = next((row.sessions_planned for row in records if row and row.sessions_planned), None)
        return before + 1, planned

    @property
    def days_since(self) -> int | None:
        return (_day(self.appointment) - _day(self.last)).days if self.last else None

    @property
    def ticked(self) -> list[ScreeningAnswer]:
        """What she ticked, the most serious first."""
        yes = [row for row in self.answers if row.answer == "Yes" and row.level]
        return sorted(yes, key=lambda row: -row.level)

    @property
    def asked_on(self) -> date | None:
        """The day her newest answer was given on."""
        return max((row.answered_on for row in self.answers), default=None)

    @property
    def is_to_ask(self) -> bool:
        """Whether nobody has asked her yet, on the day of a session, if anything has changed."""
        asked_then = self.asked_on is not None and self.asked_on >= _day(self.appointment)
        return self.session is not None and not asked_then

    @property
    def travels_in(self) -> int | None:
        """Days from the visit to the flight or long trip."""
        on = self.appointment.travel_on
        return (on - _day(self.appointment)).days if on else None


@dataclass(frozen=True)
class Day:
    on: date
    people: list[Person]
    stretches: list[Stretch]

    def next_one(self, now: datetime) -> Person | None:
        """Who is expected next."""
        return next((each for each in self.people if _is_expected(each.appointment, now)), None)

    def to_ring(self) -> list[Person]:
        """Whom a nurse has to ring first, the one due soonest on top."""
        due = [each for each in self.people if each.appointment.clinician_check == Appointment.Check.NEEDED]
        return sorted(due, key=lambda each: each.appointment.ring_by or each.appointment.starts_at)


def day_at(
    on: date,
    *,
    places: Sequence[Location],
    mine: Clinician | None = None,
    answers_at: Collection[int],
    now: datetime,
) -> Day:
    """The day on these clinics' own calendars. With `mine` only that clinician's list; `answers_at` are the ids of the
    clinics whose patients' answers may be seen. At least one place.
    """
    starts = min(working_day_at(on, time(), place.time_zone) for place in places)
    ends = max(working_day_at(on + timedelta(days=1), time(), place.time_zone) for place in places)
    rows = _rows(starts, ends, [place.pk for place in places])
    shown = [row for row in rows if _is_on(row, on, places, mine)]
    people = [Person(row, _age(row)) for row in shown]
    _add_earlier(people, rows, {place.pk for place in places})
    _add_answers(people, rows, answers_at)
    read = diary.rota(places, starts=starts, ends=ends)
    busy = diary.taken(rows, now)
    stretches = [
        each for place in places for each in _stretches(on, place, read, busy, shown, mine=mine, now=now)
    ]
    return Day(on, people, sorted(stretches, key=lambda each: (each.starts, each.place.position)))


def _rows(starts: datetime, ends: datetime, place_ids: list[int]) -> list[Appointment]:
    """Everything that touches the day, anywhere, and the earlier visits of those who come to these clinics."""
    gap = timedelta(minutes=settings.TRAVEL_MINUTES)
    day = Q(starts_at__lt=ends + gap, ends_at__gt=starts - gap, status__in=[*BLOCKING, Status.NOSHOW])
    comers = Appointment.objects.filter(
        location__in=place_ids, starts_at__lt=ends, ends_at__gt=starts, status__in=SHOWN
    )
    before = Q(patient__in=comers.values("patient"), status=Status.FULFILLED, starts_at__lt=starts)
    rows = Appointment.objects.filter(day | before).order_by("starts_at", "pk")
    return list(rows.select_related("patient", "service", "location", "clinician", "room", "record"))


def _is_on(row: Appointment, on: date, places: Sequence[Location], mine: Clinician | None) -> bool:
    if row.patient_id is None or row.status not in SHOWN or _day(row) != on:
        return False
    return row.location in places and (mine is None or row.clinician_id == mine.pk)


def _add_earlier(people: list[Person], rows: list[Appointment], place_ids: Collection[int]) -> None:
    """Earlier visits of each, at clinics whose staff may know of them."""
    by_patient: defaultdict[int | None, list[Appointment]] = defaultdict(list)
    for row in reversed(rows):
        if row.status == Status.FULFILLED and row.location_id in place_ids:
            by_patient[row.patient_id].append(row)
    for person in people:
        own = person.appointment
        person.earlier = [row for row in by_patient[own.patient_id] if row.starts_at < own.starts_at]


def _add_answers(people: list[Person], rows: list[Appointment], answers_at: Collection[int]) -> None:
    """What she said, and whether a doctor decides first: asked about only where one of her visits is marked so."""
    open_to = {each.appointment.pk: each for each in people if each.appointment.location_id in answers_at}
    newest: defaultdict[int, dict[str, ScreeningAnswer]] = defaultdict(dict)
    for row in ScreeningAnswer.objects.filter(appointment__in=list(open_to)).order_by("pk"):
        newest[row.appointment_id][row.code] = row
    marked = {row.patient_id for row in rows if row.doctor_first and row.patient_id}
    waiting = doctor.waited_for(marked) if marked else set()
    for key, person in open_to.items():
        person.answers = list(newest[key].values())
        person.doctor_first = person.appointment.patient_id in waiting


def _stretches(
    on: date,
    place: Location,
    read: diary.Rota,
    busy: list[Busy],
    shown: list[Appointment],
    *,
    mine: Clinician | None,
    now: datetime,
) -> Iterable[Stretch]:
    """What is free at one clinic from now on, and the breaks between what is free or taken."""
    starts, ends = (working_day_at(each, time(), place.time_zone) for each in (on, on + timedelta(days=1)))
    if mine is not None:
        read = read._replace(patterns=[each for each in read.patterns if each.clinician == mine.pk])
    slots = diary.free_slots(
        [place], read, busy, minutes=_FREE_MINUTES, earliest=max(starts, now), latest=ends
    )
    free = _merged((slot.starts, slot.ends) for slot in slots)
    taken = [(row.starts_at, row.ends_at) for row in shown if row.location_id == place.pk]
    known = _merged(sorted([*free, *taken]))
    found = [Stretch(*each, True, place) for each in free]
    for (_, before), (after, _) in pairwise(known):
        if after - before >= SHORTEST and after > now:
            found.append(Stretch(before, after, False, place))
    return found


def _merged(stretches: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The same without overlaps; those that touch become one."""
    made: list[tuple[datetime, datetime]] = []
    for starts, ends in stretches:
        if made and starts <= made[-1][1]:
            made[-1] = made[-1][0], max(made[-1][1], ends)
        else:
            made.append((starts, ends))
    return made


def _is_expected(row: Appointment, now: datetime) -> bool:
    return row.status in (Status.BOOKED, Status.PENDING) and row.ends_at > now


def _day(row: Appointment) -> date:
    return row.starts_at.astimezone(row.location.zone).date()


def _age(row: Appointment) -> int | None:
    """Full years on the day of the visit."""
    born = row.patient.date_of_birth if row.patient else None
    if born is None:
        return None
    on = _day(row)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
