"""Writes down what came of a visit and, after a session, sends her "Your visit today". A clinician does this."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from bookings import messages
from bookings.legs import AREAS
from bookings.life import Verb, after
from bookings.models import Appointment, CallTask, Note, Service, VisitRecord
from bookings.models.visits import STOCKING_DAYS
from bookings.services.calling import supersede_calls
from bookings.services.errors import BookingError
from bookings.services.sessions import rest_until
from bookings.services.transaction import durable
from bookings.services.walking import Actor, read, require_clinician, walk
from clinic.models import Clinician
from clinic.wording import day_year

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ASK_FIRST = "Ask first whether anything has changed, and press the answer. Then write down the visit."


@dataclass(frozen=True)
class Visit:
    """What the after-visit form holds. Codes of `legs.AREAS`; `next_not_before` None: the soonest day allowed."""

    decision: str = ""
    sessions_planned: int | None = None
    areas: Collection[str] = ()
    stocking_days: int | None = None
    stocking_size: str = ""
    stocking_class: str = ""
    at_night: bool = False
    next_not_before: date | None = None
    note: str = ""


@durable
def record_visit(
    *, appointment_id: int, expected_version: int, visit: Visit, actor: Actor, now: datetime
) -> Appointment:
    """Keep the record; from "here" the appointment becomes "seen". Saved again, it is put right.

    After a session the patient is written to at once, and again only if what she was told has changed.
    Raises NotAllowed for anybody but a clinician of the clinic, BookingError for what no session can be,
    ChangedByAnother, IllegalMove.
    """
    appointment = read(appointment_id)
    require_clinician(actor, appointment.location_id)
    treated = appointment.service.kind == Service.Kind.SESSION
    if appointment.version == expected_version:
        after(Verb.RECORD, appointment.state)
        visit = _sound(visit, appointment, treated)
    appointment = walk(appointment, Verb.RECORD, expected_version=expected_version, actor=actor, now=now)
    supersede_calls(appointment=appointment, why=CallTask.Why.HEALTH, now=now)
    before = VisitRecord.objects.filter(appointment=appointment).first()
    told = before.facts() if before else None
    record = _keep(visit, appointment, actor, now)
    if treated and record.facts() != told:
        messages.visit_today(appointment, record=record, now=now)
    return appointment


def _keep(visit: Visit, appointment: Appointment, actor: Actor, now: datetime) -> VisitRecord:
    by = cast("User", actor.user)
    doctor = Clinician.objects.filter(user=by, role=Clinician.Profession.DOCTOR).exists()
    record = VisitRecord.objects.update_or_create(
        appointment=appointment,
        defaults={
            "decision": visit.decision,
            "sessions_planned": visit.sessions_planned,
            "areas": sorted(visit.areas),
            "stocking_days": visit.stocking_days,
            "stocking_size": visit.stocking_size.strip(),
            "stocking_class": visit.stocking_class.strip(),
            "at_night": visit.at_night,
            "next_not_before": visit.next_not_before,
            "by": by,
            "by_doctor": doctor,
            "at": now,
        },
    )[0]
    if visit.note.strip():
        Note.objects.create(appointment=appointment, author=actor.user, text=visit.note.strip(), at=now)
    return record


def _sound(visit: Visit, appointment: Appointment, treated: bool) -> Visit:
    """The visit with what follows from it filled in. Raises BookingError."""
    if strange := set(visit.areas) - set(AREAS):
        raise BookingError(f"Choose areas from the list: {', '.join(sorted(strange))} is none.")
    if not treated:
        return visit
    seen_on = appointment.starts_at.astimezone(appointment.location.zone).date()
    if not appointment.answers.filter(answered_on__gte=seen_on).exists():
        raise BookingError(ASK_FIRST)
    if not visit.areas:
        raise BookingError("Tick where the session was.")
    if visit.stocking_days not in STOCKING_DAYS:
        raise BookingError(f"Choose {STOCKING_DAYS[0]} to {STOCKING_DAYS[-1]} days for the stockings.")
    soonest = rest_until(seen_on)
    if visit.next_not_before and visit.next_not_before < soonest:
        raise BookingError(f"The same area may be treated again from {day_year(soonest)}, not sooner.")
    changes = {"decision": visit.decision or VisitRecord.Decision.TREAT}
    return Visit(**{**vars(visit), **changes, "next_not_before": visit.next_not_before or soonest})
