"""Staff book somebody who phones, at any clinic's free time. The same guard as for a patient; no notice to keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bookings import diary, messages
from bookings.consent import CONSENT_BY_PHONE, CONSENT_VERSION
from bookings.fees import fees_as_shown
from bookings.life import Verb, after
from bookings.models import Appointment, Consent, Note, Patient, Service
from bookings.promises import ring_before
from bookings.services.adults import refuse_minor
from bookings.services.calling import make_health_call
from bookings.services.changing import Override, refuse_bad_override
from bookings.services.errors import NotAllowed
from bookings.services.keyed import once_per_key
from bookings.services.requesting import PatientDetails, make_patient
from bookings.services.sessions import refuse_session
from bookings.services.taking import take
from bookings.services.transaction import durable
from bookings.services.walking import DESK, Actor, write_first_event
from clinic.models import Location, Membership


@dataclass(frozen=True)
class PhoneBooking:
    """What the caller asks for. `starts_at` is UTC."""

    location: Location
    service: Service
    starts_at: datetime
    area: str = ""
    access_needs: tuple[str, ...] = ()
    note: str = ""


@once_per_key
@durable
def add(
    *,
    key: UUID,
    booking: PhoneBooking,
    patient: PatientDetails,
    actor: Actor,
    override: Override | None = None,
    now: datetime,
) -> Appointment:
    """Book it at once, and ask a nurse to ring with the health questions. The same key twice books once.

    Nobody new is booked for a treatment session: NotDecided.
    Raises TimeTaken, NotOffered, NotAllowed, BookingError for an override without a reason.
    """
    if actor.user is None or not works_here(actor):
        raise NotAllowed
    made = Appointment.objects.filter(idempotency_key=key).first()
    if made is not None:
        return made
    refuse_booking(booking, actor, override, known=None, born=patient.date_of_birth)
    person = make_patient(patient, now)
    appointment = make_booked(key, booking, person, actor, override, now)
    ask_nurse_to_ring(appointment, now)
    messages.confirmed(appointment, now=now)
    return appointment


def works_here(actor: Actor) -> bool:
    """She may add into any clinic's free time: free and busy are known to all the desks."""
    if actor.user is None:
        return False
    places = Membership.objects.places_of(actor.user, DESK)
    return places.everywhere or bool(places.ids)


def refuse_booking(
    booking: PhoneBooking,
    actor: Actor,
    override: Override | None,
    *,
    known: Patient | None,
    born: date | None,
) -> None:
    """What no desk may book, whoever comes. `known` is None for somebody new. Part of a verb."""
    refuse_bad_override(override, actor)
    refuse_minor(booking.location, booking.starts_at, born)
    refuse_session(
        service=booking.service,
        patient=known,
        starts_at=booking.starts_at,
        location=booking.location,
        actor=actor,
        reason=override.reason if override else "",
    )


def make_booked(
    key: UUID,
    booking: PhoneBooking,
    person: Patient,
    actor: Actor,
    override: Override | None,
    now: datetime,
) -> Appointment:
    """A booked appointment of this person, under the guard, with its event, the consent and the note. Part of a verb."""
    times = take(
        location=booking.location,
        service=booking.service,
        starts_at=booking.starts_at,
        now=now,
        notice=False,
        any_hours=override is not None,
    )
    made = Appointment.objects.create(
        idempotency_key=key,
        status=after(Verb.ADD, None),
        version=1,
        **times,
        patient=person,
        area=booking.area,
        access_needs=list(booking.access_needs),
        fees_shown=fees_as_shown(booking.location),
        clinician_check=Appointment.Check.NEEDED,
        first_requested_at=now,
        override_reason=override.reason.strip() if override else "",
        override_by=actor.user if override else None,
    )
    write_first_event(made, Verb.ADD, actor=actor, now=now, reason_code="override" if override else "")
    _take_consent(made, actor, now)
    if booking.note.strip():
        Note.objects.create(appointment=made, author=actor.user, text=booking.note.strip(), at=now)
    return made


def _take_consent(appointment: Appointment, actor: Actor, now: datetime) -> None:
    """What was agreed to on the phone or at the desk, and who wrote that down."""
    Consent.objects.create(
        appointment=appointment,
        wording=CONSENT_BY_PHONE,
        version=CONSENT_VERSION,
        given_at=now,
        taken_by=actor.user,
    )


def ask_nurse_to_ring(appointment: Appointment, now: datetime) -> None:
    """Reception asks no health questions; a nurse does, before the visit."""
    place = appointment.location
    latest = ring_before(place, appointment.starts_at, now, diary.holidays(place.country))
    make_health_call(appointment, script=messages.phone_script(appointment), due_at=latest, now=now)
