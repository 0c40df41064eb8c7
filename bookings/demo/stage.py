"""What every story of the demo plays on: the instant of telling, and who and what there is. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User

from bookings import diary
from bookings.availability import Slot
from bookings.models import Service
from bookings.services import Actor
from clinic.models import Location


@dataclass(frozen=True)
class Stage:
    """What every story needs: the instant of telling, and who and what there is, by name."""

    now: datetime
    clinics: dict[str, Location]
    services: dict[str, Service]
    users: dict[str, User]

    @property
    def today(self) -> date:
        return self.now.astimezone(self.clinics["london"].zone).date()

    def desk(self, place: Location) -> Actor:
        return Actor.staff(self.users["reception-dublin" if place.country == "IE" else "reception-uk"])

    def clinician(self, place: Location) -> User:
        return self.users["doctor" if place.country == "IE" else "nurse"]


def free(
    place: Location, service: Service, asked_at: datetime, since: datetime, until: datetime, *, notice: bool
) -> list[Slot]:
    return diary.free_times([place], service, now=asked_at, since=since, until=until, notice=notice)
