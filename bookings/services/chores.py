"""What the worker does besides mail, once an hour. Never changes an appointment that has a patient."""

from __future__ import annotations

from datetime import datetime

from bookings.services.counting import delete_old_counts
from bookings.services.holding import delete_old_holds
from clinic import lockout
from clinic.limits import delete_old_tallies


def hourly(now: datetime) -> dict[str, int]:
    """Returns what was done, counted: for the log."""
    return {
        "holds deleted": delete_old_holds(now=now),
        "counts deleted": delete_old_counts(now=now),
        "tallies deleted": delete_old_tallies(now=now),
        "wrong passwords deleted": lockout.delete_old(now=now),
    }
