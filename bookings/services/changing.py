"""Answers a request and changes what was agreed: confirm, decline, cancel, move. From the desk and from the patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bookings import diary, messages
from bookings.fees import fees_as_shown
from bookings.life import Status, Verb, after
from bookings.models import Appointment, CallTask
from bookings.needs import CANCEL_REASONS
from bookings.promises import change_until, promise, ring_before
from bookings.services.adults import refuse_minor
from bookings.services.answers import are_old
from bookings.services.calling import supersede_calls
from bookings.services.errors import (
    BookingError,
    HealthAnswersOld,
    NotAllowed,
    NotCleared,
    TooEarly,
    TooLate,
)
from bookings.services.sessions import refuse_session
from bookings.services.taking import take
from bookings.services.transaction import durable
from bookings.services.walking import Actor, read, require, walk
from clinic.models import Location

# Why staff decline, cancel or release: the code is kept, its sentence goes to the patient (messages.REASONS).
REASON_CODES = tuple(messages.REASONS)


@dataclass(frozen=True)
class Override:
    """Staff may set notice, hours and closures aside, with a reason. Overlap never."""

    reason: str


def refuse_bad_override(override: Override | None, actor: Actor) -> None:
    """Only staff set the hours aside, and they say why."""
    if override is None:
        return
    if actor.by != "staff":
        raise NotAllowed
    if not override.reason.strip():
        raise BookingError("Say why the usual hours are set aside.")


@durable
def confirm(*, appointment_id: int, expected_version: int, actor: Actor, now: datetime) -> Appointment:
    """A request becomes a booked appointment. Raises NotCleared while a clinician has not cleared it, TooLate."""
    appointment = read(appointment_id)
    require(actor, appointment.location_id)
    if appointment.version == expected_version:
        after(Verb.CONFIRM, appointment.state)
        _refuse_unready(appointment, now)
    appointment = walk(
        appointment,
        Verb.CONFIRM,
        expected_version=expected_version,
        actor=actor,
        now=now,
        still={"clinician_check": appointment.clinician_check},
        suspected=False,  # whoever confirms it takes it for real
    )
    messages.confirmed(appointment, now=now)
    return appointment


@durable
def decline(
    *, appointment_id: int, expected_version: int, reason_code: str, actor: Actor, now: datetime
) -> Appointment:
    """A request is turned down with a reason, and its time is free again."""
    _known(reason_code)
    appointment = read(appointment_id)
    require(actor, appointment.location_id)
    appointment = walk(
        appointment,
        Verb.DECLINE,
        expected_version=expected_version,
        actor=actor,
        now=now,
        reason_code=reason_code,
    )
    _end(appointment, now)
    messages.declined(appointment, reason_code=reason_code, now=now)
    return appointment


@durable
def not_answered(*, appointment_id: int, expected_version: int, actor: Actor, now: datetime) -> Appointment:
    """Close a request whose time passed before anybody answered. A person does this, never a timer."""
    appointment = read(appointment_id)
    require(actor, appointment.location_id)
    early = appointment.starts_at > now
    appointment = walk(
        appointment,
        Verb.NOT_ANSWERED,
        expected_version=expected_version,
        actor=actor,
        now=now,
        reason_code="not-answered",
    )
    if early:  # told last: that it was cancelled says more; the step itself is rolled back
        raise TooEarly("Its time has not passed yet. Please confirm or decline it.")
    _end(appointment, now)
    messages.declined(appointment, reason_code="not-answered", now=now)
    return appointment


@durable
def cancel(
    *, appointment_id: int, expected_version: int, reason_code: str = "", actor: Actor, now: datetime
) -> Appointment:
    """Call it off. A patient may until the clinic's cut-off; after that the phone helps, not a form."""
    _known(reason_code)
    appointment = read(appointment_id)
    require(actor, appointment.location_id)
    if actor.by == "patient":
        _refuse_late(appointment, now)
    was_booked = appointment.status == Status.BOOKED
    appointment = walk(
        appointment,
        Verb.CANCEL,
        expected_version=expected_version,
        actor=actor,
        now=now,
        reason_code=reason_code,
    )
    _end(appointment, now)
    messages.cancelled(appointment, reason_code=reason_code, was_booked=was_booked, now=now)
    return appointment


@durable
def move(
    *,
    appointment_id: int,
    expected_version: int,
    location: Location,
    starts_at: datetime,
    actor: Actor,
    override: Override | None = None,
    now: datetime,
) -> Appointment:
    """Give an appointment another time (UTC), clinic, or both: one update in place, so no time is lost in between.

    A patient moves within one country and the notice; another clinic makes it a request again. Staff may set
    hours and notice aside with a reason. Raises TimeTaken, NotOffered, ChangedByAnother, TooLate, and
    HealthAnswersOld where a patient answered more than HEALTH_ANSWERS_DAYS ago.
    """
    appointment = read(appointment_id)
    require(actor, appointment.location_id)
    if actor.by == "patient":
        _refuse_late(appointment, now)
        _refuse_abroad(appointment, location)
    asks_again = actor.by == "patient" and location != appointment.location
    verb = Verb.MOVE_ELSEWHERE if asks_again else Verb.MOVE
    before = appointment
    changes: dict[str, Any] = {}
    # Of an older version nothing need be locked: walk says who was faster.
    if appointment.version == expected_version:
        after(verb, appointment.state)
        if actor.by == "patient" and are_old(appointment, now):
            raise HealthAnswersOld
        changes = _new_time(appointment, location, starts_at, actor, override, now)
        if asks_again and before.status == Status.BOOKED:
            changes["answer_by"] = promise(location, now, diary.holidays(location.country)).answer_by
    appointment = walk(appointment, verb, expected_version=expected_version, actor=actor, now=now, **changes)
    _move_calls(appointment, now)
    messages.withdraw_reminders(appointment, now=now)
    messages.moved(appointment, before=before, now=now)
    if asks_again:
        messages.new_request(appointment, now=now)
    return appointment


def _refuse_unready(appointment: Appointment, now: datetime) -> None:
    """A RING reason waits for a clinician, and nobody is told to come to a time that is over."""
    if appointment.starts_at <= now:
        raise TooLate("Its time has passed. Please close it as not answered.")
    if appointment.clinician_check == Appointment.Check.NEEDED:
        raise NotCleared
    if appointment.clinician_check == Appointment.Check.REFUSED:
        raise NotCleared("A clinician said not now, or nobody could be reached. Please decline it.")


def _new_time(
    appointment: Appointment,
    location: Location,
    starts_at: datetime,
    actor: Actor,
    override: Override | None,
    now: datetime,
) -> dict[str, Any]:
    refuse_bad_override(override, actor)
    if appointment.patient is not None:
        refuse_minor(location, starts_at, appointment.patient.date_of_birth)
    refuse_session(
        service=appointment.service,
        patient=appointment.patient,
        starts_at=starts_at,
        location=location,
        actor=actor,
        reason=override.reason if override else "",
    )
    changes = take(
        location=location,
        service=appointment.service,
        starts_at=starts_at,
        now=now,
        own=appointment,
        notice=actor.by == "patient",
        any_hours=override is not None,
    )
    changes["fees_shown"] = fees_as_shown(location)
    if override:
        changes |= {"override_reason": override.reason.strip(), "override_by": actor.user}
    return changes


def _refuse_late(appointment: Appointment, now: datetime) -> None:
    if now > change_until(appointment.location, appointment.starts_at):
        raise TooLate(
            f"It is too close to your appointment to do this here. Please phone {appointment.location.phone}."
        )


def _refuse_abroad(appointment: Appointment, location: Location) -> None:
    if location.country != appointment.location.country:
        raise BookingError(f"To change to a clinic in another country, please phone {location.phone}.")


def _end(appointment: Appointment, now: datetime) -> None:
    """Nobody need ring about the health of somebody who is not coming, and what was not yet sent is out of date."""
    supersede_calls(appointment=appointment, why=CallTask.Why.HEALTH, now=now)
    messages.withdraw(appointment, now=now)


def _move_calls(appointment: Appointment, now: datetime) -> None:
    """Open calls follow to the clinic; the nurse rings before the new time too."""
    place = appointment.location
    calls = CallTask.objects.open().filter(appointment=appointment)
    calls.update(location=place, country=place.country)
    latest = ring_before(place, appointment.starts_at, now, diary.holidays(place.country))
    calls.filter(why=CallTask.Why.HEALTH, due_at__gt=latest).update(due_at=latest)


def _known(reason_code: str) -> None:
    if reason_code and reason_code not in (*REASON_CODES, *CANCEL_REASONS):
        raise BookingError("Please choose a reason from the list.")
