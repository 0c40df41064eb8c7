"""Walks an appointment along the table of its life and writes down who did it. Every change of an appointment that has a
patient passes here; a hold is let go and swept where it is held.

Every function here runs inside the durable transaction of the verb that calls it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from bookings import next_times
from bookings.life import BLOCKING, ENDED, Verb, after
from bookings.models import Appointment, AppointmentEvent
from bookings.services.errors import ChangedByAnother, NotAllowed
from clinic.models import Membership, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import User

DESK = (Role.RECEPTIONIST, Role.CLINICIAN, Role.MANAGER)


@dataclass(frozen=True)
class Actor:
    """Who does something: a member of staff, the patient, or the system."""

    by: str
    user: User | None = None

    @classmethod
    def staff(cls, user: User) -> Actor:
        return cls("staff", user)


PATIENT = Actor("patient")
SYSTEM = Actor("system")


def require(actor: Actor, location_id: int, roles: tuple[Role, ...] = DESK) -> None:
    """Staff act at their own clinics only, with one of these roles. Raises NotAllowed."""
    if actor.by != "staff":
        return
    if actor.user is None or not Membership.objects.places_of(actor.user, roles).cover(location_id):
        raise NotAllowed


def require_clinician(actor: Actor, location_id: int) -> None:
    """Of staff, a clinician of this clinic alone: an administrator is none. Raises NotAllowed."""
    if actor.by != "staff":
        return
    theirs = Membership.objects.filter(user=actor.user, user__is_active=True, role=Role.CLINICIAN)
    if not theirs.filter(Q(location=None) | Q(location=location_id)).exists():
        raise NotAllowed("Only a clinician of this clinic may do this.")


def read(appointment_id: int) -> Appointment:
    return Appointment.objects.select_related("location", "service", "patient").get(pk=appointment_id)


def walk(
    appointment: Appointment,
    verb: Verb,
    *,
    expected_version: int,
    actor: Actor,
    now: datetime,
    reason_code: str = "",
    still: dict[str, Any] | None = None,
    **changes: Any,
) -> Appointment:
    """Take one step: the new status, these changes, one version up, one event. Returns the row as it now stands.

    The update is conditional on id, version and status (and on `still`, what the verb's own rule read), so of two
    people exactly one wins.
    Raises ChangedByAnother for the other, IllegalMove where the table has no such line.
    """
    if appointment.version != expected_version:
        raise faster(appointment.pk, expected_version)
    was, to = appointment.state, after(verb, appointment.state)
    if to in ENDED:
        changes["link_version"] = F("link_version") + 1  # an ended appointment's old links die
    claimed = Appointment.objects.filter(
        pk=appointment.pk, version=expected_version, status=was, **(still or {})
    )
    if not claimed.update(status=to, version=F("version") + 1, **changes):
        raise faster(appointment.pk, expected_version)
    if (was in BLOCKING) != (to in BLOCKING):
        next_times.drop()
    before = appointment
    appointment = read(appointment.pk)
    _write_event(appointment, verb, actor, now, reason_code, before)
    return appointment


def _write_event(
    appointment: Appointment, verb: Verb, actor: Actor, now: datetime, reason_code: str, before: Appointment
) -> None:
    moved = verb in (Verb.MOVE, Verb.MOVE_ELSEWHERE)
    AppointmentEvent.objects.create(
        appointment=appointment,
        verb=verb,
        from_status=before.status,
        to_status=appointment.status,
        version=appointment.version,
        at=now,
        actor=actor.user,
        by=actor.by,
        reason_code=reason_code,
        from_location_id=before.location_id if moved else None,
        from_starts_at=before.starts_at if moved else None,
    )


def write_first_event(
    appointment: Appointment, verb: Verb, *, actor: Actor, now: datetime, reason_code: str = ""
) -> None:
    """The event of an appointment that began with this verb."""
    AppointmentEvent.objects.create(
        appointment=appointment,
        verb=verb,
        from_status="",
        to_status=appointment.status,
        version=appointment.version,
        at=now,
        actor=actor.user,
        by=actor.by,
        reason_code=reason_code,
    )


def faster(appointment_id: int, seen: int) -> ChangedByAnother:
    """What to raise for somebody who has seen this version: it names who took the last step since, if it was a step.

    A row may change without one: a cleared call, a suspicion that was wrong.
    """
    appointment = read(appointment_id)
    steps = appointment.events.filter(version__gt=seen, version=appointment.version)
    return ChangedByAnother(appointment, steps.select_related("actor").order_by("-pk").first())
