"""Sums over patterns: what one covers, which two are in each other's way. Pure, so it needs no database."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bookings.availability import Closed, Pattern
from bookings.patterns import Stretch, Trouble, clashes, covers, holds_on, shuts

TUESDAY = dt.date(2027, 3, 2)


def pattern(**changes: Any) -> Pattern:
    values = {
        "clinician": 1,
        "room": 1,
        "location": 1,
        "weekday": 1,
        "starts": dt.time(9),
        "ends": dt.time(12),
        "step": 15,
        "every_n_weeks": 1,
        "valid_from": dt.date(2027, 1, 1),
        "valid_until": None,
        **changes,
    }
    return Pattern(**values)


def stretch(
    starts: str, ends: str, *, day: dt.date = TUESDAY, zone: str = "Europe/London", **where: int
) -> Stretch:
    at = {
        name: dt.datetime.combine(day, dt.time.fromisoformat(each), ZoneInfo(zone))
        for name, each in (("starts", starts), ("ends", ends))
    }
    place = {"clinician": 1, "room": 1, "location": 1, **where}
    return Stretch(zone=zone, country="GB", **place, **at)


@pytest.mark.parametrize(
    ("starts", "ends", "covered"),
    [
        ("09:00", "09:30", True),
        ("11:30", "12:00", True),
        ("08:45", "09:15", False),
        ("11:45", "12:15", False),
        ("12:00", "12:30", False),
    ],
)
def test_a_stretch_is_covered_only_when_all_of_it_is(starts: str, ends: str, covered: bool) -> None:
    assert covers(pattern(), stretch(starts, ends)) is covered


def test_the_wall_clock_counts_on_both_sides_of_a_clock_change() -> None:
    for day in (dt.date(2027, 3, 23), dt.date(2027, 3, 30)):  # the clock changes on the 28th
        assert covers(pattern(), stretch("09:00", "09:30", day=day))
        assert not covers(pattern(), stretch("08:00", "08:30", day=day))


def test_another_person_place_or_weekday_is_not_covered_and_another_room_is() -> None:
    assert not covers(pattern(), stretch("09:00", "09:30", clinician=2))
    assert not covers(pattern(), stretch("09:00", "09:30", location=2))
    assert not covers(pattern(), stretch("09:00", "09:30", day=TUESDAY + dt.timedelta(days=1)))
    assert covers(pattern(), stretch("09:00", "09:30", room=2))


def test_every_other_week_counts_from_the_monday_of_the_first_day() -> None:
    every_other = pattern(every_n_weeks=2, valid_from=dt.date(2027, 2, 17), valid_until=dt.date(2027, 3, 16))
    days = [dt.date(2027, 2, 16) + dt.timedelta(weeks=nth) for nth in range(7)]
    assert [day for day in days if holds_on(every_other, day)] == [TUESDAY, dt.date(2027, 3, 16)]


def test_a_closure_shuts_half_open_and_where_every_scope_matches() -> None:
    visit = stretch("10:00", "10:30")
    nine, ten, later = (visit.starts + dt.timedelta(minutes=each) for each in (-60, 0, 30))
    assert shuts(Closed(nine, later), visit)
    assert not shuts(Closed(nine, ten), visit)
    assert not shuts(Closed(later, later + dt.timedelta(hours=1)), visit)
    assert shuts(Closed(nine, later, country="GB", location=1, room=1, clinician=1), visit)
    for scope in ({"country": "IE"}, {"location": 2}, {"room": 2}, {"clinician": 2}):
        assert not shuts(Closed(nine, later, **scope), visit), scope  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"location": 2, "room": 2, "starts": dt.time(11), "ends": dt.time(15)}, Trouble.TWICE),
        ({"starts": dt.time(11), "ends": dt.time(15)}, Trouble.TWICE),
        ({"location": 2, "room": 2, "starts": dt.time(12, 30), "ends": dt.time(15)}, Trouble.TRAVEL),
        ({"location": 2, "room": 2, "starts": dt.time(7), "ends": dt.time(8, 30)}, Trouble.TRAVEL),
        ({"clinician": 2, "starts": dt.time(11), "ends": dt.time(15)}, Trouble.ROOM),
        ({"location": 2, "room": 2, "starts": dt.time(13), "ends": dt.time(15)}, None),
        ({"starts": dt.time(12), "ends": dt.time(15)}, None),
        ({"clinician": 2, "starts": dt.time(12), "ends": dt.time(15)}, None),
        ({"clinician": 2, "room": 2}, None),
        ({"weekday": 2, "location": 2}, None),
        ({"valid_from": dt.date(2028, 1, 1)}, Trouble.TWICE),
        ({"valid_until": dt.date(2027, 1, 4)}, None),
    ],
)
def test_two_patterns_in_each_others_way(changes: dict[str, Any], trouble: Trouble | None) -> None:
    found = clashes(pattern(), [pattern(**changes)], 60)
    assert [each.trouble for each in found] == ([trouble] if trouble else [])


def test_alternating_weeks_never_meet_and_the_first_day_they_meet_is_told() -> None:
    one = pattern(every_n_weeks=2, valid_from=dt.date(2027, 1, 4))
    other = pattern(every_n_weeks=2, valid_from=dt.date(2027, 1, 11))
    assert clashes(one, [other], 60) == []
    third = pattern(every_n_weeks=3, valid_from=dt.date(2027, 1, 11))
    assert [each.day for each in clashes(one, [third], 60)] == [dt.date(2027, 2, 2)]
