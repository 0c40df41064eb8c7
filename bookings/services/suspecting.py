"""What staff say of a request that a machine seems to have sent: a person did, or away with it. Writes to nobody else."""

from __future__ import annotations

from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import F

from bookings import messages
from bookings.life import Status
from bookings.models import Appointment
from bookings.services.changing import decline
from bookings.services.errors import BookingError, ChangedByAnother, NotAllowed
from bookings.services.transaction import durable
from bookings.services.walking import Actor, read, require


class NotSuspected(BookingError):
    """Somebody has said meanwhile that a person sent it."""

    sentence = "Somebody has said that this request is real. Please answer it like any other."


@durable
def say_real(*, appointment_id: int, expected_version: int, actor: Actor, now: datetime) -> Appointment:
    """A person sent it: from now on it is a request like any other, and what she would have been told goes out now.

    Raises ChangedByAnother, NotAllowed.
    """
    appointment = read(appointment_id)
    require(actor, appointment.location_id)
    if actor.user is None:
        raise NotAllowed
    rows = Appointment.objects.filter(pk=appointment_id)
    seen = rows.filter(version=expected_version, suspected=True, status=Status.PENDING)
    if not seen.update(suspected=False, version=F("version") + 1):
        raise ChangedByAnother(appointment, None)
    LogEntry.objects.log_actions(actor.user.pk, rows, CHANGE, "Said to be real.", single_object=True)
    appointment = read(appointment_id)
    messages.received(appointment, now=now)
    return appointment


def release(*, appointment_id: int, expected_version: int, actor: Actor, now: datetime) -> Appointment:
    """Turn a suspected request down: its time is free again, and nothing goes to the address that it names.

    Raises NotSuspected, and what `decline` raises.
    """
    if not read(appointment_id).suspected:
        raise NotSuspected
    return decline(
        appointment_id=appointment_id,
        expected_version=expected_version,
        reason_code="other",
        actor=actor,
        now=now,
    )
