"""What happens on the day: arrived, seen, did not come, and taking a slip of the finger back. Staff only."""

from __future__ import annotations

from datetime import datetime

from bookings import messages
from bookings.life import Status, Verb
from bookings.models import Appointment, CallTask, Note
from bookings.services.calling import supersede_calls
from bookings.services.errors import BookingError, TooEarly, TooLate
from bookings.services.taking import take_again
from bookings.services.transaction import durable
from bookings.services.walking import Actor, read, require, walk
from clinic.models import Role


@durable
def arrive(*, appointment_id: int, expected_version: int, actor: Actor, now: datetime) -> Appointment:
    """She is here. From "did not come" the time is taken again: may raise TimeTaken."""
    appointment = read(appointment_id)
    require(actor, appointment.location_id)
    _take_back_time(appointment, expected_version, now)
    return walk(appointment, Verb.ARRIVE, expected_version=expected_version, actor=actor, now=now)


@durable
def fulfil(*, appointment_id: int, expected_version: int, actor: Actor, now: datetime) -> Appointment:
    """She was seen. Nobody need ring her first any more."""
    appointment = read(appointment_id)
    require(actor, appointment.location_id)
    appointment = walk(appointment, Verb.FULFIL, expected_version=expected_version, actor=actor, now=now)
    supersede_calls(appointment=appointment, why=CallTask.Why.HEALTH, now=now)
    return appointment


@durable
def no_show(*, appointment_id: int, expected_version: int, actor: Actor, now: datetime) -> Appointment:
    """She did not come: said by a person, never by a clock, and not before the time itself."""
    appointment = read(appointment_id)
    require(actor, appointment.location_id)
    early = appointment.starts_at > now
    appointment = walk(appointment, Verb.NO_SHOW, expected_version=expected_version, actor=actor, now=now)
    if early:  # told last: that it was cancelled says more; the step itself is rolled back
        raise TooEarly("Its time has not come yet.")
    return appointment


@durable
def undo(*, appointment_id: int, expected_version: int, actor: Actor, now: datetime) -> Appointment:
    """One step back. "Seen" only on the same day; "did not come" takes the time again and may raise TimeTaken."""
    appointment = read(appointment_id)
    require(actor, appointment.location_id)
    if appointment.status == Status.FULFILLED and not _same_day(appointment, now):
        raise TooLate("This can be taken back on the same day only.")
    _take_back_time(appointment, expected_version, now)
    return walk(appointment, Verb.UNDO, expected_version=expected_version, actor=actor, now=now)


@durable
def void(
    *, appointment_id: int, expected_version: int, reason: str, actor: Actor, now: datetime
) -> Appointment:
    """It should never have been there: a manager takes it out, with a reason. Nothing is deleted, nobody is told."""
    if not reason.strip():
        raise BookingError("Say in a few words why this was entered in error.")
    appointment = read(appointment_id)
    require(actor, appointment.location_id, roles=(Role.MANAGER,))
    appointment = walk(appointment, Verb.VOID, expected_version=expected_version, actor=actor, now=now)
    messages.withdraw(appointment, now=now)
    for why in (CallTask.Why.HEALTH, CallTask.Why.TELL):
        supersede_calls(appointment=appointment, why=why, now=now)
    Note.objects.create(
        appointment=appointment, author=actor.user, text=f"Entered in error: {reason.strip()}", at=now
    )
    return appointment


def _take_back_time(appointment: Appointment, expected_version: int, now: datetime) -> None:
    """Somebody else may have been given the time of one who did not come."""
    if appointment.status == Status.NOSHOW and appointment.version == expected_version:
        take_again(appointment, now=now)


def _same_day(appointment: Appointment, now: datetime) -> bool:
    zone = appointment.location.zone
    return now.astimezone(zone).date() == appointment.starts_at.astimezone(zone).date()
