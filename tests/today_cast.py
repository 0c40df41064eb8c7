"""Today's side of the cast: a morning at Maidenhead before the first visit, and people booked half an hour apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from bookings.models import Appointment
from clinic.models import Location
from tests import cast
from tests.cast import FREE_TIME

TODAY = "/admin/bookings/appointment/today/"
DAY = f"{TODAY}?day=2027-03-02"
MORNING = FREE_TIME.replace(hour=8, minute=0)
HALF_HOUR = dt.timedelta(minutes=30)


# --- Fixtures: a test file takes one by giving it a name: `place = today_cast.place` ---------------------------------
@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(MORNING, tick=False) as stopped:
        yield stopped


@pytest.fixture
def place() -> Location:
    cast.make_gap()
    return cast.make_clinic()


def booked(place: Location, nth: int = 0, name: str = "Brigid Test", **changes: object) -> Appointment:
    who = cast.make_details(name=name, email=f"p{nth}@example.org")
    return cast.make_booked(place, starts_at=FREE_TIME + nth * HALF_HOUR, patient=who, **changes)
