"""Lays the days of one month out in weeks, Monday first, for a table. Pure: no Django, no clock, no database."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple


class Cell(NamedTuple):
    """One square of the table: its day (None outside the month) and how many times are free."""

    day: date | None
    free: int


def month_weeks(first: date, free: Mapping[date, int]) -> list[list[Cell]]:
    """The weeks of the month that `first` lies in; squares before and after it are empty."""
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    return [
        [Cell(day, free.get(day, 0)) if day.month == first.month else Cell(None, 0) for day in week]
        for week in weeks
    ]
