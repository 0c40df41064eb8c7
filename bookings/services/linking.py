"""Sends the manage link again, to the address we already have and to no other, a few times a day at most."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils.crypto import salted_hmac

from bookings import messages
from bookings.life import Status
from bookings.models import Appointment
from bookings.services.errors import BookingError, ChangedByAnother, TooLate
from bookings.services.transaction import durable
from bookings.services.walking import read
from clinic.models import Tally

A_DAY = 3  # how often one address may ask on one day
MOST = 5  # appointments that one asking sends links for
ALIVE = (Status.PENDING, Status.BOOKED)


class NoEmail(BookingError):
    """A link cannot be read out on the phone."""

    sentence = "We have no email for you. Give us one, and we send the link there."


class AskedOften(BookingError):
    """The address was written to a few times today."""

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
    if not may_write(appointment.patient.email, now):
        raise AskedOften
    return send_link(appointment, now)


@durable
def find_links(*, email: str, reference: str = "", now: datetime) -> int:
    """Send the link of each coming appointment of this address; returns how many. Nobody is ever told the number.

    With a reference only of that one. An address that asked A_DAY times today gets no more.
    """
    rows = Appointment.objects.filter(
        patient__email__iexact=email, status__in=ALIVE, starts_at__gt=now
    ).select_related("location", "service", "patient")
    if plain := "".join(reference.split()).upper():
        rows = rows.filter(reference=plain)
    found = list(rows.order_by("starts_at")[:MOST])
    if not found or not may_write(email, now):
        return 0
    for appointment in found:
        send_link(appointment, now)
    return len(found)


def may_write(email: str, now: datetime) -> bool:
    """Count one more asking of this address today (UTC), and say whether it is within A_DAY. Part of a verb."""
    who = salted_hmac("bookings.link-again", email.strip().lower()).hexdigest()
    since = now.replace(hour=0, minute=0, second=0, microsecond=0)
    count = Tally.objects.get_or_create(what="link-again", who=who, since=since)[0]
    return bool(Tally.objects.filter(pk=count.pk, count__lt=A_DAY).update(count=F("count") + 1))


def send_link(appointment: Appointment, now: datetime) -> Appointment:
    """The old links die, and a mail carries the new one. Part of a verb; raises ChangedByAnother."""
    same = Appointment.objects.filter(pk=appointment.pk, link_version=appointment.link_version)
    if not same.update(link_version=F("link_version") + 1):
        raise ChangedByAnother(read(appointment.pk), None)
    appointment = read(appointment.pk)
    messages.link_again(appointment, now=now)
    return appointment
