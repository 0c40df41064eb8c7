"""A patient says that her health has changed, or that it has not: on her page, or to a clinician. Her time stays hers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bookings import diary, messages
from bookings.life import IllegalMove, Status, Verb
from bookings.models import Appointment, CallTask, ScreeningAnswer
from bookings.promises import promise, ring_before
from bookings.services.answers import are_current, as_pages, keep_again, keep_answers, newest
from bookings.services.calling import make_health_call
from bookings.services.errors import BookingError, TooLate
from bookings.services.requesting import MustWait
from bookings.services.transaction import durable
from bookings.services.walking import Actor, read, require_clinician, walk
from treatments import screening
from treatments.screening import Level, Outcome

NOTHING_CHANGED = "nothing-changed"
UNKNOWN_AREA = "unsure"  # booked by phone, and nobody wrote down what to look at


@durable
def answer_again(
    *,
    appointment_id: int,
    expected_version: int,
    answers: screening.Answers,
    by_phone: bool = False,
    ring_me: bool = False,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Keep new health answers beside the old ones. A new reason to ring puts it back on the nurse's list.

    A clinician takes the answers down with the patient before her, so nobody need ring; anybody else may not.
    Raises MustWait for an answer that waits, unless she asked for a nurse to ring (`ring_me`); TooLate once the
    time has come; ChangedByAnother; IllegalMove; NotAllowed; AnswerProblem for answers that no page could have sent.
    """
    appointment = read(appointment_id)
    require_clinician(actor, appointment.location_id)
    here = actor.by == "staff"
    _refuse_at_visit(appointment, actor, now)
    area = appointment.area or UNKNOWN_AREA
    before = newest(appointment)
    outcome = screening.assess(area, answers, by_phone)
    if outcome.level >= Level.WAIT and not (ring_me or here):
        raise MustWait
    rings = not here and (ring_me or bool(_ring_codes(outcome) - _ring_codes_of(area, before)))
    due = _due(appointment, now)
    changes: dict[str, Any] = {
        "screening_level": outcome.level,
        "scan_may_be_needed": outcome.scan,
        "doctor_first": outcome.doctor_first or appointment.doctor_first,  # a clinician may have said so
    }
    if rings:
        changes |= {
            "clinician_check": Appointment.Check.NEEDED,
            "cleared_by": None,
            "cleared_at": None,
            "ring_by": due,
        }
    appointment = walk(
        appointment, Verb.HEALTH, expected_version=expected_version, actor=actor, now=now, **changes
    )
    keep_answers(appointment, area, answers, now)
    if not here:
        _tell_nurse(appointment, outcome, rings, due, now)
    return appointment


@durable
def nothing_changed(
    *, appointment_id: int, expected_version: int, actor: Actor, now: datetime
) -> Appointment:
    """The same answers, given again today. Raises BookingError where our questions have changed since, NotAllowed."""
    appointment = read(appointment_id)
    require_clinician(actor, appointment.location_id)
    _refuse_at_visit(appointment, actor, now)
    rows = newest(appointment)
    if not are_current(rows):
        raise BookingError("Our questions have changed since you answered. Please answer them again.")
    appointment = walk(
        appointment,
        Verb.HEALTH,
        expected_version=expected_version,
        actor=actor,
        now=now,
        reason_code=NOTHING_CHANGED,
    )
    keep_again(appointment, rows, now)
    return appointment


def _refuse_at_visit(appointment: Appointment, actor: Actor, now: datetime) -> None:
    """Once she is here, or her time has come, a clinician asks; a page of hers may still lie open."""
    if actor.by == "staff":
        return
    if appointment.starts_at <= now:
        raise TooLate(f"The time of your appointment has come. Please phone {appointment.location.phone}.")
    if appointment.state is Status.ARRIVED:
        raise IllegalMove(Verb.HEALTH, appointment.state)


def _ring_codes(outcome: Outcome) -> set[str]:
    """What a nurse has to ring about. An answer that waits is such a reason too."""
    return {reason.code for reason in outcome.reasons if reason.level >= Level.RING}


def _ring_codes_of(area: str, rows: list[ScreeningAnswer]) -> set[str]:
    """The same of stored answers. Of none at all every reason is new; a question long dropped is none."""
    if not rows:
        return set()
    return _ring_codes(screening.assess(area, as_pages(rows), by_phone=False))


def _due(appointment: Appointment, now: datetime) -> datetime:
    """When (UTC) a nurse has rung at the latest: as promised for a request, and before the visit."""
    place = appointment.location
    free_days = diary.holidays(place.country)
    return min(
        promise(place, now, free_days).ring_by, ring_before(place, appointment.starts_at, now, free_days)
    )


def _tell_nurse(
    appointment: Appointment, outcome: Outcome, rings: bool, due: datetime, now: datetime
) -> None:
    """One open call an appointment: it gets the new words and the nearer date, or is made."""
    script = messages.health_script(appointment, outcome)
    waiting = CallTask.objects.open().filter(appointment=appointment, why=CallTask.Why.HEALTH)
    if waiting.update(script=script):
        waiting.filter(due_at__gt=due).update(due_at=due)
    elif rings:
        make_health_call(appointment, script=script, due_at=due, now=now)
