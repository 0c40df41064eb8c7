"""Working days, desk hours and the bounds of a day on a clinic's wall clock. Pure: no Django, no database, no clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DESK_HOURS = 8  # Monday to Friday, 9:00 to 17:00


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """First and last instant (UTC, half-open) of `day` on the wall clock of `zone`."""
    place = ZoneInfo(zone)
    starts = datetime.combine(day, time(), place).astimezone(UTC)
    return starts, datetime.combine(day + timedelta(days=1), time(), place).astimezone(UTC)
