"""Who works where in the demo: services, rooms, clinicians, weekly patterns, leave. Loaded once, then left alone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import transaction

from bookings.models import Closure, Service, WorkingPattern
from bookings.working_time import working_day_at
from clinic.models import Clinician, Location, Room

CLINICS = ("amersham", "maidenhead", "london", "dublin")
SERVICES = {  # kind: minutes, may be asked for online
    Service.Kind.CONSULTATION: (30, True),
    Service.Kind.SESSION: (60, False),
    Service.Kind.REVIEW: (15, False),
    Service.Kind.SCAN: (30, False),
}
BEGAN_DAYS_AGO = 120
MON, TUE, WED, THU, FRI, SAT = range(6)


class NoClinics(Exception):
    """The clinics are not loaded yet. The text says which are missing."""


class Work(NamedTuple):
    """One line of the rota, in the clinic's wall time."""

    who: str
    clinic: str
    room: str
    weekday: int
    starts: time
    ends: time
    every_n_weeks: int = 1


NINE, NOON, ONE, HALF_TWO, FIVE, SEVEN = time(9), time(12), time(13), time(14, 30), time(17), time(19)

# fmt: off
ROTA = (
    Work("Nurse Demo Ash",    "amersham",   "Room 1", MON, NINE, FIVE),
    Work("Nurse Demo Ash",    "maidenhead", "Room 1", TUE, NINE, FIVE),
    Work("Nurse Demo Ash",    "london",     "Room 1", WED, NINE, FIVE),
    Work("Nurse Demo Birch",  "amersham",   "Room 1", WED, NINE, FIVE),
    Work("Nurse Demo Birch",  "amersham",   "Room 1", THU, NINE, NOON),      # then drives over
    Work("Nurse Demo Birch",  "maidenhead", "Room 1", THU, HALF_TWO, SEVEN),
    Work("Nurse Demo Cedar",  "london",     "Room 1", MON, NINE, FIVE),
    Work("Nurse Demo Cedar",  "london",     "Room 1", TUE, NINE, FIVE),
    Work("Nurse Demo Cedar",  "london",     "Room 1", FRI, NINE, FIVE),
    Work("Nurse Demo Cedar",  "maidenhead", "Room 1", SAT, NINE, ONE, 2),
    Work("Doctor Demo Elm",   "london",     "Room 2", TUE, ONE, SEVEN),
    Work("Doctor Demo Elm",   "london",     "Room 2", THU, NINE, FIVE),
    Work("Doctor Demo Elm",   "amersham",   "Room 2", FRI, NINE, FIVE, 2),
    Work("Nurse Demo Rowan",  "dublin",     "Room 1", MON, NINE, FIVE),
    Work("Nurse Demo Rowan",  "dublin",     "Room 1", TUE, NINE, FIVE),
    Work("Nurse Demo Rowan",  "dublin",     "Room 1", THU, NINE, SEVEN),
    Work("Doctor Demo Hazel", "dublin",     "Room 2", WED, NINE, FIVE, 2),
    Work("Doctor Demo Hazel", "dublin",     "Room 2", FRI, NINE, ONE),
)
# fmt: on
ON_LEAVE = "Nurse Demo Birch"


def load_rota(now: datetime) -> dict[str, Location]:
    """The clinics of the demo by slug. Makes services, rooms, people and patterns unless they are there.

    Raises NoClinics where `load_clinics` has not run.
    """
    clinics = {each.slug: each for each in Location.objects.filter(slug__in=CLINICS)}
    if missing := [slug for slug in CLINICS if slug not in clinics]:
        raise NoClinics(f"No clinic yet: {', '.join(missing)}. Run load_clinics first.")
    with transaction.atomic():
        for kind, (minutes, online) in SERVICES.items():
            words = {"name": kind.label, "minutes": minutes, "bookable_online": online}
            Service.objects.get_or_create(kind=kind, defaults=words)
        if not Clinician.objects.filter(is_demo=True).exists():
            _make_people(clinics, now.astimezone(clinics["london"].zone).date())
    return clinics


def _make_people(clinics: dict[str, Location], today: date) -> None:
    people = {name: _clinician(name) for name in dict.fromkeys(line.who for line in ROTA)}
    rooms = {
        (slug, name): Room.objects.get_or_create(location=clinics[slug], name=name)[0]
        for slug, name in dict.fromkeys((line.clinic, line.room) for line in ROTA)
    }
    WorkingPattern.objects.bulk_create(
        WorkingPattern(
            clinician=people[line.who],
            location=clinics[line.clinic],
            room=rooms[line.clinic, line.room],
            weekday=line.weekday,
            starts=line.starts,
            ends=line.ends,
            step=30,
            every_n_weeks=line.every_n_weeks,
            valid_from=today - timedelta(days=BEGAN_DAYS_AGO),
        )
        for line in ROTA
    )
    monday = today + timedelta(days=28 - today.weekday())
    Closure.objects.create(
        kind=Closure.Kind.LEAVE,
        clinician=people[ON_LEAVE],
        starts_at=working_day_at(monday, time(), "Europe/London"),
        ends_at=working_day_at(monday + timedelta(days=7), time(), "Europe/London"),
        reason="Leave (demo)",
    )


def _clinician(name: str) -> Clinician:
    profession = name.split()[0].lower()
    return Clinician.objects.create(name=name, role=Clinician.Profession(profession), is_demo=True)
