"""We treat adults only: one rule for a request, a phone booking and a move. Part of other verbs."""

from __future__ import annotations

from datetime import date, datetime

from bookings.services.errors import BookingError
from clinic.models import Location
from treatments import screening


class TooYoung(BookingError):
    """We treat adults only."""

    sentence = "We treat adults only. Please see a GP, who can help at any age."


def is_adult_at(location: Location, starts_at: datetime, born: date) -> bool:
    """Whether somebody is an adult on the day of the visit, by the clinic's own calendar."""
    return screening.is_adult(born, starts_at.astimezone(location.zone).date())


def refuse_minor(location: Location, starts_at: datetime, born: date | None) -> None:
    """Raises TooYoung. Somebody without a date of birth on record is asked at the desk, not refused."""
    if born is not None and not is_adult_at(location, starts_at, born):
        raise TooYoung
