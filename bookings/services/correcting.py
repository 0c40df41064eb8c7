"""Another phone, email, name or date of birth of a patient. The old address is told; only the new one gets a link."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import F

from bookings import messages
from bookings.life import Verb
from bookings.models import Appointment, Patient
from bookings.services.adults import refuse_minor
from bookings.services.errors import BookingError, ChangedByAnother, NotAllowed
from bookings.services.linking import ALIVE, AskedOften, may_write, send_link
from bookings.services.transaction import durable
from bookings.services.walking import Actor, read, require, walk
from clinic import trail


class Reached(NamedTuple):
    """How somebody is reached: phone as +448007836106; email may be empty."""

    phone: str
    email: str


class Named(NamedTuple):
    """Who somebody is. The date of birth may be empty: she is asked at the desk."""

    name: str
    date_of_birth: date | None


class ContactChanged(BookingError):
    """Somebody corrected it between the look and the press."""

    sentence = "Somebody else has changed this since you opened it. Please look again."


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
    before, after = Reached(patient.phone, patient.email), Reached(phone, email)
    if appointment.version == expected_version and before == after:
        return appointment
    appointment = walk(appointment, Verb.CONTACT, expected_version=expected_version, actor=actor, now=now)
    if not _keep(patient, before, after, now):
        raise ChangedByAnother(appointment, None)
    return read(appointment.pk)


@durable
def correct_patient(
    *, patient_id: int, seen: Reached, phone: str, email: str, actor: Actor, now: datetime
) -> Patient:
    """The same by staff, also for somebody with no coming visit. `seen` is what stood there when the page was opened.

    Each coming visit gets the event, the patient's trail a line. Raises NotAllowed, ContactChanged, AskedOften,
    ChangedByAnother.
    """
    if actor.user is None:
        raise NotAllowed
    patient = Patient.objects.visible_to(actor.user).filter(pk=patient_id, blanked_at=None).first()
    if patient is None:
        raise NotAllowed
    before, after = Reached(patient.phone, patient.email), Reached(phone, email)
    if before == after:
        return patient
    if before != seen:
        raise ContactChanged
    for each in _coming(patient, now):
        walk(each, Verb.CONTACT, expected_version=each.version, actor=actor, now=now)
    if not _keep(patient, before, after, now):
        raise ContactChanged
    them = Patient.objects.filter(pk=patient.pk)
    LogEntry.objects.log_actions(actor.user.pk, them, CHANGE, "Phone or email corrected.", single_object=True)
    trail.looked(actor.user, patient, page="reach", act=trail.Act.CORRECT, words="contact", now=now)
    return them.get()


@durable
def correct_name(
    *, patient_id: int, seen: Named, name: str, date_of_birth: date | None, actor: Actor, now: datetime
) -> Patient:
    """Another name or date of birth, by staff of one of her clinics. `seen` is what stood there when the page was opened.

    The trail says what was corrected, never to what. Raises NotAllowed, ContactChanged, BookingError without a name,
    TooYoung where somebody would be a minor at a coming visit.
    """
    if actor.user is None:
        raise NotAllowed
    patient = Patient.objects.visible_to(actor.user).filter(pk=patient_id, blanked_at=None).first()
    if patient is None:
        raise NotAllowed
    if not name.strip():
        raise BookingError("Write the name first.")
    before, after = Named(patient.name, patient.date_of_birth), Named(name.strip(), date_of_birth)
    if before == after:
        return patient
    for each in _coming(patient, now):
        refuse_minor(each.location, each.starts_at, date_of_birth)
    same = Patient.objects.filter(pk=patient.pk, **seen._asdict())
    if before != seen or not same.update(**after._asdict()):
        raise ContactChanged
    changed = [word for word, old, new in zip(Named._fields, before, after, strict=True) if old != new]
    trail.looked(actor.user, patient, page="correct", act=trail.Act.CORRECT, words=" ".join(changed), now=now)
    return Patient.objects.get(pk=patient.pk)


def _keep(patient: Patient, before: Reached, after: Reached, now: datetime) -> bool:
    """False where somebody else was faster."""
    same = Patient.objects.filter(pk=patient.pk, phone=before.phone, email=before.email)
    if not same.update(phone=after.phone, email=after.email):
        return False
    if after.email.lower() != before.email.lower():
        _move_letters(patient, before.email, after.email, now)
    return True


def _coming(patient: Patient, now: datetime) -> list[Appointment]:
    coming = Appointment.objects.filter(patient=patient, status__in=ALIVE, starts_at__gt=now)
    return list(coming.select_related("location", "service", "patient").order_by("starts_at"))


def _move_letters(patient: Patient, before: str, email: str, now: datetime) -> None:
    """What waits goes to the new address. Of each coming visit the old link dies, and the new address gets the new one."""
    coming = _coming(patient, now)
    if email and coming and not may_write(email, now):
        raise AskedOften
    for each in Appointment.objects.filter(patient=patient).select_related("location", "service", "patient"):
        messages.follow(each, now=now)
    for each in coming:
        if email:
            send_link(each, now)
        else:
            Appointment.objects.filter(pk=each.pk).update(link_version=F("link_version") + 1)
    if before and coming:
        messages.address_changed(coming[0], before=before, now=now)
