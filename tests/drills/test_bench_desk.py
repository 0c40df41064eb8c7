"""How fast the desk's pages are with 10,000 and with 100,000 appointments: milliseconds and queries of each whole page.

It asserts what depends least on the machine: no page asks more because there is more, and the month stays under its limit
in processor time of our own process (what others do at the same time is not in it; what PostgreSQL does in its own
process is not either, so the best run by the clock stands beside it).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Appointment, AppointmentEvent, Patient, WorkingPattern
from clinic.models import Clinician, Location, Message
from tests import desk_cast
from tests.cast import NOW
from tests.drills.test_bench_availability import fill, make_staff_and_rota, taken
from tests.scale import SCALE

pytestmark = [pytest.mark.drill, pytest.mark.both, pytest.mark.django_db(transaction=True)]

SIZES = (10_000, 100_000) if SCALE >= 1 else (2_000, 10_000)
RUNS = 5
MONTH_MS = 200
MOST_QUERIES = 15
EVENTS = (("request", "", "pending", 60), ("confirm", "pending", "booked", 56))
DAY = "2027-02-16"  # a day that is over, so nearly every visit of it was seen
ADMIN = "/admin/bookings/appointment"


def people(rows: list[Appointment]) -> None:
    """A patient for every ten visits, and who asked when, so that no page finds one person everywhere."""
    first = Patient.objects.get()
    made = Patient.objects.bulk_create(
        Patient(name=f"Person {nth} Test", phone=f"+44207{nth:07}", reference=f"P{nth:05}", created_at=NOW)
        for nth in range(len(rows) // 10)
    )
    everybody = [first, *made]
    for nth, row in enumerate(rows):
        row.patient = everybody[nth % len(everybody)]
        row.first_requested_at = row.starts_at - dt.timedelta(days=14)
        if row.starts_at > NOW and nth % 50 == 0:
            row.status = "pending"


def histories(rows: list[Appointment]) -> None:
    """Asked for and confirmed: two events of each, as the services write them."""
    AppointmentEvent.objects.bulk_create(
        (
            AppointmentEvent(
                appointment=row,
                verb=verb,
                from_status=was,
                to_status=to,
                version=1,
                at=(row.first_requested_at or NOW) + dt.timedelta(minutes=60 - early),
                by="patient",
            )
            for row in rows
            for verb, was, to, early in EVENTS
            if not (verb == "confirm" and row.status == "pending")
        ),
        batch_size=5000,
    )


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class Cost(NamedTuple):
    """The best of some runs, in milliseconds: by the clock, and of our own processor time; the queries of one."""

    wall: float
    own: float
    queries: int


def cost_of(read: Callable[[], object]) -> Cost:
    read()
    with CaptureQueriesContext(connection) as seen:
        read()
    queries = len(seen)
    walls, owns = [], []
    for _ in range(RUNS):
        wall, own = time.perf_counter(), time.process_time()
        read()
        walls.append((time.perf_counter() - wall) * 1000)
        owns.append((time.process_time() - own) * 1000)
    return Cost(min(walls), min(owns), queries)


def opened(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert len(answer.content) > 2000


def pages(patient: Patient) -> dict[str, str]:
    report = "/admin/bookings/stepcount/reports/"
    return {
        "diary, a day, 4 clinics": f"{ADMIN}/diary/?day={DAY}",
        "diary, a week, 1 clinic": f"{ADMIN}/diary/?day={DAY}&view=week&clinic=london",
        "diary, a month, 4 clinics": f"{ADMIN}/diary/?day={DAY}&view=month",
        "queue": f"{ADMIN}/queue/",
        "today, 1 clinic": f"{ADMIN}/today/?day={DAY}&clinic=london",
        "patient": f"/admin/bookings/patient/{patient.pk}/change/",
        "reports, 4 weeks, 4 clinics": report,
        "reports, 12 weeks, 4 clinics": f"{report}?period=12",
        "reports, 2 years, 4 clinics": f"{report}?period=dates&since=2025-02-18&until=2027-02-17",
    }


def test_the_desks_pages_at_ten_and_a_hundred_thousand() -> None:
    behind, ahead = taken(make_staff_and_rota(), SIZES[-1])
    WorkingPattern.objects.update(valid_from=dt.date(2017, 1, 1))  # they have worked here for as long
    rows = sorted(
        [*behind, *ahead], key=lambda row: row.starts_at, reverse=True
    )  # the latest 10,000 are the first
    people(rows)
    figures: dict[str, list[Cost]] = {}
    before = 0
    with time_machine.travel(NOW, tick=False):
        client = desk_cast.manager()
        for size in SIZES:
            fill(rows[before:size])
            histories(rows[before:size])
            analyze()
            before = size
            who = Patient.objects.order_by("pk")[5]
            for name, address in pages(who).items():
                figures.setdefault(name, []).append(cost_of(partial(opened, client, address)))
    assert Location.objects.count() == 4
    assert Clinician.objects.count() == 12
    assert Message.objects.count() == 0
    for name, each in figures.items():
        told = " | ".join(f"{one.wall:.0f} | {one.own:.0f} | {one.queries}" for one in each)
        print(f"\n| {name} | {connection.vendor} | {told} |")
    for name, each in figures.items():
        assert len({one.queries for one in each}) == 1, (name, each)
        assert each[0].queries <= MOST_QUERIES, (name, each)
    month = figures["diary, a month, 4 clinics"]
    assert month[0].own < MONTH_MS, month
