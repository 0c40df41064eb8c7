"""One mail on a date somebody chose, after a page said that treatment waits. Keeps the address and nothing else."""

from __future__ import annotations

from datetime import date, datetime, time

from bookings import messages
from bookings.services.transaction import durable
from bookings.working_time import working_day_at
from clinic import limits
from clinic.limits import Caller, Deed
from clinic.models import Location, Message

NINE = time(9)


@durable
def write_later(
    *, email: str, on: date, location: Location, caller: Caller | None = None, now: datetime
) -> Message:
    """Queue the mail for 9am on that day at the clinic. It says nothing of why. Raises TooMany.

    The limit for one address reaches over weeks: mails asked for on many days could all be due on one.
    """
    if caller is not None:
        deeds = [*limits.of_caller("write-later", caller), Deed("write-later-email", limits.mailbox(email))]
        limits.count_all(deeds, now=now)
    return messages.write_later(
        email, location, not_before=working_day_at(on, NINE, location.time_zone), now=now
    )
