"""A patient corrects her own phone or email. The old address is told, and only the new one gets the link."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from bookings import messages
from bookings.life import Verb
from bookings.models import Appointment, Patient
from bookings.services.errors import BookingError, ChangedByAnother
from bookings.services.linking import ALIVE, AskedOften, may_write, send_link
from bookings.services.transaction import durable
from bookings.services.walking import Actor, read, require, walk


@durable
def correct_contact(
    *, appointment_id: int, expected_version: int, phone: str, email: str, actor: Actor, now: datetime
) -> Appointment:
    """Keep another phone (as +448007836106) or email (may be empty) for all coming visits of this patient.

    Nothing changed: nothing happens. Raises ChangedByAnother, AskedOften, BookingError where nobody could be reached.
    """
    appointment = read(appointment_id)
    require(actor, appointment.location_id)
    patient = appointment.patient
    if patient is None:
        raise BookingError("There is nobody to reach yet.")
    if appointment.version == expected_version and (phone, email) == (patient.phone, patient.email):
        return appointment
    before = patient.email
    appointment = walk(appointment, Verb.CONTACT, expected_version=expected_version, actor=actor, now=now)
    same = Patient.objects.filter(pk=patient.pk, phone=patient.phone, email=before)
    if not same.update(phone=phone, email=email):
        raise ChangedByAnother(appointment, None)
    if email.lower() == before.lower():
        return read(appointment.pk)
    _move_letters(patient, before, email, now)
    return read(appointment.pk)


def _move_letters(patient: Patient, before: str, email: str, now: datetime) -> None:
    """All coming visits: the old links die, what waits goes to the new address, which gets the new links."""
    if email and not may_write(email, now):
        raise AskedOften
    coming = Appointment.objects.filter(patient=patient, status__in=ALIVE, starts_at__gt=now)
    for each in coming.select_related("location", "service", "patient").order_by("starts_at"):
        if email:
            messages.follow(each, now=now)
            send_link(each, now)
        else:
            Appointment.objects.filter(pk=each.pk).update(link_version=F("link_version") + 1)
        if before:
            messages.address_changed(each, before=before, now=now)
