"""Sends the manage link again, to the address we already have and to no other, a few times a day at most."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from bookings import messages
from bookings.life import Status
from bookings.models import Appointment
from bookings.services.errors import BookingError, ChangedByAnother, TooLate
from bookings.services.transaction import durable
from bookings.services.walking import read
from clinic import limits
from clinic.limits import TooMany

ALIVE = (Status.PENDING, Status.BOOKED)


class NoEmail(BookingError):
    """A link cannot be read out on the phone."""

    sentence = "We have no email for you. Give us one, and we send the link there."


class AskedOften(TooMany, BookingError):
    """The address was written to a few times today. Staff read the sentence, patients the page of every limit."""

    sentence = "We have written to you a few times today. Please look in your junk mail, or phone us."


@durable
def link_again(*, appointment_id: int, expected_version: int, now: datetime) -> Appointment:
    """A new link to the patient's own address; the old ones die. Raises NoEmail, AskedOften, ChangedByAnother, TooLate."""
    appointment = read(appointment_id)
    if appointment.patient is None or not appointment.patient.email:
        raise NoEmail
    if appointment.version != expected_version:
        raise ChangedByAnother(appointment, None)
    if appointment.state not in ALIVE:
        raise TooLate("This appointment is over. There is nothing left to change.")
    if appointment.suspected:
        raise BookingError("We look at your request first. After that we write to you.")
    if not may_write(appointment.patient.email, now):
        raise AskedOften
    return send_link(appointment, now)


def may_write(email: str, now: datetime) -> bool:
    """Count one more link to this mailbox, and say whether it is within the limit. Part of a verb."""
    try:
        limits.count("link-again", limits.mailbox(email), now=now)
    except TooMany:
        return False
    return True


def send_link(appointment: Appointment, now: datetime) -> Appointment:
    """The old links die, and a mail carries the new one. Part of a verb; raises ChangedByAnother."""
    same = Appointment.objects.filter(pk=appointment.pk, link_version=appointment.link_version)
    if not same.update(link_version=F("link_version") + 1):
        raise ChangedByAnother(read(appointment.pk), None)
    appointment = read(appointment.pk)
    messages.link_again(appointment, now=now)
    return appointment
