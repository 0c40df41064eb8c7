"""An address says that it wants no reminders, or wants them again. Nothing else about its visits changes."""

from __future__ import annotations

from datetime import datetime

from bookings import messages
from bookings.models import Appointment, Patient
from bookings.services.transaction import durable


@durable
def reminders_off(*, email: str, now: datetime) -> int:
    """No more reminders to this address; those not sent yet are taken back. Twice is once. Returns how many people.

    Each request makes a person of its own, so all of them with this address are marked: it is the address that is
    written to. A carer who presses this hears no more about anybody she asked for.
    """
    people = Patient.objects.of_mailbox(email)
    changed = people.filter(reminders_off_at=None).update(reminders_off_at=now)
    messages.withdraw_reminders(*Appointment.objects.filter(patient__in=people, starts_at__gt=now), now=now)
    return changed


@durable
def reminders_on(*, email: str, now: datetime) -> int:
    """Reminders again, for everybody of this address; the next scan finds those still to come."""
    return Patient.objects.of_mailbox(email).exclude(reminders_off_at=None).update(reminders_off_at=None)
