"""One person in figures: where she is known, when we last had to do with her, how long that is kept. Reads only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Max

from bookings.life import Status
from bookings.models import Appointment, CallTask, Note, Patient
from clinic.models import Location, Membership, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

# Somebody was here, or nobody has said that she was not: then the longer time holds.
MAYBE_SEEN = (Status.FULFILLED, Status.ARRIVED, Status.BOOKED)
AHEAD = (Status.PENDING, Status.BOOKED, Status.ARRIVED)


@dataclass
class History:
    """What the rules about keeping look at. `last` is the last change, or the last visit's own end, whichever is later."""

    last: datetime
    ahead: bool = False
    known_in: set[str] = field(default_factory=set)
    seen_in: set[str] = field(default_factory=set)

    def touch(self, *moments: datetime | None) -> None:
        self.last = max([self.last, *(at for at in moments if at)])

    @property
    def country(self) -> str:
        """The country whose rule keeps it longest; of two alike the first by the alphabet. Empty where nothing is known."""
        return max(sorted(self.seen_in or self.known_in), key=self._kept_until, default="")

    @property
    def kept_until(self) -> datetime:
        return self._kept_until(self.country)

    def _kept_until(self, country: str) -> datetime:
        rule = rule_of(country)
        if self.seen_in:
            return years_after(self.last, rule["record_years"])
        return self.last + timedelta(days=rule["purge_days"])


def rule_of(country: str) -> dict[str, int]:
    """Years and days of `settings.RETENTION`; for a country that it does not name the longest of all."""
    rules = settings.RETENTION
    if country in rules:
        return dict(rules[country])
    return {name: max(rule[name] for rule in rules.values()) for name in ("record_years", "purge_days")}


def years_after(at: datetime, years: int) -> datetime:
    """The same day so many years later; 29 February becomes 1 March where there is none."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, month=3, day=1)


def histories(patients: Collection[Patient], *, now: datetime) -> dict[int, History]:
    """By the patient's id. Three queries for any number; what was merged into somebody is hers by then."""
    found = {each.pk: History(each.created_at) for each in patients}
    visits = Appointment.objects.filter(patient__in=list(found)).order_by()
    for row in visits.values_list("patient", "location__country", "status", "ends_at").annotate(
        happened=Max("events__at")
    ):
        _add_visit(found[row[0]], *row[1:], now=now)
    notes = Note.objects.filter(appointment__patient__in=list(found)).order_by()
    for patient, at in notes.values_list("appointment__patient").annotate(written=Max("at")):
        found[patient].touch(at)
    calls = CallTask.objects.filter(patient__in=list(found)).order_by()
    for row in calls.values_list("patient", "country", "made_at", "closed_at").annotate(
        tried=Max("attempts__at")
    ):
        found[row[0]].known_in.add(row[1])
        found[row[0]].touch(*row[2:])
    return found


def _add_visit(
    history: History,
    country: str,
    status: str,
    ends_at: datetime,
    happened: datetime | None,
    *,
    now: datetime,
) -> None:
    history.known_in.add(country)
    history.touch(ends_at, happened)
    if status in AHEAD and ends_at > now:
        history.ahead = True
    elif status in MAYBE_SEEN:
        history.seen_in.add(country)


def with_merged(roots: Collection[int]) -> list[int]:
    """These patients and all that were ever merged into them, by id."""
    found, newer = list(roots), list(roots)
    while newer:
        newer = list(Patient.objects.filter(merged_into__in=newer).order_by().values_list("pk", flat=True))
        found += newer
    return found


def manages(user: AbstractBaseUser | AnonymousUser, *patients: Patient) -> bool:
    """Whether `user` is a manager of every clinic at which one of them has an appointment or a call.

    A call for any clinic of a country is every clinic's of that country.
    """
    places = Membership.objects.places_of(user, (Role.MANAGER,))
    return places.everywhere or (bool(places.ids) and clinics_of(*patients) <= places.ids)


def clinics_of(*patients: Patient) -> set[int]:
    """The ids of those clinics."""
    ids = [each.pk for each in patients]
    visits = Appointment.objects.filter(patient__in=ids).order_by()
    found = set(visits.values_list("location", flat=True).distinct())
    countries: set[str] = set()
    calls = CallTask.objects.filter(patient__in=ids).order_by()
    for location, country in calls.values_list("location", "country").distinct():
        if location is None:
            countries.add(country)
        else:
            found.add(location)
    if countries:
        found |= set(Location.objects.filter(country__in=countries).values_list("pk", flat=True))
    return found
