"""One mail on a date somebody chose, after a page said that treatment waits. Keeps the address and nothing else."""

from __future__ import annotations

from datetime import date, datetime, time

from bookings import messages
from bookings.services.transaction import durable
from bookings.working_time import working_day_at
from clinic.models import Location, Message

NINE = time(9)


@durable
def write_later(*, email: str, on: date, location: Location, now: datetime) -> Message:
    """Queue the mail for 9am on that day at the clinic. It says nothing of why."""
    return messages.write_later(
        email, location, not_before=working_day_at(on, NINE, location.time_zone), now=now
    )
