"""How long clinicians work by the rota, less what is closed, and how much of that is taken. Pure; reads no clock.

Instants are aware; in between they are seconds since 1970 in UTC, so a day on which the clock changes counts as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from bookings.availability import Busy, Closed, Pattern, Place, days_of
from bookings.working_time import working_day_at

_MINUTE, _DAY = 60, 86_400
Stretch = tuple[float, float]
Key = tuple[int, int, date]  # location, clinician, local day


class Worked(NamedTuple):
    """Minutes of one clinician at one clinic on one local day: by the rota, and those of them with a visit."""

    minutes: int
    taken: int


def worked(
    *,
    places: Iterable[Place],
    patterns: Sequence[Pattern],
    closures: Sequence[Closed],
    visits: Iterable[Busy],
    first: date,
    last: date,
) -> dict[Key, Worked]:
    """Every day's work from the first local day to the last, both included. A visit outside the rota's hours fills none."""
    stretches: defaultdict[Key, list[Stretch]] = defaultdict(list)
    zones = {place.location: place for place in places}
    for pattern in patterns:
        place = zones.get(pattern.location)
        if place is None:
            continue
        shut = [_stretch(each) for each in closures if _concerns(each, pattern, place)]
        for ordinal in days_of(pattern, first.toordinal(), last.toordinal()):
            day = date.fromordinal(ordinal)
            whole = _on(day, pattern, place.zone)
            near = [each for each in shut if _touches(each, [whole])]
            stretches[pattern.location, pattern.clinician, day] += without([whole], near)
    taken: defaultdict[tuple[int, int, int], list[Stretch]] = defaultdict(list)
    for visit in visits:
        stretch = visit.starts.timestamp(), visit.ends.timestamp()
        for nth in _days(*stretch):
            taken[visit.location, visit.clinician, nth].append(stretch)
    found = {}
    for (location, clinician, day), parts in stretches.items():
        at_work = joined(parts)
        if not at_work:
            continue  # closed all day
        near_by = _days(at_work[0][0], at_work[-1][1])
        seen = (each for nth in near_by for each in taken[location, clinician, nth])
        left = _minutes(without(at_work, seen))
        found[location, clinician, day] = Worked(_minutes(at_work), _minutes(at_work) - left)
    return found


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time once, in order: what overlaps or touches becomes one stretch. An empty stretch is none.

    >>> joined([(5, 9), (1, 3), (3, 4), (6, 7), (8, 8)])
    [(1, 4), (5, 9)]
    """
    found: list[Stretch] = []
    for begins, ends in sorted(each for each in stretches if each[0] < each[1]):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def without(stretches: Iterable[Stretch], gone: Iterable[Stretch]) -> list[Stretch]:
    """What is left of the first when the second is taken away.

    >>> without([(0, 10)], [(2, 3), (8, 12), (2, 4)])
    [(0, 2), (4, 8)]
    """
    left, taken = joined(stretches), joined(gone)
    for low, high in taken:
        parts = [[(begins, min(ends, low)), (max(begins, high), ends)] for begins, ends in left]
        left = [each for pair in parts for each in pair if each[0] < each[1]]
    return left


def _on(day: date, pattern: Pattern, zone: str) -> Stretch:
    """One day's work, from what the clock on the wall shows."""
    begins, ends = (working_day_at(day, at, zone) for at in (pattern.starts, pattern.ends))
    return begins.timestamp(), ends.timestamp()


def _concerns(closed: Closed, pattern: Pattern, place: Place) -> bool:
    return (
        closed.country in (None, place.country)
        and closed.location in (None, place.location)
        and closed.room in (None, pattern.room)
        and closed.clinician in (None, pattern.clinician)
    )


def _stretch(closed: Closed) -> Stretch:
    return closed.starts.timestamp(), closed.ends.timestamp()


def _days(begins: float, ends: float) -> range:
    """The days of UTC that a stretch touches, so that a day's work is compared with that day's visits alone."""
    return range(int(begins // _DAY), int(ends // _DAY) + 1)


def _touches(each: Stretch, at_work: Sequence[Stretch]) -> bool:
    return each[0] < at_work[-1][1] and each[1] > at_work[0][0]


def _minutes(stretches: Iterable[Stretch]) -> int:
    return round(sum(ends - begins for begins, ends in stretches) / _MINUTE)
