"""Minutes at work: weeks, closures of every scope, both clock changes, visits inside and outside, each by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bookings.availability import Busy, Closed, Pattern, Place
from bookings.worked import Worked, joined, without, worked

LONDON = Place(1, "Europe/London", "GB")
TUESDAY = dt.date(2027, 3, 2)
NINE = dt.datetime(2027, 3, 2, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def pattern(**changes: Any) -> Pattern:
    """Nurse 7 in room 5 on Tuesdays from 9am to 1pm: 240 minutes."""
    values = {
        "clinician": 7,
        "room": 5,
        "location": 1,
        "weekday": 1,
        "starts": dt.time(9),
        "ends": dt.time(13),
    }
    values |= {"step": 15, "every_n_weeks": 1, "valid_from": dt.date(2027, 1, 1), "valid_until": None}
    return Pattern(**{**values, **changes})  # type: ignore[arg-type]


def day(*patterns: Pattern, on: dt.date = TUESDAY, **given: Any) -> Worked | None:
    values: dict[str, Any] = {"closures": [], "visits": [], "places": [LONDON], **given}
    found = worked(patterns=patterns or [pattern()], first=on, last=on, **values)
    assert len(found) <= 1
    return found.get((1, 7, on))


def visit(starts: float, hours: float, **changes: int) -> Busy:
    values = {"clinician": 7, "room": 5, "location": 1, **changes}
    return Busy(**values, starts=NINE + starts * HOUR, ends=NINE + (starts + hours) * HOUR)


def shut(starts: float, hours: float, **scope: Any) -> Closed:
    return Closed(NINE + starts * HOUR, NINE + (starts + hours) * HOUR, **scope)


def test_a_morning_without_anything_is_four_hours() -> None:
    assert day() == Worked(240, 0)


def test_two_patterns_at_once_are_one_person() -> None:
    assert day(pattern(), pattern(room=6, starts=dt.time(12), ends=dt.time(14))) == Worked(300, 0)


def test_a_visit_takes_its_minutes_of_the_work_and_none_outside_it() -> None:
    visits = [visit(0, 0.5), visit(3.5, 1), visit(6, 1), visit(1, 1, clinician=8), visit(1, 1, location=2)]
    assert day(visits=visits) == Worked(240, 60)


def test_a_visit_over_midnight_of_utc_counts_once() -> None:
    summer = dt.datetime(2027, 7, 5, 23, 30, tzinfo=dt.UTC)  # half past midnight on Tuesday 6 July in London
    night = pattern(starts=dt.time(0), ends=dt.time(3))
    over = [
        visit(0, 1)._replace(starts=summer + nth * HOUR, ends=summer + (nth + 1) * HOUR) for nth in (0, 1)
    ]
    assert day(night, on=dt.date(2027, 7, 6), visits=over) == Worked(180, 120)


def test_two_visits_at_once_take_their_time_once() -> None:
    assert day(visits=[visit(0, 1), visit(0.5, 1)]) == Worked(240, 90)


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        ({}, 180),
        ({"country": "GB"}, 180),
        ({"country": "IE"}, 240),
        ({"location": 1}, 180),
        ({"location": 2}, 240),
        ({"room": 5}, 180),
        ({"room": 6}, 240),
        ({"clinician": 7}, 180),
        ({"clinician": 8}, 240),
        ({"country": "GB", "clinician": 8}, 240),
    ],
)
def test_a_closure_takes_its_hour_where_every_scope_matches(scope: dict[str, Any], left: int) -> None:
    assert day(closures=[shut(1, 1, **scope)]) == Worked(left, 0)


def test_a_visit_in_a_closure_fills_no_work() -> None:
    assert day(closures=[shut(1, 1)], visits=[visit(1, 0.5), visit(1.5, 1)]) == Worked(180, 30)


def test_a_day_that_is_closed_is_no_day_of_work() -> None:
    assert day(closures=[shut(-9, 24)]) is None


def test_every_second_week_counts_from_the_monday_of_its_first_day() -> None:
    fortnightly = pattern(every_n_weeks=2, valid_from=dt.date(2027, 3, 3))
    found = [day(fortnightly, on=TUESDAY + dt.timedelta(weeks=nth)) is not None for nth in range(4)]
    assert found == [False, False, True, False]


def test_the_last_day_of_a_pattern_is_worked_and_the_next_is_not() -> None:
    until = pattern(valid_until=TUESDAY)
    assert day(until) == Worked(240, 0)
    assert day(until, on=TUESDAY + dt.timedelta(weeks=1)) is None


@pytest.mark.parametrize(
    ("on", "minutes"),
    [(dt.date(2027, 3, 28), 180), (dt.date(2027, 10, 31), 300), (dt.date(2027, 4, 4), 240)],
)
@pytest.mark.parametrize("zone", ["Europe/London", "Europe/Dublin"])
def test_a_night_of_a_clock_change_is_as_long_as_it_is(on: dt.date, minutes: int, zone: str) -> None:
    night = pattern(weekday=6, starts=dt.time(0, 30), ends=dt.time(4, 30))
    assert day(night, on=on, places=[Place(1, zone, "GB")]) == Worked(minutes, 0)


def test_stretches_are_joined_and_taken_apart() -> None:
    assert joined([(5, 9), (1, 3), (2, 4), (9, 9)]) == [(1, 4), (5, 9)]
    assert without([(0, 10), (20, 30)], [(5, 25), (-3, 1)]) == [(1, 5), (25, 30)]
    assert without([(0, 10)], []) == [(0, 10)]
    assert without([], [(0, 10)]) == []
