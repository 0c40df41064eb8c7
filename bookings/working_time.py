"""Desk time: Monday to Friday, 9am to 5pm on a clinic's wall clock, less its holidays. Never reads a clock.

What arrives while nobody is at the desk counts from the next opening. Instants are aware and return in UTC;
`zone` is an IANA name; `holidays` are the local dates on which that country's desks stay shut.
"""

from collections.abc import Container, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DESK_OPENS = time(9)
DESK_CLOSES = time(17)
DESK_HOURS = 8

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_SATURDAY = 5


def is_working_day(day: date, holidays: Container[date]) -> bool:
    """Whether somebody is at the desk on this local day."""
    return day.weekday() < _SATURDAY and day not in holidays


def add_working_days(day: date, days: int, holidays: Container[date]) -> date:
    """The date that many working days after `day`; a day when the desk is shut counts as the next open one.

    So 1 from a Friday is the Monday, 1 from a Saturday the Tuesday, 0 the first working day from `day` on. A
    negative number counts back: -1 is the last working day before `day`.
    """
    while days >= 0 and not is_working_day(day, holidays):
        day += _DAY
    step = _DAY if days > 0 else -_DAY
    for _ in range(abs(days)):
        day += step
        while not is_working_day(day, holidays):
            day += step
    return day


def working_day_at(day: date, at: time, zone: str) -> datetime:
    """The instant (UTC) at which the clock on the wall shows `at` on that local day."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def days_before(at: datetime, days: int, zone: str) -> datetime:
    """The instant (UTC) when the clock on the wall shows the same time, that many local days before `at` (aware)."""
    local = at.astimezone(ZoneInfo(zone))
    return working_day_at(local.date() - days * _DAY, local.time(), zone)


def first_within(at: datetime, opens: time, closes: time, zone: str) -> datetime:
    """The first instant (UTC) from `at` on at which the clock on the wall shows `opens` or later, and not yet `closes`."""
    local = at.astimezone(ZoneInfo(zone))
    if opens <= local.time() < closes:
        return at.astimezone(UTC)
    day = local.date() if local.time() < opens else local.date() + _DAY
    return working_day_at(day, opens, zone)


def counts_from(now: datetime, zone: str, holidays: Container[date]) -> datetime:
    """The instant (UTC) from which a request counts: `now` while the desk is open, else the next opening."""
    return add_working_hours(now, 0, zone, holidays)


def answer_day(now: datetime, days: int, zone: str, holidays: Container[date]) -> date:
    """The local date by which a request sent at `now` (aware) is answered, `days` working days on."""
    counted = counts_from(now, zone, holidays).astimezone(ZoneInfo(zone))
    return add_working_days(counted.date(), days, holidays)


def add_working_hours(now: datetime, hours: float, zone: str, holidays: Container[date]) -> datetime:
    """The instant (UTC) when that many desk hours after `now` are over; 8 from an opening is closing time."""
    left = hours * _HOUR
    for opens, closes in _desk_times(now, zone, holidays):
        begins = max(now, opens).astimezone(UTC)
        if begins < closes:
            if begins + left <= closes:
                return begins + left
            left -= closes - begins
    raise AssertionError("desk times have no end")


def working_hours_between(a: datetime, b: datetime, zone: str, holidays: Container[date]) -> float:
    """How many desk hours lie between two instants (aware), 0 if `b` is the earlier: the age of a request."""
    total = timedelta(0)
    for opens, closes in _desk_times(a, zone, holidays):
        if b <= opens:
            break
        total += max(min(b, closes) - max(a, opens), timedelta(0))
    return total / _HOUR


def _desk_times(now: datetime, zone: str, holidays: Container[date]) -> Iterator[tuple[datetime, datetime]]:
    """When the desk opens and closes (UTC), day after day without end, from the local day of `now`."""
    day = now.astimezone(ZoneInfo(zone)).date()
    while True:
        if is_working_day(day, holidays):
            yield working_day_at(day, DESK_OPENS, zone), working_day_at(day, DESK_CLOSES, zone)
        day += _DAY
