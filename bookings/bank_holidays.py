"""Puts the bank holidays of England and Ireland into the diary as closures. Never changes or removes one that is there.

Once most of a country's year are in the diary, somebody has seen them: one that lacks by then was deleted, and stays so.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, time, timedelta
from itertools import product
from typing import NamedTuple

from holidays import country_holidays

from bookings.models import Closure
from bookings.working_time import working_day_at
from clinic.models import Country

_DAY, _MIDNIGHT = timedelta(days=1), time()


class _Calendar(NamedTuple):
    """Which of the calendars we load; its days begin and end at midnight of this zone."""

    country: Country
    part: str | None
    zone: str


CALENDARS = (_Calendar(Country.GB, "ENG", "Europe/London"), _Calendar(Country.IE, None, "Europe/Dublin"))


def load_bank_holidays(years: Collection[int]) -> int:
    """Add what is missing of these years and say how many days that were."""
    rows = missing(years)
    # Two people who load at once write the same rows: the second one's are left out.
    Closure.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def missing(years: Collection[int]) -> list[Closure]:
    """Those of these years that are not in the diary yet, not saved, the earliest first."""
    there = set(Closure.objects.bank_holidays().values_list("country", "day"))
    rows = []
    for calendar, year in product(CALENDARS, years):
        days = country_holidays(calendar.country, subdiv=calendar.part, years=year)
        lacking = [day for day in days if (calendar.country, day) not in there]
        if 2 * len(lacking) > len(days):
            rows += [_row(calendar, day, days[day]) for day in lacking]
    return sorted(rows, key=lambda row: (row.starts_at, row.country))


def _row(calendar: _Calendar, day: date, name: str) -> Closure:
    return Closure(
        kind=Closure.Kind.BANK_HOLIDAY,
        country=calendar.country,
        day=day,
        starts_at=working_day_at(day, _MIDNIGHT, calendar.zone),
        ends_at=working_day_at(day + _DAY, _MIDNIGHT, calendar.zone),
        reason=name,
    )
