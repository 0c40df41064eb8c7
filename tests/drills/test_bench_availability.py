"""How fast the diary and its pages are read, empty and with ten years in it, and written: milliseconds, queries, a second.

It asserts what does not depend on the machine: the number of queries, and that time does not grow with the years.
Other work makes every figure larger, so the ratios are of one run.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from functools import partial
from itertools import islice, product
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import diary, services
from bookings.availability import Slot
from bookings.models import Appointment, Patient, Service, guard
from bookings.services import Wish
from clinic.models import Location
from tests import cast
from tests.cast import NOW
from tests.drills.race import crew
from tests.reader import Reader
from tests.scale import scaled

pytestmark = [pytest.mark.drill, pytest.mark.both, pytest.mark.django_db(transaction=True)]

ROWS, CLINICIANS, YEARS, BOOKINGS = 100_000, 12, 10, 400
CLINICS = ("amersham", "maidenhead", "london", "dublin")
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
RUNS = 15


Pairs = list[tuple[int, int, int]]  # clinician, room, location


def make_staff_and_rota() -> Pairs:
    """Three clinicians with a room each at every clinic, Monday to Friday."""
    cast.make_fees()
    made = []
    for nth in range(CLINICIANS):
        place = cast.make_location(CLINICS[nth % len(CLINICS)])
        who, room = cast.make_clinician(f"Nurse Demo {nth}"), cast.make_room(place, f"Room {nth}")
        for weekday in range(5):
            cast.make_pattern(place, clinician=who, room=room, weekday=weekday, step=30)
        made.append((who.pk, room.pk, place.pk))
    return made


def taken(pairs: Pairs, rows: int) -> tuple[list[Appointment], list[Appointment]]:
    """Ten years of half hours, a fifth of them taken: those behind us and those ahead. The same ones in every run."""
    chance = random.Random(1)
    patient = Patient.objects.create(name="Brigid Test", phone="+442079460000", created_at=NOW)
    service = cast.make_service()
    last = NOW.replace(hour=9, minute=0) + 90 * DAY
    days = [last - nth * DAY for nth in range(YEARS * 365) if (last - nth * DAY).weekday() < 5]
    chosen = chance.sample(list(product(pairs, days, range(16))), rows)
    made = [
        Appointment(
            reference=f"{serial:06}",
            service=service,
            location_id=location,
            clinician_id=clinician,
            room_id=room,
            patient=patient,
            starts_at=day + nth * 30 * MINUTE,
            ends_at=day + (nth + 1) * 30 * MINUTE,
            status="booked" if day > NOW else "fulfilled",
            version=2,
        )
        for serial, ((clinician, room, location), day, nth) in enumerate(chosen)
    ]
    return [each for each in made if each.starts_at < NOW], [each for each in made if each.starts_at >= NOW]


def fill(rows: list[Appointment]) -> None:
    guard.remove(connection)  # a trigger for each row of a bulk load would take minutes
    Appointment.objects.bulk_create(rows, batch_size=2000)
    guard.install(connection)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE bookings_appointment")  # what the server does by itself soon after


def milliseconds(read: Callable[[], object]) -> tuple[float, int]:
    """The best of some runs (others may be at work on the machine), and the queries of one."""
    with CaptureQueriesContext(connection) as seen:
        read()
    queries = len(seen)  # at once: the next request empties the list
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        read()
        times.append((time.perf_counter() - began) * 1000)
    return min(times), queries


def read_all(places: list[Location], service: Service) -> list[Slot]:
    return diary.free_times(places, service, now=NOW)


def read_month(places: list[Location], service: Service) -> list[Slot]:
    return diary.free_times(places[:1], service, now=NOW, until=NOW + 30 * DAY)


def test_reading_is_flat_over_ten_years() -> None:
    pairs = make_staff_and_rota()
    places, service = list(Location.objects.all()), cast.make_service()
    behind, ahead = taken(pairs, scaled(ROWS, least=10_000))
    figures: dict[str, list[float]] = {}
    for more in ([], ahead, behind):
        fill(more)
        for name, read in (("90 days, 4 clinics", read_all), ("30 days, 1 clinic", read_month)):
            spent, queries = milliseconds(partial(read, places, service))
            figures.setdefault(name, []).append(spent)
            found = len(read(places, service))
            print(
                f"\n| read {name} | {connection.vendor} | {Appointment.objects.count()} rows | {spent:.1f} ms | "
                f"{queries} queries | {found} free times |"
            )
            assert queries <= 5
            assert found > 100
    for name, (_, without, with_years) in figures.items():
        assert with_years < 1.5 * without + 5, (name, without, with_years)


# --- At 0, 1,000, 10,000 and 100,000 ------------------------------------------------------------------------------------
SIZES = (0, 1_000, 10_000, ROWS)
MOST_TIMES_SLOWER = 5  # of 100,000 against none: what is left to read is the coming 90 days, not the years


def page_of(reader: Reader, query: str) -> Callable[[], object]:
    """A page of times as a patient in the middle of her journey asks for it."""

    def read() -> object:
        answer = reader.client.get(f"/book/time/?{query}")
        assert answer.status_code == 200
        return answer

    return read


def test_month_and_search_at_every_size() -> None:
    behind, ahead = taken(make_staff_and_rota(), scaled(ROWS, least=10_000))
    rows = random.Random(3).sample(behind + ahead, len(behind) + len(ahead))
    clinics, service = list(Location.objects.all()), cast.make_service()
    figures: dict[str, list[tuple[float, int]]] = {}
    with time_machine.travel(NOW, tick=False):
        reader = Reader().open("/book/?clinic=maidenhead").press("No, I have none of these")
        reader.choose("Fine red, blue or purple lines").press("Continue")
        reads = {
            "search, 90 days, 4 clinics": partial(read_all, clinics, service),
            "month, 30 days, 1 clinic": partial(read_month, clinics, service),
            "page of days, 4 clinics": page_of(reader, "clinic=anywhere"),
            "page of days, 1 clinic": page_of(reader, "clinic=maidenhead"),
            "page of a month, 4 clinics": page_of(reader, "clinic=anywhere&month=2027-03"),
            "page of a month, 1 clinic": page_of(reader, "clinic=maidenhead&month=2027-03"),
        }
        before = 0
        for size in [size for size in SIZES if size <= len(rows)]:
            fill(rows[before:size])
            before = size
            for name, read in reads.items():
                read()  # templates and statements are made once
                figures.setdefault(name, []).append(milliseconds(read))
    for name, each in figures.items():
        told = " | ".join(f"{spent:.1f} ms, {queries}" for spent, queries in each)
        ratio = each[-1][0] / each[0][0]
        print(f"\n| {name} | {connection.vendor} | {told} | {ratio:.1f} |")
        assert len({queries for _, queries in each}) == 1, (name, each)
        assert each[0][1] > 0, name
        assert each[-1][0] < MOST_TIMES_SLOWER * each[0][0] + 5, (name, each)


# --- Writing ------------------------------------------------------------------------------------------------------------
def ask(wish: Wish) -> int:
    return services.request(key=uuid4(), wish=wish, patient=cast.make_details(), now=NOW).pk


def bare_insert(wish: Wish, clinician: int, room: int, patient: int) -> int:
    """One row under the database's guard and nothing else: no lock, no look, no words, no message."""
    return Appointment.objects.create(
        service=wish.service,
        location=wish.location,
        clinician_id=clinician,
        room_id=room,
        patient_id=patient,
        starts_at=wish.starts_at,
        ends_at=wish.starts_at + wish.service.minutes * MINUTE,
        status="pending",
        version=1,
    ).pk


def test_bookings_a_second_beside_a_bare_insert() -> None:
    behind, ahead = taken(make_staff_and_rota(), scaled(ROWS, least=10_000))
    fill(behind + ahead)
    patient = Patient.objects.get().pk
    by_pk = {place.pk: place for place in Location.objects.all()}
    slots = read_all(list(by_pk.values()), cast.make_service())
    count = scaled(BOOKINGS, least=80)
    random.Random(2).shuffle(slots)
    wishes = [(cast.make_wish(by_pk[slot.location], starts_at=slot.starts), slot) for slot in slots]
    first, second = islice(wishes, count), islice(wishes, count, 2 * count)
    with crew(4, 1) as clients:
        bare = clients.race(
            bare_insert,
            [
                {
                    "wish": wish,
                    "clinician": slot.candidates[0][0],
                    "room": slot.candidates[0][1],
                    "patient": patient,
                }
                for wish, slot in first
            ],
        )
        asked = clients.race(ask, [{"wish": wish} for wish, _ in second])
    assert bare.outcomes == {"done": count}, bare.errors[:2]
    assert set(asked.outcomes) <= {"done", "TimeTaken"}, asked.errors[:2]
    bookings, inserts = len(asked.done) / asked.seconds, count / bare.seconds
    print(
        f"\n| write, 4 clients | {connection.vendor} | {bookings:.0f} requests/s | {inserts:.0f} bare guarded "
        f"inserts/s | ratio 1 to {inserts / bookings:.1f} |"
    )
    assert len(asked.done) > 0.8 * count
