"""What must be true before somebody is booked for a treatment session. Reads only; the verbs that book it ask here."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bookings import doctor
from bookings.models import Patient, Service, VisitRecord
from bookings.services.errors import BookingError
from bookings.services.walking import Actor
from clinic.models import Location, Membership, Role
from clinic.wording import day_year
from treatments import facts

Decision = VisitRecord.Decision


class NotDecided(BookingError):
    """Nobody is treated at a first visit: a consultation comes first, and a clinician writes down what was decided."""

    sentence = (
        "A treatment session needs a clinician's decision from an earlier visit. Book a consultation first."
    )


class DoctorFirst(BookingError):
    """An answer or a nurse said that a doctor decides, and none has since."""

    sentence = "A doctor has to agree to treatment first. Book a consultation with a doctor."


class TooSoon(BookingError):
    """The areas treated last time still rest."""


def refuse_session(
    *,
    service: Service,
    patient: Patient | None,
    starts_at: datetime,
    location: Location,
    actor: Actor,
    reason: str = "",
) -> None:
    """Do nothing for any other visit. For a session raise NotDecided, DoctorFirst or TooSoon.

    Before the day that the last session allows, only a clinician of this clinic books it, with a written reason:
    another area may be treated sooner.
    """
    if service.kind != Service.Kind.SESSION:
        return
    records = list(VisitRecord.objects.of(patient)) if patient else []
    decided = next((row for row in records if row.decision), None)
    if decided is None or decided.decision != Decision.TREAT:
        raise DoctorFirst if decided and decided.decision == Decision.DOCTOR else NotDecided
    if patient and doctor.waited_for([patient.pk]):
        raise DoctorFirst
    earliest = not_before(records)
    on = starts_at.astimezone(location.zone).date()
    if earliest and on < earliest and not (reason.strip() and _is_clinician(actor, location)):
        raise TooSoon(
            f"The last session says: not before {day_year(earliest)}. A clinician may book an earlier day, "
            "with a reason."
        )


def not_before(records: list[VisitRecord]) -> date | None:
    """The first day for the next session, by the last record of a treated area; None where nothing was treated."""
    last = next((row for row in records if row.areas), None)
    return None if last is None else last.next_not_before


def rest_until(visit_day: date) -> date:
    """The soonest day on which the same area may be treated again: the fact `gap_min`, in days."""
    return visit_day + timedelta(days=facts.number("gap_min"))


def _is_clinician(actor: Actor, location: Location) -> bool:
    return actor.user is not None and Membership.objects.places_of(actor.user, (Role.CLINICIAN,)).cover(
        location.pk
    )
