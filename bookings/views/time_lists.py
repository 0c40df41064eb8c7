"""Lays free times out for a page: headings with their buttons, the nearest ones, a month. Asks no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings

from bookings import diary
from bookings.availability import Slot
from bookings.calendar_month import month_weeks
from bookings.models import Appointment
from clinic.models import Location
from clinic.wording import clock, day

DAYS_AT_FIRST = 5
MOST_A_DAY = 40
Here = tuple[datetime, Slot]  # a slot, and what the clock at its own clinic shows then


def at_clinics(slots: Iterable[Slot], locations: Mapping[int, Location]) -> list[Here]:
    """Each slot with its wall time, the earliest day first."""
    zones = {pk: place.zone for pk, place in locations.items()}
    here = [(slot.starts.astimezone(zones[slot.location]), slot) for slot in slots]
    return sorted(here, key=lambda each: (each[0].date(), each[1].starts, each[1].location))


def days_of(here: Iterable[Here]) -> dict[date, list[Slot]]:
    """The slots by the day on the wall calendar of each one's own clinic, in order."""
    return {on: [slot for _, slot in group] for on, group in groupby(here, key=lambda each: each[0].date())}


def by_day(
    slots: Iterable[Slot],
    locations: dict[int, Location],
    *,
    name_place: bool,
    held: Appointment | None = None,
) -> Iterable[dict[str, Any]]:
    """Headings with their buttons, day by day."""
    for on, those in days_of(at_clinics(slots, locations)).items():
        yield day_shown(on, those, locations, name_place=name_place, held=held)


def day_shown(
    on: date,
    slots: list[Slot],
    locations: Mapping[int, Location],
    *,
    name_place: bool,
    held: Appointment | None = None,
    most: int = MOST_A_DAY,
) -> dict[str, Any]:
    """One heading with its buttons; `more` where the day has others besides these `most`."""
    times = [_button(slot, locations[slot.location], on, name_place, held) for slot in slots[:most]]
    return {"heading": day(on), "date": on, "times": times, "more": len(slots) > most}


def _button(
    slot: Slot, place: Location, on: date, name_place: bool, held: Appointment | None
) -> dict[str, str]:
    at = clock(slot.starts.astimezone(place.zone).time(), minutes=True)
    own = held is not None and (held.location_id, held.starts_at) == (slot.location, slot.starts)
    label = f"{at}, {place.name}" if name_place else at
    return {
        "label": f"{label}, held for you" if own else label,
        "hidden": f", {day(on)}" if name_place else f", {day(on)}, {place.name}",
        "value": f"{place.slug}|{slot.starts:%Y-%m-%dT%H:%MZ}",
    }


def near_times(
    slots: list[Slot], wished: datetime, lead: Location, locations: dict[int, Location]
) -> list[dict[str, Any]]:
    here, others = diary.nearest(slots, wished, lead)
    return list(by_day(here + others, locations, name_place=True))


def month_table(slots: list[Slot], month: date, locations: dict[int, Location]) -> dict[str, Any]:
    """A table of one month: each day with how many times it has, as a link to that day."""
    counts = {on: len(those) for on, those in days_of(at_clinics(slots, locations)).items()}
    first = month.replace(day=1)
    previous, following = (
        (first - timedelta(days=1)).replace(day=1),
        (first + timedelta(days=32)).replace(day=1),
    )
    months = {on.replace(day=1) for on in counts}
    return {
        "weeks": month_weeks(first, counts),
        "month_name": day_month(first),
        "previous_month": previous if any(each <= previous for each in months) else None,
        "next_month": following if any(each >= following for each in months) else None,
        "days": [],
    }


def day_month(first: date) -> str:
    """A month in words: "March 2027"."""
    return f"{day(first).split()[-1]} {first.year}"


def named_day(text: str, now: datetime, lead: Location) -> date:
    """The day that an address names, no earlier than today and no later than anybody may book; today if unreadable."""
    today = now.astimezone(lead.zone).date()
    try:
        named = date.fromisoformat(text[:10])
    except ValueError:
        return today
    return min(max(named, today), today + timedelta(days=settings.HORIZON_DAYS))
