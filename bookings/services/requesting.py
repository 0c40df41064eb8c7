"""Sends a patient's request: the held time becomes a pending appointment with her words, answers and consent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bookings import diary, messages
from bookings.consent import consent_to
from bookings.fees import fees_as_shown, tells_consultation_fee
from bookings.life import Status, Verb
from bookings.limits import refuse_flood
from bookings.models import Appointment, Consent, Note, Patient, Service
from bookings.promises import Promise, promise
from bookings.services.adults import refuse_minor
from bookings.services.answers import keep_answers
from bookings.services.calling import make_health_call
from bookings.services.errors import BookingError
from bookings.services.holding import is_live, is_same
from bookings.services.keyed import once_per_key
from bookings.services.taking import take
from bookings.services.transaction import durable
from bookings.services.walking import PATIENT, SYSTEM, walk, write_first_event
from clinic.limits import Caller
from clinic.models import Location
from treatments import screening
from treatments.screening import Level, Outcome

AT_ONCE = "at-once"  # the reason code of a confirmation that nobody pressed


class MustWait(BookingError):
    """An answer says that treatment waits: the wait page has the ways on, and nothing is sent."""

    sentence = "We wait with leg vein treatment for now. You can still talk to us."


@dataclass(frozen=True)
class PatientDetails:
    """Who comes and how to reach them. Phone as +448007836106; `email` may be empty, `asked_by` too: then she asks."""

    name: str
    phone: str
    email: str
    date_of_birth: date
    reach_by: str = Patient.ReachBy.RING
    leave_message: bool = False
    ring_when: str = Patient.RingWhen.ANY
    asked_by: str = ""
    asked_by_relation: str = ""


@dataclass(frozen=True)
class Wish:
    """What is asked for: the visit, what to look at, what would help, and the health answers (None: by phone)."""

    location: Location
    service: Service
    starts_at: datetime
    area: str
    answers: screening.Answers | None
    by_phone: bool
    travel_on: date | None = None
    access_needs: tuple[str, ...] = ()
    anything_else: str = ""


@once_per_key
@durable
def request(
    *,
    key: UUID,
    wish: Wish,
    patient: PatientDetails,
    caller: Caller | None = None,
    suspected: bool = False,
    now: datetime,
) -> Appointment:
    """Send the request that this key stands for. Sent twice, it answers with the appointment of the first time.

    A hold that ran out is taken again, silently. Raises TimeTaken or NotOffered when that cannot be, DiaryBusy, TooMany,
    and AnswerProblem for answers that no page could have sent. A `suspected` one keeps its time like any other; nobody
    is written to about it until staff say that it is real.
    """
    own = _with_key(key)
    if own is not None and own.status != Status.HOLD:
        return own
    outcome = screening.assess(wish.area, wish.answers, wish.by_phone)
    if outcome.level >= Level.WAIT:
        raise MustWait
    refuse_minor(wish.location, wish.starts_at, patient.date_of_birth)
    refuse_flood(patient.email, patient.phone, caller, now)
    times: dict[str, Any] = {}
    wanted: dict[str, Any] = {"location": wish.location, "service": wish.service, "starts_at": wish.starts_at}
    if own is None or not (is_live(own, now) and is_same(own, **wanted)):
        times = take(**wanted, now=now, own=own)
        own = _with_key(key)  # while we waited: the sweep may have let it go, or a twin of this form sent it
        if own is not None and own.status != Status.HOLD:
            return own
    promised = promise(wish.location, now, diary.holidays(wish.location.country))
    person = make_patient(patient, now)
    content = times | _content(wish, outcome, promised, person, now) | {"suspected": suspected}
    if own is not None:
        appointment = walk(own, Verb.REQUEST, expected_version=own.version, actor=PATIENT, now=now, **content)
    else:
        appointment = _make(key, content, now)
    _keep_words(appointment, person, wish, outcome, now)
    fees = appointment.fees_shown
    if is_confirmed_at_once(
        location=wish.location, outcome=outcome, email=patient.email, fees=fees, suspected=suspected
    ):
        return _confirm_at_once(appointment, now)
    messages.received(appointment, now=now)
    messages.new_request(appointment, now=now)
    return appointment


def is_confirmed_at_once(
    *, location: Location, outcome: Outcome, email: str, fees: Sequence[dict[str, Any]], suspected: bool
) -> bool:
    """Whether such a request is (`Location.auto_confirm`): no health reason at all, an email to tell her by, and
    she has seen the fee of a first consultation, which we promise to tell before we confirm.
    """
    return (
        location.auto_confirm
        and outcome.level == Level.CLEAR
        and not suspected
        and bool(email)
        and tells_consultation_fee(fees)
    )


def _confirm_at_once(appointment: Appointment, now: datetime) -> Appointment:
    """One mail says it all: no "we have your request" before it, and none to staff, for whom nothing waits."""
    appointment = walk(
        appointment,
        Verb.CONFIRM,
        expected_version=appointment.version,
        actor=SYSTEM,
        now=now,
        reason_code=AT_ONCE,
    )
    messages.confirmed(appointment, now=now)
    return appointment


def was_confirmed_at_once(appointment: Appointment) -> bool:
    """Whether it stands as it was confirmed when it was asked for."""
    if appointment.status != Status.BOOKED:
        return False
    return appointment.events.filter(verb=Verb.CONFIRM, reason_code=AT_ONCE).exists()


def _with_key(key: UUID) -> Appointment | None:
    return Appointment.objects.select_related("location", "service").filter(idempotency_key=key).first()


def _make(key: UUID, content: dict[str, Any], now: datetime) -> Appointment:
    made = Appointment.objects.create(idempotency_key=key, status=Status.PENDING, version=1, **content)
    write_first_event(made, Verb.REQUEST, actor=PATIENT, now=now)
    return made


def make_patient(details: PatientDetails, now: datetime) -> Patient:
    """Always a new row: nobody is matched by an address that somebody typed."""
    return Patient.objects.create(
        name=details.name,
        phone=details.phone,
        email=details.email,
        date_of_birth=details.date_of_birth,
        reach_by=details.reach_by,
        leave_message=details.leave_message,
        ring_when=details.ring_when,
        asked_by=details.asked_by,
        asked_by_relation=details.asked_by_relation,
        created_at=now,
    )


def _content(
    wish: Wish, outcome: Outcome, promised: Promise, person: Patient, now: datetime
) -> dict[str, Any]:
    ring = rings_first(outcome)
    return {
        "patient": person,
        "area": wish.area,
        "travel_on": wish.travel_on,
        "access_needs": list(wish.access_needs),
        "fees_shown": fees_as_shown(wish.location),
        "screening_level": outcome.level,
        "scan_may_be_needed": outcome.scan,
        "doctor_first": outcome.doctor_first,
        "clinician_check": Appointment.Check.NEEDED if ring else Appointment.Check.NOT_NEEDED,
        "first_requested_at": now,
        "answer_by": promised.answer_by,
        "ring_by": promised.ring_by if ring else None,
    }


def rings_first(outcome: Outcome) -> bool:
    """Whether a nurse rings before we confirm: one such reason is enough, whatever else was ticked."""
    return outcome.by_phone or any(reason.level == Level.RING for reason in outcome.reasons)


def _keep_words(
    appointment: Appointment, person: Patient, wish: Wish, outcome: Outcome, now: datetime
) -> None:
    """What she answered, agreed to and added, and the nurse's call if one is due."""
    keep_answers(appointment, wish.area, wish.answers, now)
    wording, version = consent_to(bool(person.asked_by))
    Consent.objects.create(appointment=appointment, wording=wording, version=version, given_at=now)
    if wish.anything_else:
        Note.objects.create(appointment=appointment, text=wish.anything_else, at=now)
    if appointment.ring_by is not None:
        script = messages.health_script(appointment, outcome)
        make_health_call(appointment, script=script, due_at=appointment.ring_by, now=now)
