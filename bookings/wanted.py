"""What somebody looks for among the free times: at which clinics, when, from which day on. Pure: no Django, no clock.

It lives in the address of the time page alone, so that a link or the way back finds it again. Nothing in it is personal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from bookings.journey import ANYWHERE
from clinic.wording import clock, list_words

NOON, EVENING_BEGINS = time(12), time(17)
_SATURDAY = 5
Time = TypeVar("Time")


class Part(StrEnum):
    """When it suits, by the clock on the clinic's own wall. A Saturday morning is both."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    SATURDAY = "saturday"


LABELS = {
    Part.MORNING: f"Mornings, before {clock(NOON)}",
    Part.AFTERNOON: f"Afternoons, {clock(NOON)} to {clock(EVENING_BEGINS)}",
    Part.EVENING: f"Evenings, from {clock(EVENING_BEGINS)}",
    Part.SATURDAY: "Saturdays, at any time",
}


def parts_of(at: datetime) -> frozenset[Part]:
    """The parts that a time belongs to; `at` as the clock at the clinic shows it."""
    early = Part.MORNING if at.time() < NOON else Part.AFTERNOON
    part = early if at.time() < EVENING_BEGINS else Part.EVENING
    return frozenset({part, Part.SATURDAY} if at.weekday() == _SATURDAY else {part})


@dataclass(frozen=True)
class Wanted:
    """One choice. No clinic: the one named before; no part: any time. A slot fits that falls in any of the parts."""

    clinics: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    since: date | None = None

    @classmethod
    def read(
        cls, query: Mapping[str, Sequence[str]], *, known: Collection[str], since: date | None = None
    ) -> Wanted:
        """From an address. Clinics that are not `known`, and parts that are none, count as not chosen.

        A form sent without a tick (`find` says that it was one) asks for any clinic. `since` is the day that the
        address names, read by whoever knows how people write days.
        """
        asked = query.get("clinic", ())
        clinics = tuple(slug for slug in known if slug in asked)
        if ANYWHERE in asked or (clinics and len(clinics) == len(known)) or ("find" in query and not clinics):
            clinics = (ANYWHERE,)
        parts = tuple(part for part in Part if part in query.get("part", ()))
        return cls(clinics, parts, since)

    def query(self) -> str:
        """As an address carries it, without the mark of a form; empty when nothing is chosen."""
        pairs = [("clinic", slug) for slug in self.clinics] + [("part", str(part)) for part in self.parts]
        return urlencode([*pairs, *([("from", self.since.isoformat())] if self.since else [])])

    def without_day(self) -> Wanted:
        return replace(self, since=None)

    def covers(self, slug: str) -> bool:
        """Whether this clinic is among the chosen ones."""
        return slug in self.clinics or ANYWHERE in self.clinics

    def fitting(self, times: Iterable[tuple[datetime, Time]]) -> list[tuple[datetime, Time]]:
        """Those of the chosen parts. Each comes with what the clock at its own clinic shows."""
        if not self.parts:
            return list(times)
        wanted = frozenset(self.parts)
        return [time for time in times if wanted & parts_of(time[0])]


def parts_among(times: Iterable[datetime]) -> tuple[Part, ...]:
    """The parts that have a time at all: no other is ever offered. Times as the clock at each clinic shows them."""
    found: set[Part] = set()
    for at in times:
        found |= parts_of(at)
        if len(found) == len(Part):
            break
    return tuple(part for part in Part if part in found)


def parts_in_words(parts: Iterable[Part], last: str = "and") -> str:
    """As a line of the page says it.

    >>> parts_in_words([Part.EVENING, Part.SATURDAY]), parts_in_words([], last="or")
    ('evenings and Saturdays', '')
    """
    names = [LABELS[part].split(",")[0] for part in parts]
    return list_words([name if name == "Saturdays" else name.lower() for name in names], last)
