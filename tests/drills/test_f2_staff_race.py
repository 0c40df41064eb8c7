"""F2: two members of staff do something to one appointment in the same instant: one wins, the other reads who was faster.

Controls: a step without the version in its condition, and one with the status alone. Both must let two people win.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from bookings import services
from bookings.life import Status, Verb, after
from bookings.models import Appointment
from bookings.services import Actor, changing, walking
from clinic.models import Location, Message
from tests import cast
from tests.cast import FREE_TIME, NOW, User
from tests.drills.race import Crew, Race, Told, crew
from tests.scale import scaled

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]

ROUNDS = 200
HOUR = dt.timedelta(hours=1)
ENDS = {
    "confirm": Status.BOOKED,
    "decline": Status.CANCELLED,
    "cancel": Status.CANCELLED,
    "move": Status.PENDING,
}
# Who meets whom. Two moves go to two different times, or they would meet at the lock of one.
PAIRS = [
    ("confirm", "confirm"),
    ("confirm", "decline"),
    ("decline", "cancel"),
    ("cancel", "move"),
    ("move", "confirm"),
    ("move", "move"),
    ("cancel", "cancel"),
    ("decline", "move"),
]
GIVEN: dict[str, dict[str, Any]] = {
    "confirm": {},
    "decline": {"reason_code": "no-time"},
    "cancel": {"reason_code": "clinic"},
}


def press(verb: str, appointment: int, version: int, by: int, to: dt.datetime) -> str:
    """One press of a button by one member of staff."""
    given = {"location": Location.objects.get(), "starts_at": to} if verb == "move" else GIVEN[verb]
    getattr(services, verb)(
        appointment_id=appointment,
        expected_version=version,
        actor=Actor.staff(User.objects.get(pk=by)),
        now=NOW,
        **given,
    )
    return verb


# --- Rounds -----------------------------------------------------------------------------------------------------------
@dataclass
class Rounds:
    """How many won in each round, by pair of verbs, and what everybody was told."""

    wins: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0

    @property
    def both_won(self) -> int:
        return sum(count > 1 for counts in self.wins.values() for count in counts)

    def say(self, what: str) -> None:
        rounds = sum(map(len, self.wins.values()))
        told = ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items()))
        print(
            f"\n| F2 {what} | {connection.vendor} | {rounds} rounds | two winners in {self.both_won} | "
            f"wrong history in {len(self.wrong)} | {told} | slowest answer {self.slowest * 1000:.0f} ms |"
        )


def run(racers: Crew, rounds: int, pairs: list[tuple[str, str]]) -> Rounds:
    place = cast.make_clinic()
    staff = [cast.make_staff(name, "receptionist", place) for name in ("anna", "bert")]
    done = Rounds()
    for pair in islice(cycle(pairs), rounds):
        asked = cast.make_request(place)
        calls = [
            {
                "verb": verb,
                "appointment": asked.pk,
                "version": asked.version,
                "by": user.pk,
                "to": FREE_TIME + hours * HOUR,
            }
            for verb, user, hours in zip(pair, staff, (2, 4), strict=True)
        ]
        race = racers.race(press, calls)
        done.wins.setdefault(pair, []).append(len(race.done))
        done.outcomes += race.outcomes
        done.slowest = max(done.slowest, race.slowest)
        if trouble := wrong_history(asked, pair, staff, race):
            done.wrong.append(trouble)
        Appointment.objects.update(status=Status.CANCELLED)  # the next round finds the times free
    return done


def wrong_history(asked: Appointment, pair: tuple[str, str], staff: list[User], race: Race) -> str:
    """What does not fit one winner, or nothing."""
    now = Appointment.objects.get(pk=asked.pk)
    won = [nth for nth, each in enumerate(race.told) if each.outcome == "done"]
    if len(won) != 1:
        return f"{pair}: {len(won)} winners, {race.errors}"
    winner, loser = won[0], race.told[1 - won[0]]
    event = now.events.last()
    said = (
        Message.objects.filter(about__appointment=now).exclude(kind="received").values_list("kind", flat=True)
    )
    facts = {
        "status": now.status == ENDS[pair[winner]],
        "version": now.version == asked.version + 1,
        "events": now.events.count() == 2,
        "who": (event.verb, event.actor_id) == (pair[winner], staff[winner].pk),
        "told": loser_was_told(loser, staff[winner]),
        "message": len(said) == 1,
    }
    return ", ".join(f"{pair}: {name}" for name, right in facts.items() if not right)


def loser_was_told(loser: Told, winner: User) -> bool:
    return loser.outcome == "ChangedByAnother" and f"{winner.get_full_name()} was faster" in loser.value


# --- Controls: what a step would be without its condition -----------------------------------------------------------------
def careless(with_status: bool) -> Callable[..., Appointment]:
    def walk(
        appointment: Appointment, verb: Verb, *, actor: Actor, now: dt.datetime, **given: Any
    ) -> Appointment:
        for name in ("expected_version", "still"):
            given.pop(name, None)
        reason = given.pop("reason_code", "")
        row = Appointment.objects.filter(pk=appointment.pk)
        if with_status:
            row = row.filter(status=appointment.status)
        if not row.update(status=after(verb, appointment.state), version=F("version") + 1, **given):
            raise walking.ChangedByAnother(appointment, None)
        walked = walking.read(appointment.pk)
        walking._write_event(walked, verb, actor, now, reason, appointment)
        return walked

    return walk


def forget_version() -> None:
    changing.walk = careless(with_status=False)


def trust_status() -> None:
    changing.walk = careless(with_status=True)


# --- Small, in every run ---------------------------------------------------------------------------------------------------
def test_of_two_who_press_at_once_one_wins() -> None:
    with crew(0, 2) as racers:
        done = run(racers, len(PAIRS), PAIRS)
    assert done.wrong == []
    assert set(done.wins) == set(PAIRS)


# --- At full figures ------------------------------------------------------------------------------------------------
@pytest.mark.drill
def test_f2_staff_race() -> None:
    with crew(2, 1) as racers:
        done = run(racers, scaled(ROUNDS, least=len(PAIRS)), PAIRS)
    done.say("staff against staff")
    assert done.wrong == []
    assert done.outcomes["done"] == done.outcomes["ChangedByAnother"]
    assert set(done.outcomes) == {"done", "ChangedByAnother"}


@pytest.mark.drill
@pytest.mark.parametrize("take_out", [forget_version, trust_status])
def test_f2_control_without_the_version(take_out: Callable[[], None]) -> None:
    pairs = [("move", "move")] if connection.vendor == "sqlite" or take_out is trust_status else PAIRS
    with crew(2, 1) as racers:
        racers.everywhere(take_out)
        done = run(racers, scaled(ROUNDS, least=len(PAIRS)), pairs)
    done.say(f"control: {take_out.__name__}")
    assert done.both_won > 0
