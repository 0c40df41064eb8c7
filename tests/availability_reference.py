"""The booking rules, read aloud minute by minute: slow, obvious, and written without a look at the fast way.

It walks through every minute of the window in UTC, reads the clock on the clinic's wall at that minute, and
asks each rule in turn. Everything it is given lies on whole minutes; only the window need not.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bookings.availability import Busy, Closed, Pair, Pattern, Place, Slot

MINUTE = timedelta(minutes=1)


def slots(
    *,
    places: Sequence[Place],
    patterns: Sequence[Pattern],
    closures: Sequence[Closed],
    busy: Sequence[Busy],
    minutes: int,
    earliest: datetime,
    latest: datetime,
    travel_minutes: int,
) -> list[Slot]:
    """What `free_slots` must answer."""
    found = []
    for start in minutes_between(earliest, latest):
        for place in sorted(places):
            pairs = {
                (pattern.clinician, pattern.room)
                for pattern in patterns
                if is_offered(pattern, place, start, minutes)
                and not is_closed(pattern, place, start, minutes, closures)
                and not is_taken(
                    (pattern.clinician, pattern.room), place.location, start, minutes, busy, travel_minutes
                )
            }
            if pairs:
                end = start + minutes * MINUTE
                found.append(Slot(place.location, start, end, tuple(sorted(pairs))))
    return found


def minutes_between(first: datetime, last: datetime) -> Iterator[datetime]:
    """Every whole minute from `first` (included) to `last` (not)."""
    at = first.replace(second=0, microsecond=0)
    while at < last:
        if at >= first:
            yield at
        at += MINUTE


def is_offered(pattern: Pattern, place: Place, start: datetime, minutes: int) -> bool:
    """Whether the rota has this start, by what the wall shows at it."""
    if pattern.location != place.location:
        return False
    wall = on_the_wall(start, place.zone)
    today = wall.date()
    if today.weekday() != pattern.weekday or today < pattern.valid_from:
        return False
    if pattern.valid_until is not None and today > pattern.valid_until:
        return False
    if weeks_between(pattern.valid_from, today) % pattern.every_n_weeks != 0:
        return False
    since_opening = (wall - datetime.combine(today, pattern.starts)) // MINUTE
    if since_opening < 0 or since_opening % pattern.step != 0 or wall.time() >= pattern.ends:
        return False
    return start + minutes * MINUTE <= end_of_work(today, pattern.ends, place.zone)


@cache
def on_the_wall(at: datetime, zone: str) -> datetime:
    """What the clock shows, as a bare date and time."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


@cache
def end_of_work(today: date, ends: time, zone: str) -> datetime:
    """One minute after the last minute of that local day at which the clock shows a time before `ends`."""
    noon = datetime.combine(today, time(12), ZoneInfo("UTC"))
    around = minutes_between(noon - timedelta(hours=30), noon + timedelta(hours=30))
    walls = ((at, on_the_wall(at, zone)) for at in around)
    return max(at for at, wall in walls if wall.date() == today and wall.time() < ends) + MINUTE


def weeks_between(first: date, second: date) -> int:
    """Mondays passed from one date to another."""
    return (monday_of(second) - monday_of(first)).days // 7


def monday_of(day: date) -> date:
    while day.weekday() != 0:
        day -= timedelta(days=1)
    return day


def is_closed(
    pattern: Pattern, place: Place, start: datetime, minutes: int, closures: Sequence[Closed]
) -> bool:
    """Whether a closure that concerns this pair and place covers any minute of the slot."""
    for closed in closures:
        if closed.country is not None and closed.country != place.country:
            continue
        if closed.location is not None and closed.location != place.location:
            continue
        if closed.room is not None and closed.room != pattern.room:
            continue
        if closed.clinician is not None and closed.clinician != pattern.clinician:
            continue
        if shares_a_minute(start, start + minutes * MINUTE, closed.starts, closed.ends):
            return True
    return False


def is_taken(
    pair: Pair, location: int, start: datetime, minutes: int, busy: Sequence[Busy], travel_minutes: int
) -> bool:
    """Whether a booking has the room, or the clinician, or leaves the clinician no time for the journey."""
    clinician, room = pair
    end, journey = start + minutes * MINUTE, travel_minutes * MINUTE
    for booking in busy:
        if booking.room == room and shares_a_minute(start, end, booking.starts, booking.ends):
            return True
        if booking.clinician == clinician:
            gap = journey if booking.location != location else 0 * MINUTE
            if shares_a_minute(start - gap, end + gap, booking.starts, booking.ends):
                return True
    return False


def shares_a_minute(first: datetime, first_end: datetime, second: datetime, second_end: datetime) -> bool:
    """Whether some minute belongs to both stretches, asked of every minute of the first."""
    return any(second <= minute < second_end for minute in minutes_between(first, first_end))
