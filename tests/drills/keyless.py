"""The site with one guard taken out, for the control of F3: a journey forgets its key between two posts."""

from uuid import UUID, uuid4

from bookings.journey import Journey
from clinic.wsgi import application

__all__ = ["application"]


def _another(journey: Journey) -> UUID:
    return uuid4()


Journey.uuid = property(_another)  # type: ignore[assignment]
