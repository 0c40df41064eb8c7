"""What a report counts of one clinician at one clinic in one week, and how that adds up. Asks nothing of the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import NamedTuple

from bookings.funnel import Period, monday, within
from clinic.models import Location


@dataclass
class Figures:
    """What counts of one clinician at one clinic in one week, or of any of these together.

    requests: sent by patients on these days and still standing as theirs; not those entered in error, nor those that a
        machine seems to have sent. They count at the clinic and for the clinician where the visit stands now.
    hours: for each of them that was confirmed or declined, the desk hours (Monday to Friday, 9am to 5pm, less bank
        holidays) until that first answer. Confirmed at once is 0.
    confirmed: those of them that were ever confirmed.
    consulted, followed: consultations seen on these days; those after which the same patient has a session at the same
        clinic: asked for, booked, here or seen, whenever it is.
    worked, taken: minutes that the rota of now gives clinicians who work here, less closures; those of them in which a visit
        is booked, here or seen.
    due: visits of these days, up to now, that were kept or should have been: booked, here, seen, absent, cancelled late.
    late: called off by the patient, or for her, inside the clinic's own cut-off of now.
    absent: marked as did not come.
    unsent: messages about visits here, queued on these days, that were given up.
    """

    requests: int = 0
    hours: list[float] = field(default_factory=list)
    confirmed: int = 0
    consulted: int = 0
    followed: int = 0
    worked: int = 0
    taken: int = 0
    due: int = 0
    late: int = 0
    absent: int = 0
    unsent: int = 0

    def add(self, other: Figures) -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def median(self) -> float | None:
        """Desk hours, to a tenth. Half were answered within it."""
        return round(median(self.hours), 1) if self.hours else None

    @property
    def ninetieth(self) -> float | None:
        """Desk hours, to a tenth. Nine in ten were answered within it."""
        return round(within(0.9, self.hours), 1) if self.hours else None


def summed(parts: Iterable[Figures]) -> Figures:
    total = Figures()
    for part in parts:
        total.add(part)
    return total


class Key(NamedTuple):
    location: int
    clinician: int
    week: date  # its Monday


class Cells(defaultdict[Key, Figures]):
    """The figures of each clinician, clinic and week; days outside the period go into none."""

    def __init__(self, places: Sequence[Location], period: Period) -> None:
        super().__init__(Figures)
        self.places = {place.pk: place for place in places}
        self.period = period

    def at(self, location: int, clinician: int, instant: datetime | None) -> Figures | None:
        """Where something of this instant (UTC) counts, by the clinic's calendar."""
        place = self.places.get(location)
        if place is None or instant is None:
            return None
        return self.on(location, clinician, instant.astimezone(place.zone).date())

    def on(self, location: int, clinician: int, day: date) -> Figures | None:
        if not self.period.since <= day <= self.period.until:
            return None
        return self[Key(location, clinician, monday(day))]
