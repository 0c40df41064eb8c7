"""Which times are offered on the two days the clocks change, and in thousands of diaries against the slow reference."""

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.availability import free_slots, is_free, rota_pairs
from tests import availability_reference as reference
from tests.availability_diaries import (
    ANN,
    AUTUMN,
    MAIDENHEAD,
    SPRING,
    Diary,
    at,
    candidates_in,
    clinicians,
    diaries,
    locations,
    make_busy,
    make_pattern,
    offered,
    rooms,
    starts,
    without_bookings,
)

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = max(int(150 * float(os.environ.get("SCALE", "1"))), 100)
ZONES = ["Europe/London", "Europe/Dublin"]


# --- the two days on which the clocks change


@pytest.mark.parametrize("zone", ZONES)
def test_in_spring_no_time_between_one_and_two_is_offered(zone: str) -> None:
    night = make_pattern(weekday=6, starts=time(0), ends=time(4))
    found = offered(night, place=MAIDENHEAD._replace(zone=zone), day=SPRING)
    walls = [f"{slot.starts.astimezone(ZoneInfo(zone)):%H:%M}" for slot in found]
    assert walls == ["00:00", "00:30", "02:00", "02:30", "03:00", "03:30"]
    assert starts(found) == ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30"]


@pytest.mark.parametrize("zone", ZONES)
def test_in_autumn_both_half_past_ones_are_offered_and_are_distinct(zone: str) -> None:
    night = make_pattern(weekday=6, starts=time(0), ends=time(3))
    place = MAIDENHEAD._replace(zone=zone)
    found = offered(night, place=place, day=AUTUMN, earliest=at(22, day=AUTUMN - timedelta(days=1)))
    walls = [f"{slot.starts.astimezone(ZoneInfo(zone)):%H:%M}" for slot in found]
    assert walls == ["00:00", "00:30", "01:00", "01:30", "01:00", "01:30", "02:00", "02:30"]
    assert len({slot.starts for slot in found}) == len(found) == 8


@pytest.mark.parametrize(("day", "last"), [(SPRING, "02:15"), (AUTUMN, "03:15")])
def test_on_a_change_day_too_the_step_holds_and_nothing_runs_over_the_end(day: date, last: str) -> None:
    night = make_pattern(weekday=6, starts=time(0), ends=time(4), step=15)
    found = offered(night, day=day, minutes=45)
    assert starts(found)[-1] == last
    assert {int(slot.starts.minute) for slot in found} == {0, 15, 30, 45}


@pytest.mark.parametrize("zone", ZONES)
def test_a_booking_in_one_of_the_two_leaves_the_other_free(zone: str) -> None:
    first = datetime(2027, 10, 31, 1, 30, tzinfo=ZoneInfo(zone))
    second = first.replace(fold=1)
    night = make_pattern(weekday=6, starts=time(1, 30), ends=time(2))
    for taken, left in ((first, "01:30"), (second, "00:30")):
        busy = make_busy(taken, taken.astimezone(UTC) + timedelta(minutes=30), ANN)
        place = MAIDENHEAD._replace(zone=zone)
        assert starts(offered(night, place=place, day=AUTUMN, busy=[busy])) == [left]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("day", "first"), [(SPRING, "08:00"), (AUTUMN, "09:00")])
def test_the_day_after_the_change_opens_at_nine_on_the_wall(zone: str, day: date, first: str) -> None:
    found = offered(make_pattern(weekday=6), place=MAIDENHEAD._replace(zone=zone), day=day)
    assert starts(found)[0] == first


@pytest.mark.parametrize("zone", ZONES)
def test_the_wall_decides_in_summer_too(zone: str) -> None:
    july = date(2027, 7, 6)
    assert starts(offered(place=MAIDENHEAD._replace(zone=zone), day=july))[0] == "08:00"


@pytest.mark.parametrize(
    ("ends", "last"), [(time(1, 30), "00:30"), (time(2), "00:30"), (time(2, 30), "01:00")]
)
def test_in_spring_work_that_ends_in_the_missing_hour_ends_when_it_is_skipped(ends: time, last: str) -> None:
    night = make_pattern(weekday=6, starts=time(0), ends=ends)
    assert starts(offered(night, day=SPRING))[-1] == last


@pytest.mark.parametrize(("ends", "last"), [(time(1), "23:30"), (time(1, 30), "01:00"), (time(2), "01:30")])
def test_in_autumn_work_that_ends_in_the_double_hour_ends_the_second_time(ends: time, last: str) -> None:
    night = make_pattern(weekday=6, starts=time(0), ends=ends)
    evening = at(22, day=AUTUMN - timedelta(days=1))
    assert starts(offered(night, day=AUTUMN, earliest=evening))[-1] == last


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(TypeError):
        offered(earliest=datetime(2027, 3, 2, 9))  # noqa: DTZ001


def test_the_servers_zone_changes_nothing() -> None:
    code = (
        "from tests.test_availability_clocks import *; print(starts(offered(make_pattern(weekday=6), day=SPRING)),"
        "starts(offered(make_pattern(weekday=6, starts=time(0)), day=AUTUMN)))"
    )
    told = set()
    for zone in ("UTC", "Pacific/Auckland", "America/Los_Angeles", "Europe/Dublin"):
        environment = os.environ | {"TZ": zone}
        told.add(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=environment, text=True))
    assert len(told) == 1
    assert "08:00" in told.pop()


# --- thousands of diaries


scaled = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_the_slow_reference_and_the_fast_way_agree_on_every_diary() -> None:
    seen: Counter[str] = Counter()

    @scaled
    @given(diary=diaries())
    def compare(diary: Diary) -> None:
        expected = reference.slots(**diary)
        assert free_slots(**diary) == expected
        seen["diaries"] += 1
        seen["with a free time"] += bool(expected)
        seen["with a time lost"] += free_slots(**without_bookings(diary)) != expected
        seen["in the hour that changes"] += any(
            slot.starts.date() in (SPRING, AUTUMN) and slot.starts.hour < 2 for slot in expected
        )

    compare()
    assert seen["diaries"] >= EXAMPLES
    assert min(seen["with a free time"], seen["with a time lost"]) >= EXAMPLES // 10, seen
    # About one diary in seven; which ones, changes with any line of the project.
    assert seen["in the hour that changes"] >= EXAMPLES // 20, seen


@scaled
@given(diary=diaries(), minute=st.integers(0, 34 * 60))
def test_asking_for_one_start_agrees_with_the_list(diary: Diary, minute: int) -> None:
    """What the list offers is what the question under the lock answers, for every start of the rota."""
    chance = at(22, day=diary["earliest"].date()) + timedelta(minutes=minute)
    diary["earliest"], diary["latest"] = chance - timedelta(hours=4), chance + timedelta(hours=4)
    listed = {(slot.location, slot.starts): slot.candidates for slot in free_slots(**diary)}
    patterns, minutes = diary["patterns"], diary["minutes"]
    for place in diary["places"]:
        for start in {chance, *(slot.starts for slot in free_slots(**without_bookings(diary)))}:
            assert candidates_in(diary, place, start) == listed.get((place.location, start), ())
            rota = rota_pairs(place=place, patterns=patterns, minutes=minutes, starts=start)
            assert rota == candidates_in(without_bookings(diary), place, start)


@scaled
@given(diary=diaries(), clinician=clinicians, room=rooms, location=locations, after=st.integers(0, 34 * 60))
def test_is_free_agrees_with_the_slow_reference(
    diary: Diary, clinician: int, room: int, location: int, after: int
) -> None:
    start = diary["earliest"].replace(second=0) + timedelta(minutes=after)
    taken = reference.is_taken(
        (clinician, room), location, start, diary["minutes"], diary["busy"], diary["travel_minutes"]
    )
    assert taken is not is_free(
        clinician=clinician,
        room=room,
        location=location,
        starts=start,
        ends=start + timedelta(minutes=diary["minutes"]),
        busy=diary["busy"],
        travel_minutes=diary["travel_minutes"],
    )
