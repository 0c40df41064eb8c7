"""Where people give up, for the managers of a clinic: steps, times not found, what answers led to, minutes to ring.

Reads counts only, one query per table. No figure is about anybody: the counters know no visitor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from statistics import median
from typing import NamedTuple, TypeVar

from django.db.models import Min, Q, Sum
from django.db.models.functions import TruncWeek

from bookings.models import CallTask, StepCount
from bookings.services.calling import SUSPECTED
from bookings.services.counting import Event
from bookings.working_time import working_day_at
from clinic.models import Location

WEEK = timedelta(days=7)
LONGEST = timedelta(days=731)  # counts are kept no longer
REQUESTS = (Event.SENT_CLEAR, Event.SENT_READ, Event.SENT_RING)
NO_CLINIC = ""


class Period(NamedTuple):
    """The first and the last day, both included, on each clinic's own calendar."""

    since: date
    until: date

    @classmethod
    def last_weeks(cls, number: int, today: date) -> Period:
        """This week, which is not over, and those before it. A week begins on Monday."""
        return cls(monday(today) - (number - 1) * WEEK, today)

    @property
    def mondays(self) -> list[date]:
        first = monday(self.since)
        return [first + nth * WEEK for nth in range((self.until - first).days // 7 + 1)]


class Tally(NamedTuple):
    """One step: how many were shown it, and how many of them went on."""

    shown: int = 0
    passed: int = 0

    def plus(self, other: Tally) -> Tally:
        return Tally(self.shown + other.shown, self.passed + other.passed)


Counts = dict[str, Tally]
Number = TypeVar("Number", int, float)


class Calls(NamedTuple):
    """Those who asked us to ring: how many were rung, and the minutes by the clock until then, nights included."""

    asked: int
    rung: int
    median: int | None
    ninetieth: int | None

    @classmethod
    def of(cls, minutes: Collection[int | None]) -> Calls:
        """From the minutes of each call; None for one that nobody has made yet."""
        rung = [each for each in minutes if each is not None]
        if not rung:
            return cls(len(minutes), 0, None, None)
        return cls(len(minutes), len(rung), round(median(rung)), within(0.9, rung))

    @property
    def waiting(self) -> int:
        return self.asked - self.rung


@dataclass(frozen=True)
class Report:
    """What was counted at one clinic, at none, or at several together. `weeks` by their Mondays, in order."""

    slug: str
    name: str
    weeks: dict[date, Counts]
    minutes: tuple[int | None, ...]

    @property
    def total(self) -> Counts:
        return _sum(self.weeks.values())

    @property
    def calls(self) -> Calls:
        return Calls.of(self.minutes)

    @property
    def requests(self) -> int:
        """Requests sent, by what their answers led to: each has exactly one of these."""
        total = self.total
        return sum(total.get(kind, Tally()).shown for kind in REQUESTS)


def reports(places: Sequence[Location], period: Period, *, without_clinic: str = "") -> list[Report]:
    """One for each of these clinics, in their order. `without_clinic` names one more: where no clinic was chosen yet."""
    named = [(place.slug, place.name) for place in places]
    if without_clinic:
        named.append((NO_CLINIC, without_clinic))
    counted = _counted([slug for slug, _ in named], period)
    minutes = minutes_to_ring(places, period, bool(without_clinic))
    return [
        Report(
            slug=slug,
            name=name,
            weeks={each: counted[slug].get(each, {}) for each in period.mondays},
            minutes=tuple(minutes[slug]),
        )
        for slug, name in named
    ]


def together(parts: Sequence[Report], name: str) -> Report:
    """Several as one."""
    return Report(
        slug="all",
        name=name,
        weeks={week: _sum(part.weeks[week] for part in parts) for week in parts[0].weeks},
        minutes=tuple(each for part in parts for each in part.minutes),
    )


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _counted(slugs: Sequence[str], period: Period) -> dict[str, dict[date, Counts]]:
    rows = StepCount.objects.filter(clinic__in=slugs, day__range=period).order_by()
    weekly = rows.annotate(week=TruncWeek("day")).values_list("clinic", "week", "step")
    found: dict[str, dict[date, Counts]] = defaultdict(lambda: defaultdict(dict))
    for clinic, week, step, shown, passed in weekly.annotate(Sum("shown"), Sum("passed")):
        found[clinic][week][step] = Tally(shown, passed)
    return found


def minutes_to_ring(
    places: Sequence[Location], period: Period, without_clinic: bool = False
) -> dict[str, list[int | None]]:
    """By the clinic's slug, for each call that somebody asked for: the minutes until the first try or talk; None while
    nobody has rung.

    Calls that were no longer needed before anybody rang, and those that a machine seems to have asked for, are left out.
    """
    slugs = {place.pk: place.slug for place in places}
    rows = CallTask.objects.filter(_asked_in(places, period, without_clinic), why=CallTask.Why.RING_ME)
    rows = rows.exclude(kind=SUSPECTED).annotate(tried=Min("attempts__at"))
    found: dict[str, list[int | None]] = defaultdict(list)
    for place, asked, outcome, closed, tried in rows.values_list(
        "location_id", "made_at", "outcome", "closed_at", "tried"
    ):
        dropped = outcome == CallTask.Outcome.SUPERSEDED
        rung = min((at for at in (tried, None if dropped else closed) if at), default=None)
        if rung or not dropped:
            found[slugs.get(place, NO_CLINIC)].append(_minutes(asked, rung))
    return found


def _asked_in(places: Sequence[Location], period: Period, without_clinic: bool) -> Q:
    """Asked for on one of these days of the clinic's own calendar; a call for a country alone goes by London's."""
    within = Q(pk__in=[])
    for zone in sorted({place.time_zone for place in places}):
        here = [place.pk for place in places if place.time_zone == zone]
        within |= Q(location__in=here) & _stretch(period, zone)
    return within | (Q(location=None) & _stretch(period, "Europe/London")) if without_clinic else within


def _stretch(period: Period, zone: str) -> Q:
    until = working_day_at(period.until + timedelta(days=1), time(), zone)
    return Q(made_at__gte=working_day_at(period.since, time(), zone), made_at__lt=until)


def within(part: float, values: Iterable[Number]) -> Number:
    """The nearest rank: with 0.9, nine in ten of these are no larger. There is at least one."""
    ranked = sorted(values)
    return ranked[ceil(part * len(ranked)) - 1]


def _minutes(asked: datetime, rung: datetime | None) -> int | None:
    return None if rung is None else max(0, round((rung - asked).total_seconds() / 60))


def _sum(parts: Iterable[Counts]) -> Counts:
    total: Counts = {}
    for part in parts:
        for step, tally in part.items():
            total[step] = total.get(step, Tally()).plus(tally)
    return total


def tally_of(counts: Counts, step: str) -> Tally:
    """Of a step or an event; none at all where nobody came by."""
    return counts.get(step, Tally())
