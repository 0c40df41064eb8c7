"""What waits at the desk, and which part of it somebody may see. Reads only, one query per table; changes nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q
from django.utils import timezone

from bookings.models import Appointment, CallTask, Closure
from bookings.models.reference import LENGTH, tidy_reference
from bookings.services.calling import OUTCOMES, enough_tries
from bookings.working_time import add_working_days, working_hours_between
from clinic.models import Location, Membership, Message, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    User = AbstractBaseUser | AnonymousUser

SOON_WORKING_DAYS = 2  # this near to its time a request stands first
FEWEST_DIGITS = 5  # fewer would find half of all phones
LONGEST_SEARCH = 120
MOST_WORDS = 8
Check = Appointment.Check


# --- Who sees what --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Eyes:
    """What somebody may see of health. Reception sees that a nurse rings; a clinician of the clinic sees why."""

    superuser: bool
    clinics: frozenset[int | None]

    def see_answers_at(self, location_id: int | None) -> bool:
        return self.superuser or self.is_clinician_at(location_id)

    def see_script(self, task: CallTask) -> bool:
        return not task.for_clinician or self.see_answers_at(task.location_id)

    def may_make(self, task: CallTask) -> bool:
        """Only a clinician makes a health call: a superuser is none."""
        return not task.for_clinician or self.is_clinician_at(task.location_id)

    def is_clinician_at(self, location_id: int | None) -> bool:
        """A superuser is none: writing down a visit or clearing a patient is a clinical act."""
        if location_id is None:
            return bool(self.clinics)
        return None in self.clinics or location_id in self.clinics


def eyes_of(user: User) -> Eyes:
    """What this user's memberships let her see."""
    if not user.is_authenticated or not user.is_active:
        return Eyes(superuser=False, clinics=frozenset())
    roles = Membership.objects.roles_of(user)
    clinics = frozenset(location for role, location in roles if role == Role.CLINICIAN)
    return Eyes(superuser=bool(getattr(user, "is_superuser", False)), clinics=clinics)


# --- Requests -------------------------------------------------------------------------------------------------------
class Waiting(NamedTuple):
    """A request nobody has answered: how long it has waited in desk hours, and what is late about it."""

    appointment: Appointment
    hours: float
    overdue: bool  # the promised day has gone by
    soon: bool  # its own time is two working days away or nearer
    passed: bool  # its own time has gone by

    @property
    def gate_shut(self) -> bool:
        return self.appointment.clinician_check in (Check.NEEDED, Check.REFUSED)


def requests_waiting(user: User, *, now: datetime, most: int) -> list[Waiting]:
    """The oldest first; before them those whose own time is near. At most `most` are read.

    Those that a machine seems to have sent come last of all, so that a flood of them hides nobody.
    """
    rows = Appointment.objects.visible_to(user).needs_answer()
    rows = rows.order_by("suspected", "first_requested_at", "pk")
    rows = rows.select_related("patient", "location", "service")[:most]
    free_days = holidays_by_country()
    waiting = [_waiting(row, free_days.get(row.location.country, frozenset()), now) for row in rows]
    return sorted(waiting, key=lambda each: not each.soon)  # stable: the oldest stay first among equals


def suspected_requests(user: User, *, most: int) -> list[Appointment]:
    """What a machine seems to have asked for, the oldest first."""
    rows = Appointment.objects.visible_to(user).needs_answer().filter(suspected=True)
    return list(rows.select_related("patient", "location")[:most])


def _waiting(row: Appointment, free_days: Collection[date], now: datetime) -> Waiting:
    place = row.location
    today, visit = (at.astimezone(place.zone).date() for at in (now, row.starts_at))
    return Waiting(
        appointment=row,
        hours=working_hours_between(row.first_requested_at or now, now, place.time_zone, free_days),
        overdue=row.answer_by is not None and row.answer_by < today,
        soon=visit <= add_working_days(today, SOON_WORKING_DAYS, free_days),
        passed=row.starts_at <= now,
    )


def holidays_by_country() -> dict[str, frozenset[date]]:
    """Every country's bank holidays in one query; those without a country count everywhere."""
    found: dict[str, set[date]] = {country: set() for country in ("GB", "IE")}
    for country, day in Closure.objects.bank_holidays().values_list("country", "day"):
        for each in [country] if country else list(found):
            if day:
                found.setdefault(each, set()).add(day)
    return {country: frozenset(days) for country, days in found.items()}


# --- Calls ----------------------------------------------------------------------------------------------------------
class Call(NamedTuple):
    """An open call with what this member of staff may see of it and press."""

    task: CallTask
    late: bool
    script: str  # empty where somebody may not see it
    may_make: bool
    outcomes: tuple[CallTask.Outcome, ...]
    may_give_up: bool


def calls_to_make(user: User, *, now: datetime, most: int) -> list[Call]:
    """Open calls, those due first on top, with their tries."""
    rows = CallTask.objects.visible_to(user).open().order_by("due_at", "pk")
    rows = rows.select_related("patient", "appointment__location", "location").prefetch_related(
        "attempts__by"
    )
    eyes = eyes_of(user)
    zones: dict[str, Location] = {}
    calls = []
    for task in rows[:most]:
        if task.location is None and not zones:
            zones = {place.country: place for place in Location.objects.order_by("-position")}
        calls.append(call_of(task, eyes, task.location or zones.get(task.country), now))
    return calls


def call_of(task: CallTask, eyes: Eyes, place: Location | None, now: datetime) -> Call:
    may_make = eyes.may_make(task) and not task.outcome
    tries = [attempt.at for attempt in task.attempts.all()]
    return Call(
        task=task,
        late=not task.outcome and task.due_at < now,
        script=task.script if eyes.see_script(task) else "",
        may_make=may_make,
        outcomes=OUTCOMES[CallTask.Why(task.why)] if may_make else (),
        may_give_up=may_make and enough_tries(tries, place.zone if place else None),
    )


# --- The front page -------------------------------------------------------------------------------------------------
class Counts(NamedTuple):
    requests: int
    overdue: int
    suspected: int
    calls: int
    not_sent: int


def counts(user: User, *, now: datetime) -> Counts:
    """What waits for this member of staff, in numbers. Mail has no clinic, so what was not sent is counted for all."""
    waiting = Appointment.objects.visible_to(user).needs_answer().order_by()
    late = Count("pk", filter=Q(answer_by__lt=timezone.localdate(now)))
    return Counts(
        **waiting.aggregate(
            requests=Count("pk"), overdue=late, suspected=Count("pk", filter=Q(suspected=True))
        ),
        calls=CallTask.objects.visible_to(user).open().count(),
        not_sent=Message.objects.dead().count(),
    )


# --- Finding somebody -----------------------------------------------------------------------------------------------
def matching(typed: str, *, patient: str = "patient__") -> Q:
    """Appointments (or, with `patient=""`, people) by reference, name, e-mail or phone, however they were typed."""
    text = typed[:LONGEST_SEARCH].strip()
    named = Q()
    for word in text.split()[:MOST_WORDS]:
        named &= Q(**{f"{patient}name__icontains": word})
    found = named | Q(**{f"{patient}email__icontains": text})
    letters = tidy_reference(text)
    if len(letters) == LENGTH:
        found |= Q(reference=letters)
        if patient:
            found |= Q(**{f"{patient}reference": letters})
        else:
            found |= Q(pk__in=Appointment.objects.filter(reference=letters).values("patient"))
    digits = _digits(text)
    if len(digits) >= FEWEST_DIGITS:
        found |= Q(**{f"{patient}phone__contains": digits})
    return found


def _digits(text: str) -> str:
    """What every way of writing a phone number has in common: its digits without a leading 0, 00 or (0)."""
    if any(sign.isalpha() for sign in text):
        return ""
    digits = "".join(sign for sign in text.replace("(0)", "") if sign in "0123456789")
    return digits.lstrip("0")
