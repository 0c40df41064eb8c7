"""The next free times of each clinic, for pages that inform. Reads the diary; a template says what is shown of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings

from bookings import diary
from bookings.availability import Slot
from bookings.models import Service
from clinic import fleeting
from clinic.models import Location

NAME = "next_times"
MOST = 3  # of one clinic


def soonest(locations: Collection[Location], now: datetime) -> dict[int, list[Slot]]:
    """The first free times of each clinic within NEXT_TIMES_WEEKS, by its id; none where nothing is free."""
    service = Service.objects.asked_online()
    until = now + timedelta(weeks=settings.NEXT_TIMES_WEEKS)
    found: dict[int, list[Slot]] = {place.pk: [] for place in locations}
    for slot in diary.free_times(locations, service, now=now, until=until) if service else ():
        if len(found[slot.location]) < MOST:
            found[slot.location].append(slot)
    return found


def drop() -> None:
    """Let no page show a time from before this change. Call it where a time is taken or given back.

    The times of all clinics go, because a clinician who is taken at one of them is taken at the others too, with the
    way between them. A hold that runs out needs no drop: a minute later its time is found again. What changes the rota,
    a closure or a clinic drops the kept pages, and these times with them.
    """
    fleeting.drop(NAME)
