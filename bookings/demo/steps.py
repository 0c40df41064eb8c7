"""The steps of a demo story after its beginning: when each happens and which verb it is. Each goes through a service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bookings import services
from bookings.demo.stage import Stage, free
from bookings.models import Appointment, CallAttempt, CallTask
from bookings.services import Actor, Visit

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
LOOK_AROUND = 14 * _DAY

_When = Callable[[Appointment, datetime], datetime]
_Act = Callable[[Stage, Appointment, datetime], object]


def _at_the_desk(appointment: Appointment, at: datetime) -> datetime:
    return at


def _at_visit(minutes: int) -> _When:
    return lambda appointment, at: appointment.starts_at + minutes * _MINUTE


def _by_desk(verb: Callable[..., object], **given: str) -> _Act:
    def act(stage: Stage, appointment: Appointment, at: datetime) -> object:
        return verb(
            appointment_id=appointment.pk,
            expected_version=appointment.version,
            actor=stage.desk(appointment.location),
            now=at,
            **given,
        )

    return act


def _by_clinician(verb: Callable[..., object], **given: object) -> _Act:
    def act(stage: Stage, appointment: Appointment, at: datetime) -> object:
        return verb(
            appointment_id=appointment.pk,
            expected_version=appointment.version,
            actor=Actor.staff(stage.clinician(appointment.location)),
            now=at,
            **given,
        )

    return act


AGREED = Visit(decision="treat", sessions_planned=3)
TREATED = Visit(
    areas=("right-thigh", "right-calf"), stocking_days=5, stocking_size="Medium", stocking_class="2"
)


def _cancel_by_patient(stage: Stage, appointment: Appointment, at: datetime) -> object:
    return services.cancel(
        appointment_id=appointment.pk, expected_version=appointment.version, actor=services.PATIENT, now=at
    )


def _void(stage: Stage, appointment: Appointment, at: datetime) -> object:
    return services.void(
        appointment_id=appointment.pk,
        expected_version=appointment.version,
        reason="Typed in twice",
        actor=Actor.staff(stage.users["manager"]),
        now=at,
    )


def _move(clinic: str, actor: Actor | None = None) -> _Act:
    """To the next free time two days on, by the patient or (no actor given) by the desk."""

    def act(stage: Stage, appointment: Appointment, at: datetime) -> object:
        place = stage.clinics[clinic]
        since = appointment.starts_at + 2 * _DAY
        found = free(place, appointment.service, at, since, since + LOOK_AROUND, notice=True)
        return found and services.move(
            appointment_id=appointment.pk,
            expected_version=appointment.version,
            location=place,
            starts_at=found[0].starts,
            actor=actor or stage.desk(appointment.location),
            now=at,
        )

    return act


def _call(outcome: CallTask.Outcome, why: CallTask.Why, reason: str = "") -> _Act:
    def act(stage: Stage, appointment: Appointment, at: datetime) -> object:
        task = CallTask.objects.open().get(appointment=appointment, why=why)
        by = stage.clinician(appointment.location)
        return services.close_call(task_id=task.pk, outcome=outcome, reason=reason, by=by, now=at)

    return act


def _try(result: CallAttempt.Result) -> _Act:
    def act(stage: Stage, appointment: Appointment, at: datetime) -> object:
        task = CallTask.objects.open().get(appointment=appointment, why=CallTask.Why.HEALTH)
        by = stage.clinician(appointment.location)
        return services.record_attempt(task_id=task.pk, result=result, by=by, now=at)

    return act


_HEALTH, _TELL, _OUTCOME, _RESULT = (
    CallTask.Why.HEALTH,
    CallTask.Why.TELL,
    CallTask.Outcome,
    CallAttempt.Result,
)
STEPS: dict[str, tuple[_When, _Act]] = {
    "confirm": (_at_the_desk, _by_desk(services.confirm)),
    "decline_no_time": (_at_the_desk, _by_desk(services.decline, reason_code="no-time")),
    "decline_not_now": (_at_the_desk, _by_desk(services.decline, reason_code="not-now")),
    "cancel_by_clinic": (_at_the_desk, _by_desk(services.cancel, reason_code="clinic")),
    "cancel_by_patient": (_at_the_desk, _cancel_by_patient),
    "move_by_clinic": (_at_the_desk, _move("maidenhead")),
    "move_to_london": (_at_the_desk, _move("london", services.PATIENT)),
    "clear": (_at_the_desk, _call(_OUTCOME.COME_AS_PLANNED, _HEALTH)),
    "doctor_first": (_at_the_desk, _call(_OUTCOME.DOCTOR_FIRST, _HEALTH)),
    "not_now": (_at_the_desk, _call(_OUTCOME.NOT_NOW, _HEALTH, "In a cast until spring")),
    "told": (_at_the_desk, _call(_OUTCOME.DONE, _TELL)),
    "no_answer": (_at_the_desk, _try(_RESULT.NO_ANSWER)),
    "left_message": (_at_the_desk, _try(_RESULT.LEFT_MESSAGE)),
    "arrive": (_at_visit(-5), _by_desk(services.arrive)),
    "fulfil": (_at_visit(35), _by_desk(services.fulfil)),
    "decided": (_at_visit(35), _by_clinician(services.record_visit, visit=AGREED)),
    "unchanged": (_at_visit(2), _by_clinician(services.nothing_changed)),
    "treated": (_at_visit(55), _by_clinician(services.record_visit, visit=TREATED)),
    "undo": (_at_visit(45), _by_desk(services.undo)),
    "no_show": (_at_visit(25), _by_desk(services.no_show)),
    "not_answered": (_at_visit(24 * 60), _by_desk(services.not_answered)),
    "void": (_at_visit(60), _void),
}
