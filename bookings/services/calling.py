"""Calls that staff make: asked for, tried, and closed with an outcome. Only a clinician closes a clinical one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings

from bookings import diary
from bookings.models import Appointment, CallAttempt, CallTask, Patient
from bookings.promises import ring_me_by
from bookings.services.errors import BookingError, NotAllowed, TooEarly
from bookings.services.transaction import durable
from bookings.services.walking import faster
from clinic import limits
from clinic.limits import Caller
from clinic.models import Location, Membership, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Outcome = CallTask.Outcome
# What may be said of each kind of call, in the order of the buttons.
OUTCOMES = {
    CallTask.Why.HEALTH: (Outcome.COME_AS_PLANNED, Outcome.DOCTOR_FIRST, Outcome.NOT_NOW),
    CallTask.Why.TELL: (Outcome.DONE,),
    CallTask.Why.RING_ME: (Outcome.DONE,),
}
SUSPECTED = "suspected"  # the kind of a call that a machine seems to have asked for
LOOK_TWICE = (
    "This form looks as if a machine had sent it. If nobody asked for this call, say sorry and close it."
)
_CHECK = {
    Outcome.COME_AS_PLANNED: Appointment.Check.CLEARED,
    Outcome.DOCTOR_FIRST: Appointment.Check.CLEARED,
    Outcome.NOT_NOW: Appointment.Check.REFUSED,
}


class AlreadyClosed(BookingError):
    """Somebody else has dealt with this call."""

    sentence = "Somebody else has already dealt with this call."


@dataclass(frozen=True)
class RingMe:
    """What the other door asks: no health question. Phone as +448007836106."""

    name: str
    phone: str
    ring_when: str
    leave_message: bool


@durable
def ring_me(
    *,
    who: RingMe,
    location: Location | None,
    country: str,
    for_clinician: bool = False,
    key: str | None = None,
    caller: Caller | None = None,
    suspected: bool = False,
    now: datetime,
) -> CallTask:
    """Somebody asks to be rung, by one clinic or by any of a country. Due at the end of the next working day.

    The same `key` again, even at the same moment, is the same call. A `suspected` one is on the list like any other,
    and says so. Raises TooMany.
    """
    place = location or Location.objects.filter(country=country).first()
    if place is None:
        raise BookingError("We have no clinic in that country yet. Please phone us.")
    if key is None or not CallTask.objects.filter(key=key).exists():
        _refuse_flood(who.phone, caller, now)
    task = {
        "why": CallTask.Why.RING_ME,
        "kind": SUSPECTED if suspected else "",
        "script": LOOK_TWICE if suspected else "",
        "patient": lambda: _caller(who, now),
        "location": location,
        "country": place.country,
        "for_clinician": for_clinician,
        "made_at": now,
        "due_at": ring_me_by(place, now, diary.holidays(place.country)),
    }
    return CallTask.objects.get_or_create(key=key or uuid4().hex, defaults=task)[0]


def _refuse_flood(phone: str, caller: Caller | None, now: datetime) -> None:
    if caller is not None:
        deeds = [*limits.of_caller("ring-me", caller), limits.Deed("ring-me-phone", phone)]
        limits.count_all(deeds, now=now)


def _caller(who: RingMe, now: datetime) -> Patient:
    return Patient.objects.create(
        name=who.name,
        phone=who.phone,
        ring_when=who.ring_when,
        leave_message=who.leave_message,
        created_at=now,
    )


@durable
def record_attempt(*, task_id: int, result: CallAttempt.Result, by: User, now: datetime) -> CallAttempt:
    """Nobody answered, or a message was left (only where the patient allows it). The task stays open."""
    task = _open(task_id, by)
    if result == CallAttempt.Result.LEFT_MESSAGE and not task.patient.leave_message:
        raise NotAllowed("This patient asked us not to leave a message.")
    return CallAttempt.objects.create(task=task, result=result, at=now, by=by)


@durable
def close_call(
    *,
    task_id: int,
    outcome: Outcome,
    reason: str = "",
    expected_version: int | None = None,
    by: User,
    now: datetime,
) -> CallTask:
    """Close a call with what came of it. A health call clears, or refuses, the appointment it stands before.

    With `expected_version` only as that version of the appointment: she may have answered again since the nurse looked.
    Raises NotAllowed, AlreadyClosed, ChangedByAnother, BookingError for an outcome this kind of call does not have.
    """
    task = _open(task_id, by)
    if outcome not in OUTCOMES[CallTask.Why(task.why)]:
        raise BookingError("That outcome does not belong to this kind of call.")
    if outcome == Outcome.NOT_NOW and not reason.strip():
        raise BookingError("Say in a few words why not now.")
    _close(task, outcome, reason, by, now)
    if task.appointment_id and outcome in _CHECK:
        changes = {"clinician_check": _CHECK[outcome], "cleared_by": by, "cleared_at": now}
        if outcome == Outcome.DOCTOR_FIRST:
            changes["doctor_first"] = True
        seen = {} if expected_version is None else {"version": expected_version}
        if not Appointment.objects.filter(pk=task.appointment_id, **seen).update(**changes):
            raise faster(task.appointment_id, expected_version or 0)
    return task


@durable
def could_not_reach(*, task_id: int, by: User, now: datetime) -> CallTask:
    """Close a call that was tried often enough (RING_TRIES on RING_TRY_DAYS days). Raises TooEarly before that.

    What becomes of the appointment is the next verb's business: staff decline it with the reason "not-reached".
    """
    task = _open(task_id, by)
    if not may_give_up(task):
        raise TooEarly(f"Please try {settings.RING_TRIES} times on {settings.RING_TRY_DAYS} days first.")
    _close(task, Outcome.COULD_NOT_REACH, "", by, now)
    if task.why == CallTask.Why.HEALTH and task.appointment_id:
        Appointment.objects.filter(pk=task.appointment_id).update(clinician_check=Appointment.Check.REFUSED)
    return task


def may_give_up(task: CallTask) -> bool:
    """Whether the tries so far are enough to stop."""
    place = task.location or Location.objects.filter(country=task.country).first()
    return enough_tries([attempt.at for attempt in task.attempts.all()], place.zone if place else None)


def enough_tries(tries: Collection[datetime], zone: tzinfo | None) -> bool:
    """RING_TRIES tries on RING_TRY_DAYS days of the clinic's calendar."""
    days = {at.astimezone(zone).date() for at in tries}
    return len(tries) >= settings.RING_TRIES and len(days) >= settings.RING_TRY_DAYS


def may_close(task: CallTask, user: User) -> bool:
    """Whether this member of staff may make and close this call."""
    if not CallTask.objects.visible_to(user).filter(pk=task.pk).exists():
        return False
    return not task.for_clinician or is_clinician(user, task)


def is_clinician(user: User, task: CallTask) -> bool:
    """A clinician of the task's clinic. An administrator is none: clearing a patient is a clinical act."""
    if not user.is_active:
        return False
    theirs = Membership.objects.filter(user=user, role=Role.CLINICIAN)
    return any(each.location_id in (None, task.location_id) or task.location_id is None for each in theirs)


def make_health_call(appointment: Appointment, *, script: str, due_at: datetime, now: datetime) -> None:
    """A clinician rings before the visit, by `due_at` (UTC), with these words before her. Part of another verb."""
    if appointment.patient is None:
        raise ValueError("A hold has nobody to ring.")
    CallTask.objects.create(
        why=CallTask.Why.HEALTH,
        patient=appointment.patient,
        appointment=appointment,
        location=appointment.location,
        country=appointment.location.country,
        for_clinician=True,
        script=script,
        made_at=now,
        due_at=due_at,
    )


def supersede_calls(*, appointment: Appointment, why: CallTask.Why, now: datetime) -> int:
    """Close the open calls of one kind that the appointment no longer needs. Part of another verb."""
    calls = CallTask.objects.open().filter(appointment=appointment, why=why)
    return calls.update(outcome=Outcome.SUPERSEDED, closed_at=now)


def _open(task_id: int, by: User) -> CallTask:
    """The open task, locked; only for somebody who may make this call."""
    task = (
        CallTask.objects.select_for_update(of=("self",)).select_related("patient", "location").get(pk=task_id)
    )
    if not may_close(task, by):
        raise NotAllowed(
            "Only a clinician of this clinic may make this call."
            if task.for_clinician
            else NotAllowed.sentence
        )
    if task.outcome:
        raise AlreadyClosed
    return task


def _close(task: CallTask, outcome: Outcome, reason: str, by: User, now: datetime) -> None:
    claimed = CallTask.objects.filter(pk=task.pk, outcome="")
    if not claimed.update(outcome=outcome, reason=reason.strip(), closed_at=now, closed_by=by):
        raise AlreadyClosed
    task.refresh_from_db()
