"""F1: a rush for one time. As many appointments as there are free pairs, everybody else is told "just taken".

Controls: the lock and the database's own guard taken out together, and the way others book: look, then insert. Both
must give one time to two people, or this drill would prove nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice
from uuid import uuid4

import pytest
from django.db import connection

from bookings import diary, services
from bookings.life import BLOCKING
from bookings.models import Appointment, AppointmentEvent, Patient, guard
from bookings.services import Wish, taking
from bookings.services.errors import TimeTaken
from clinic.models import Message
from tests import cast
from tests.cast import FREE_TIME, NOW
from tests.drills.race import Crew, Facts, Race, crew
from tests.missing import leave_out
from tests.scale import scaled

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]

ROUNDS, RIVALS, LONGEST_ROUND = 20, 1000, 10.0
CONTROL_ROUNDS = 5
MINUTE = dt.timedelta(minutes=1)
HALF_HOUR = 30 * MINUTE
# Each round has a Tuesday time of its own, hours away from the others.
TIMES = [FREE_TIME + dt.timedelta(weeks=week, hours=hours) for week in range(10) for hours in (0, 3)]


# --- What one rival does ------------------------------------------------------------------------------------------
def ask(wish: Wish) -> str:
    """Sends a request as a patient's browser would, with a key of its own."""
    return services.request(key=uuid4(), wish=wish, patient=cast.make_details(), now=NOW).reference


def look_then_insert(wish: Wish) -> str:
    """What others do: is it free? Then it is mine."""
    place, service, at = wish.location, wish.service, wish.starts_at
    found = diary.free_times([place], service, now=NOW, since=at, until=at + MINUTE)
    if not found:
        raise TimeTaken
    clinician, room = found[0].candidates[0]
    return Appointment.objects.create(
        location=place,
        service=service,
        clinician_id=clinician,
        room_id=room,
        starts_at=at,
        ends_at=at + service.minutes * MINUTE,
        status="hold",
        hold_expires_at=NOW + HALF_HOUR,
    ).reference


def forget_the_lock() -> None:
    """For a control: in this process nobody locks anything any more."""
    taking.lock = lambda pairs: None


# --- What they want: a list of wishes around a time, no two of which fit beside each other in one pair ---------------
Wishes = Callable[[dt.datetime], list[Facts]]


def wish(clinic: str, kind: str, starts_at: dt.datetime) -> Facts:
    place, service = cast.make_location(clinic), cast.make_service(kind)
    return {"wish": cast.make_wish(place, service=service, starts_at=starts_at)}


def same(at: dt.datetime) -> list[Facts]:
    return [wish("maidenhead", "consultation", at)]


def overlapping(at: dt.datetime) -> list[Facts]:
    """All of them contain the quarter of an hour from `at` on."""
    return [
        wish("maidenhead", kind, at - minutes * MINUTE)
        for kind, minutes in (
            ("consultation", 0),
            ("session", 30),
            ("consultation", 15),
            ("review", 0),
            ("session", 0),
            ("session", 45),
        )
    ]


def two_clinics(at: dt.datetime) -> list[Facts]:
    """One nurse, two clinics: the times do not touch, but she cannot travel between them."""
    return [wish("maidenhead", "consultation", at), wish("amersham", "consultation", at + 45 * MINUTE)]


def make_clinics(pairs: int, wishes: Wishes) -> None:
    place = cast.make_clinic("maidenhead")
    if pairs == 2:
        cast.make_second_pair(place)
    if wishes is two_clinics:
        nurse = cast.Clinician.objects.get()
        cast.make_pattern(cast.make_location("amersham"), clinician=nurse)


# --- A number of rounds, and what came of them -----------------------------------------------------------------------
@dataclass
class Rounds:
    """`rows` are the live appointments round by round; `outcomes` counts what all rivals were told."""

    rows: list[int] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    longest: float = 0.0
    slowest: float = 0.0

    def add(self, race: Race, at: dt.datetime) -> None:
        around = Appointment.objects.filter(status__in=BLOCKING).touching(
            at - 2 * HALF_HOUR, at + 3 * HALF_HOUR
        )
        self.rows.append(around.count())
        self.outcomes += race.outcomes
        self.errors += race.errors
        self.longest = max(self.longest, race.seconds)
        self.slowest = max(self.slowest, race.slowest)

    def too_many(self, pairs: int) -> int:
        """Rounds in which more people won than there were places."""
        return sum(rows > pairs for rows in self.rows)

    def say(self, what: str, rivals: int) -> None:
        told = ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items()))
        print(
            f"\n| F1 {what} | {connection.vendor} | {len(self.rows)} x {rivals} | live rows a round "
            f"{min(self.rows)} to {max(self.rows)} | {told} | longest round {self.longest:.1f} s | "
            f"slowest answer {self.slowest:.2f} s |"
        )


def run(racers: Crew, job: Callable[..., str], wishes: Wishes, rounds: int, rivals: int) -> Rounds:
    done = Rounds()
    for at in TIMES[:rounds]:
        done.add(racers.race(job, list(islice(cycle(wishes(at)), rivals))), at)
    return done


def one_winner_a_place(done: Rounds, pairs: int) -> None:
    assert done.errors == []
    assert set(done.outcomes) <= {"done", "TimeTaken", "DiaryBusy"}
    assert done.rows == [pairs] * len(done.rows)
    won = done.outcomes["done"]
    assert won == pairs * len(done.rows)
    counted = [noun.objects.count() for noun in (Appointment, Patient, AppointmentEvent, Message)]
    assert counted == [won] * 4  # those who lost left nothing behind


FIXTURES = [
    pytest.param(same, 1, id="one place"),
    pytest.param(same, 2, id="two places"),
    pytest.param(overlapping, 1, id="overlapping lengths"),
    pytest.param(overlapping, 2, id="overlapping lengths, two places"),
    pytest.param(two_clinics, 1, id="one nurse, two clinics"),
]


# --- Small, in every run --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("wishes", "pairs"), FIXTURES)
def test_a_small_rush_has_one_winner_a_place(wishes: Wishes, pairs: int) -> None:
    make_clinics(pairs, wishes)
    with crew(0, 6) as racers:
        one_winner_a_place(run(racers, ask, wishes, rounds=2, rivals=12), pairs)


def test_a_small_rush_that_looks_and_inserts_gives_one_time_to_many(without_guard: None) -> None:
    make_clinics(1, same)
    with crew(0, 6) as racers:
        done = run(racers, look_then_insert, same, rounds=6, rivals=12)
    assert done.too_many(1) > 0


# --- At full figures --------------------------------------------------------------------------------------------------
@pytest.mark.drill
@pytest.mark.parametrize(("wishes", "pairs"), FIXTURES)
def test_f1_rush(wishes: Wishes, pairs: int, request: pytest.FixtureRequest) -> None:
    make_clinics(pairs, wishes)
    rivals = scaled(RIVALS, least=100)
    with crew(*_size()) as racers:
        done = run(racers, ask, wishes, scaled(ROUNDS, least=3), rivals)
    done.say(request.node.callspec.id, rivals)
    one_winner_a_place(done, pairs)
    assert done.longest <= LONGEST_ROUND


@pytest.mark.drill
def test_f1_control_look_then_insert(without_guard: None) -> None:
    rivals = scaled(RIVALS, least=100)
    make_clinics(1, same)
    with crew(*_size()) as racers:
        done = run(racers, look_then_insert, same, scaled(CONTROL_ROUNDS, least=3), rivals)
    done.say("control: look, then insert", rivals)
    assert done.too_many(1) > 0


@pytest.mark.drill
@pytest.mark.parametrize("wishes", [same, overlapping, two_clinics])
def test_f1_control_neither_lock_nor_constraint(wishes: Wishes, without_guard: None) -> None:
    if connection.vendor == "sqlite":
        leave_out("PostgreSQL is not on this machine: SQLite's one writer is its lock, and stays in")
    rivals = scaled(RIVALS, least=100)
    make_clinics(1, wishes)
    with crew(*_size()) as racers:
        racers.everywhere(forget_the_lock)
        done = run(racers, ask, wishes, scaled(CONTROL_ROUNDS, least=3), rivals)
    done.say(f"control: no lock, no constraint, {wishes.__name__}", rivals)
    assert done.too_many(1) > 0


@pytest.mark.drill
def test_f1_the_lock_alone_holds(without_guard: None) -> None:
    rivals = scaled(RIVALS, least=100)
    make_clinics(1, overlapping)
    with crew(*_size()) as racers:
        done = run(racers, ask, overlapping, scaled(CONTROL_ROUNDS, least=3), rivals)
    done.say("the lock alone", rivals)
    one_winner_a_place(done, 1)


@pytest.mark.drill
def test_f1_the_constraint_alone_holds() -> None:
    rivals = scaled(RIVALS, least=100)
    make_clinics(1, overlapping)
    with crew(*_size()) as racers:
        racers.everywhere(forget_the_lock)
        done = run(racers, ask, overlapping, scaled(CONTROL_ROUNDS, least=3), rivals)
    done.say("the constraint alone", rivals)
    assert done.too_many(1) == 0


@pytest.fixture
def without_guard() -> Iterator[None]:
    guard.remove(connection)
    yield
    Appointment.objects.update(status="cancelled")  # the guard cannot be put back over rows that break it
    guard.install(connection)


def _size() -> tuple[int, int]:
    """Processes and threads: 64 connections to PostgreSQL; SQLite has one writer, so fewer wait in better order."""
    return (2, 4) if connection.vendor == "sqlite" else (4, 16)
