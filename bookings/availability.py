"""Which times a clinic offers, and with whom: pure sums that never read a clock or a database.

Instants come in and go out as aware datetimes; in between they are seconds since 1970 in UTC. Every stretch
is half-open: an appointment that ends at 10:00 leaves 10:00 free. A pattern says what the clock on the wall
shows at the clinic; that becomes UTC before anything is compared, so the server's own zone can never matter.
How much notice the clinic wants, and how far ahead it opens its diary, is for the caller to say.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

Pair = tuple[int, int]  # (clinician, room)
BusyRow = tuple[int, int, int, datetime, datetime]  # a Busy, or the same five columns from a values_list

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = 60
_DAY = 24 * 60 * _MINUTE


class Place(NamedTuple):
    """A clinic: its id, the IANA name of its time zone ("Europe/London") and its country ("GB", "IE")."""

    location: int
    zone: str
    country: str


class Pattern(NamedTuple):
    """A weekly stretch of work in one room, within one day of the clinic's wall clock.

    `weekday` 0 is Monday; `step` is the minutes between two starts; weeks are counted from the Monday of
    `valid_from`; the last day, `valid_until`, is included. Work is over after the last minute at which the
    clock shows a time before `ends`, also when it skips or repeats an hour. A pattern that ends before it
    starts is no work.
    """

    clinician: int
    room: int
    location: int
    weekday: int
    starts: time
    ends: time
    step: int
    every_n_weeks: int
    valid_from: date
    valid_until: date | None


class Closed(NamedTuple):
    """A stretch (aware) in which nobody is seen: for all, or only where every scope that is given matches."""

    starts: datetime
    ends: datetime
    country: str | None = None
    location: int | None = None
    room: int | None = None
    clinician: int | None = None


class Busy(NamedTuple):
    """A stretch (aware) that an appointment or a hold takes from a clinician and a room."""

    clinician: int
    room: int
    location: int
    starts: datetime
    ends: datetime


class Slot(NamedTuple):
    """A free time (UTC) at a clinic, with the pairs who could take it, sorted; there is at least one."""

    location: int
    starts: datetime
    ends: datetime
    candidates: tuple[Pair, ...]


def free_slots(
    *,
    places: Iterable[Place],
    patterns: Iterable[Pattern],
    closures: Iterable[Closed],
    busy: Iterable[BusyRow],
    minutes: int,
    earliest: datetime,
    latest: datetime,
    travel_minutes: int,
) -> list[Slot]:
    """Every free time of `minutes` from `earliest` (included) to `latest` (not), both aware; soonest first.

    Busy rows must reach `minutes` and `travel_minutes` beyond both ends of the window: what lies just outside
    may still stand in the way.
    """
    patterns, length = tuple(patterns), minutes * _MINUTE
    diary = _Diary(closures, busy, length, travel_minutes * _MINUTE)
    found: list[tuple[int, int, tuple[Pair, ...]]] = []
    for place in places:
        offered: defaultdict[int, list[Pair]] = defaultdict(list)
        for pair, starts in _rota(place, patterns, length, _seconds(earliest), _seconds(latest)):
            for start in _outside(diary.ruled_out(place, pair), starts):
                offered[start].append(pair)
        found += [(start, place.location, tuple(offered[start])) for start in sorted(offered)]
    instant = lru_cache(maxsize=None)(_instant)
    return [
        Slot(location, instant(start), instant(start + length), pairs)
        for start, location, pairs in sorted(found)
    ]


def candidates_at(
    *,
    place: Place,
    patterns: Iterable[Pattern],
    closures: Iterable[Closed],
    busy: Iterable[BusyRow],
    minutes: int,
    starts: datetime,
    travel_minutes: int,
) -> tuple[Pair, ...]:
    """The pairs free for exactly this start (aware), sorted; empty when the clinic does not offer it."""
    diary = _Diary(closures, busy, minutes * _MINUTE, travel_minutes * _MINUTE)
    pairs = rota_pairs(place=place, patterns=patterns, minutes=minutes, starts=starts)
    return tuple(pair for pair in pairs if _outside(diary.ruled_out(place, pair), [_seconds(starts)]))


def rota_pairs(
    *, place: Place, patterns: Iterable[Pattern], minutes: int, starts: datetime
) -> tuple[Pair, ...]:
    """The pairs whose patterns have exactly this start (aware), free or not, sorted: whom to lock."""
    start = _seconds(starts)
    rota = _rota(place, patterns, minutes * _MINUTE, start, start + 1)
    return tuple(pair for pair, offered in rota if start in offered)


def is_free(
    *,
    clinician: int,
    room: int,
    location: int,
    starts: datetime,
    ends: datetime,
    busy: Iterable[BusyRow],
    travel_minutes: int,
) -> bool:
    """Whether no booking stands in the way of this stretch (aware); the rota and closures are not asked."""
    start = _seconds(starts)
    diary = _Diary((), busy, _seconds(ends) - start, travel_minutes * _MINUTE)
    return bool(_outside(diary.taken(location, (clinician, room)), [start]))


# What stands in the way is turned round into the *starts* that it rules out. Something from b to e rules out
# a slot of length n at every start s with s < e and s + n > b: the open range b - n < s < e.
_Range = tuple[float, float]
_Number = TypeVar("_Number", int, float)


def _outside(ranges: Iterable[_Range], starts: list[_Number]) -> list[_Number]:
    """Those of the starts, given in order, that lie in none of these open ranges."""
    kept: list[_Number] = []
    checked = 0
    for low, high in sorted(ranges):
        lost = bisect_right(starts, low, checked)
        kept += starts[checked:lost]
        checked = bisect_left(starts, high, lost)
    return kept + starts[checked:]


class _Diary:
    """Everything that stands in the way of slots of one `length` (seconds), kept by whom it concerns."""

    def __init__(
        self, closures: Iterable[Closed], busy: Iterable[BusyRow], length: float, gap: float
    ) -> None:
        self._gap = gap
        self._closures = [
            (closed, (_seconds(closed.starts) - length, _seconds(closed.ends))) for closed in closures
        ]
        self._rooms: defaultdict[int, list[_Range]] = defaultdict(list)
        self._clinicians: defaultdict[int, list[tuple[int, _Range]]] = defaultdict(list)
        for clinician, room, location, starts, ends in busy:
            ruled_out = (_seconds(starts) - length, _seconds(ends))
            self._rooms[room].append(ruled_out)
            self._clinicians[clinician].append((location, ruled_out))

    def ruled_out(self, place: Place, pair: Pair) -> list[_Range]:
        """The starts at which this pair cannot see anybody at this place."""
        return self.taken(place.location, pair) + self._closed(place, pair)

    def taken(self, location: int, pair: Pair) -> list[_Range]:
        """The same by bookings alone; one at another location also takes the journey there and back."""
        clinician, room = pair
        return self._rooms[room] + [
            (low, high) if there == location else (low - self._gap, high + self._gap)
            for there, (low, high) in self._clinicians[clinician]
        ]

    def _closed(self, place: Place, pair: Pair) -> list[_Range]:
        clinician, room = pair
        return [
            ruled_out
            for closed, ruled_out in self._closures
            if closed.country in (None, place.country)
            and closed.location in (None, place.location)
            and closed.room in (None, room)
            and closed.clinician in (None, clinician)
        ]


def _rota(
    place: Place, patterns: Iterable[Pattern], length: int, first: float, last: float
) -> list[tuple[Pair, list[int]]]:
    """Each pair that works at the place, in order, with its starts from `first` until `last`, in order."""
    days = _instant(first).toordinal() - 1, _instant(last).toordinal() + 1  # no zone is a whole day from UTC
    starts: defaultdict[Pair, set[int]] = defaultdict(set)
    for pattern in patterns:
        if pattern.location == place.location:
            for day in days_of(pattern, *days):
                starts[pattern.clinician, pattern.room].update(_starts_on(day, pattern, place.zone, length))
    return [(pair, _between(first, last, sorted(starts[pair]))) for pair in sorted(starts)]


def _between(first: float, last: float, starts: list[int]) -> list[int]:
    return starts[bisect_left(starts, first) : bisect_left(starts, last)]


def days_of(pattern: Pattern, first: int, last: int) -> range:
    """The pattern's days, as ordinals, between two ordinals (both included), in steps of its weeks."""
    monday = pattern.valid_from.toordinal() - pattern.valid_from.weekday()
    cycle = 7 * pattern.every_n_weeks
    first = max(first, pattern.valid_from.toordinal())
    if pattern.valid_until:
        last = min(last, pattern.valid_until.toordinal())
    return range(first + (monday + pattern.weekday - first) % cycle, last + 1, cycle)


def _starts_on(day: int, pattern: Pattern, zone: str, length: int) -> Iterable[int]:
    """One local day's starts. A wall time that the clock skips gives none, one that it shows twice two."""
    opens = pattern.starts.hour * 60 + pattern.starts.minute
    closes = pattern.ends.hour * 60 + pattern.ends.minute
    midnight = _reading(zone, day, 0)
    if _reading(zone, day + 1, 0) - midnight == _DAY:
        end = midnight + closes * _MINUTE
        return range(midnight + opens * _MINUTE, end - length + 1, pattern.step * _MINUTE)
    last = closes - 1
    while not _readings(zone, day, last):
        last -= 1
    end = max(_readings(zone, day, last)) + _MINUTE
    grid = range(opens, closes, pattern.step)
    return [start for minute in grid for start in _readings(zone, day, minute) if start + length <= end]


def _readings(zone: str, day: int, minute: int) -> set[int]:
    """The instants at which the wall clock shows this minute of the day: one, or none, or two."""
    first, second = _reading(zone, day, minute, 0), _reading(zone, day, minute, 1)
    return {first, second} if first <= second else set()  # they swap only in a gap (PEP 495)


@lru_cache(maxsize=4096)
def _reading(zone: str, day: int, minute: int, fold: int = 0) -> int:
    """A wall time in UTC, by offset and never by `.dst()`: Dublin counts its winter as the saving time."""
    midnight = datetime.combine(date.fromordinal(day), time(), ZoneInfo(zone))
    return int(_seconds((midnight + timedelta(minutes=minute)).replace(fold=fold)))


def _seconds(at: datetime) -> float:
    return (at - _EPOCH).total_seconds()  # a datetime without a zone is a TypeError here


def _instant(seconds: float) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)
