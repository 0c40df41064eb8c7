"""Pure sums over working patterns: what lies in one, what shuts it, which two get in each other's way. Reads no clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import lcm
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bookings.availability import Closed, Pattern

_WEEK = 7


class Stretch(NamedTuple):
    """An appointment's time (aware) with whom and where it is, and the clinic's time zone and country."""

    clinician: int
    room: int
    location: int
    zone: str
    country: str
    starts: datetime
    ends: datetime


class Trouble(StrEnum):
    """What two patterns do to each other."""

    TWICE = "twice"  # one person in two places, or twice in one, at the same time
    TRAVEL = "travel"  # too little time from one clinic to the other
    ROOM = "room"  # two people in one room


class Clash(NamedTuple):
    """Two patterns that meet on a day: which trouble, the first such day, and the minutes between them."""

    trouble: Trouble
    one: Pattern
    other: Pattern
    day: date
    minutes: int  # between the end of one and the start of the other; 0 where they overlap


def covers(pattern: Pattern, stretch: Stretch) -> bool:
    """Whether this person works there for the whole stretch, by the clock on the clinic's wall."""
    if (pattern.clinician, pattern.location) != (stretch.clinician, stretch.location):
        return False
    zone = ZoneInfo(stretch.zone)
    starts, ends = (at.astimezone(zone) for at in (stretch.starts, stretch.ends))
    day = starts.date()
    in_hours = pattern.starts <= starts.time() and ends.time() <= pattern.ends
    return ends.date() == day and in_hours and holds_on(pattern, day)


def holds_on(pattern: Pattern, day: date) -> bool:
    """Whether the pattern has this day: weekday, first and last day, every n weeks."""
    if pattern.weekday != day.weekday() or day < pattern.valid_from:
        return False
    if pattern.valid_until and day > pattern.valid_until:
        return False
    monday = pattern.valid_from - timedelta(days=pattern.valid_from.weekday())
    return (day - monday).days // _WEEK % pattern.every_n_weeks == 0


def shuts(closed: Closed, stretch: Stretch) -> bool:
    """Whether any of the stretch lies in this closure: every scope that is filled in must match."""
    return (
        closed.starts < stretch.ends
        and closed.ends > stretch.starts
        and closed.country in (None, stretch.country)
        and closed.location in (None, stretch.location)
        and closed.room in (None, stretch.room)
        and closed.clinician in (None, stretch.clinician)
    )


def clashes(pattern: Pattern, others: Iterable[Pattern], travel_minutes: int) -> list[Clash]:
    """What stands in this pattern's way, one line for each other pattern that does."""
    found = (_clash(pattern, other, travel_minutes) for other in others)
    return [clash for clash in found if clash]


def _clash(one: Pattern, other: Pattern, travel_minutes: int) -> Clash | None:
    gap = _minutes_between(one, other)
    overlap = gap < 0
    if one.clinician == other.clinician and (overlap or _too_near(one, other, gap, travel_minutes)):
        trouble = Trouble.TWICE if overlap else Trouble.TRAVEL
    elif one.room == other.room and one.clinician != other.clinician and overlap:
        trouble = Trouble.ROOM
    else:
        return None
    day = _first_common_day(one, other)
    return Clash(trouble, one, other, day, max(gap, 0)) if day else None


def _too_near(one: Pattern, other: Pattern, gap: int, travel_minutes: int) -> bool:
    return one.location != other.location and gap < travel_minutes


def _minutes_between(one: Pattern, other: Pattern) -> int:
    """From the end of the earlier to the start of the later, on one day; negative where they overlap."""
    later_start = max(one.starts, other.starts)
    earlier_end = min(one.ends, other.ends)
    return (later_start.hour - earlier_end.hour) * 60 + later_start.minute - earlier_end.minute


def _first_common_day(one: Pattern, other: Pattern) -> date | None:
    """The first day that both have; looked for until their weeks come round again."""
    if one.weekday != other.weekday:
        return None
    first = max(one.valid_from, other.valid_from)
    day = first + timedelta(days=(one.weekday - first.weekday()) % _WEEK)
    for _ in range(lcm(one.every_n_weeks, other.every_n_weeks)):
        if holds_on(one, day) and holds_on(other, day):
            return day
        day += timedelta(days=_WEEK)
    return None
