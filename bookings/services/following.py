"""Books the next visit of somebody we know: her answers come along, and a session passes its own gate. Staff only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bookings import messages
from bookings.life import Status
from bookings.models import Appointment, Patient
from bookings.services.adding import PhoneBooking, ask_nurse_to_ring, make_booked, refuse_booking, works_here
from bookings.services.answers import are_old, bring_answers
from bookings.services.changing import Override
from bookings.services.errors import NotAllowed
from bookings.services.keyed import once_per_key
from bookings.services.transaction import durable
from bookings.services.walking import Actor

Check = Appointment.Check


@once_per_key
@durable
def follow_up(
    *,
    key: UUID,
    patient_id: int,
    booking: PhoneBooking,
    actor: Actor,
    override: Override | None = None,
    now: datetime,
) -> Appointment:
    """Book a patient of her clinics again, at once. The same key twice books once.

    Her last answers are kept beside it under their own day; a nurse rings only if there are none, they are older than
    HEALTH_ANSWERS_DAYS, or they wait for a clinician still. Raises TimeTaken, NotOffered, NotAllowed, NotDecided,
    DoctorFirst, TooSoon, BookingError for an override without a reason.
    """
    if actor.user is None or not works_here(actor):
        raise NotAllowed
    made = Appointment.objects.filter(idempotency_key=key).first()
    if made is not None:
        return made
    # Locked, so that nobody erases or merges her meanwhile.
    theirs = Patient.objects.visible_to(actor.user).select_for_update(of=("self",))
    person = theirs.filter(pk=patient_id, blanked_at=None, merged_into=None).first()
    if person is None:
        raise NotAllowed
    refuse_booking(booking, actor, override, known=person, born=person.date_of_birth)
    last = _last(person)
    appointment = make_booked(key, booking, person, actor, override, now)
    if last is not None:
        _bring_along(last, appointment)
    if last is None or _waits_for_a_nurse(last) or are_old(appointment, now):
        ask_nurse_to_ring(appointment, now)
    else:
        Appointment.objects.filter(pk=appointment.pk).update(clinician_check=Check.NOT_NEEDED)
        appointment.refresh_from_db()
    messages.confirmed(appointment, now=now)
    return appointment


def _last(person: Patient) -> Appointment | None:
    """The visit whose answers are the newest we have."""
    rows = Appointment.objects.filter(patient=person, answers__isnull=False).select_related("location")
    return rows.order_by("-answers__pk").first()


def _waits_for_a_nurse(last: Appointment) -> bool:
    """Whether no clinician has cleared those answers: by a call, or by seeing her."""
    return last.clinician_check in (Check.NEEDED, Check.REFUSED) and last.status != Status.FULFILLED


def _bring_along(last: Appointment, appointment: Appointment) -> None:
    """Her answers beside the new visit, and what they led to."""
    bring_answers(appointment, last)
    Appointment.objects.filter(pk=appointment.pk).update(
        screening_level=last.screening_level,
        scan_may_be_needed=last.scan_may_be_needed,
        doctor_first=last.doctor_first,
        area=appointment.area or last.area,
        access_needs=appointment.access_needs or last.access_needs,
    )
