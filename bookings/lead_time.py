"""How many days it is to the next free first visit at each clinic, as a patient would find it. Reads; takes no time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from bookings import diary
from bookings.availability import Busy
from bookings.diary import Rota
from bookings.models import Service
from clinic.models import Location

SOON = timedelta(
    days=14
)  # most clinics have a free time by then: the rest of the horizon is seldom worked out


def horizon(now: datetime) -> datetime:
    return now + timedelta(days=settings.HORIZON_DAYS)


def days_to_first_free(places: Sequence[Location], rota: Rota, now: datetime) -> dict[int, int | None]:
    """For each clinic the days from today, on its calendar, to the first time a patient may ask for online now.

    None where there is no such time within HORIZON_DAYS, or no service is offered online.
    """
    service = Service.objects.asked_online()
    if service is None:
        return {place.pk: None for place in places}
    margin = timedelta(minutes=service.minutes)
    pairs = [(pattern.clinician, pattern.room) for pattern in rota.patterns]
    taken = diary.busy(starts=now - margin, ends=horizon(now) + margin, now=now, pairs=pairs)
    found: dict[int, int | None] = {}
    for place in places:
        first = _first_free(place, rota, taken, service.minutes, now)
        today = now.astimezone(place.zone).date()
        found[place.pk] = (first.astimezone(place.zone).date() - today).days if first else None
    return found


def _first_free(
    place: Location, rota: Rota, taken: Sequence[Busy], minutes: int, now: datetime
) -> datetime | None:
    free_days = rota.holidays.get(place.country, frozenset()) | rota.holidays.get("", frozenset())
    earliest, horizon = diary.window(place, now, free_days)
    for latest in (min(now + SOON, horizon), horizon):
        slots = diary.free_slots([place], rota, taken, minutes=minutes, earliest=earliest, latest=latest)
        if slots:
            return slots[0].starts
    return None
