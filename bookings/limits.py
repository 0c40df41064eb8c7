"""How much one person may hold and ask for: the counts of clinic/limits.py, and what stands in the diary already.

Each function is part of a verb's transaction and runs before the guard takes its locks. Without a caller (the desk, a
command, a chore) nothing is limited.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Q, Value
from django.db.models.functions import Lower

from bookings.life import Status
from bookings.models import Appointment
from clinic import limits
from clinic.limits import Caller, Deed, TooMany
from clinic.models import Location

COMING = (Status.PENDING, Status.BOOKED)


def refuse_hoarder(location: Location, caller: Caller | None, now: datetime) -> None:
    """Count one more held time for this address and browser. Raises TooMany.

    A hold lives HOLD_MAX_MINUTES at most, and the stretch of the limit is no shorter: so an address never holds more
    times at once than its limit. When many addresses hoard the times of one clinic together, each may hold only
    HOLDS_IN_RUSH: the diary stays open for somebody from one more address.
    """
    if caller is None:
        return
    held = Appointment.objects.filter(location=location, status=Status.HOLD, hold_expires_at__gt=now)
    rush = held.count() >= settings.HOLDS_RUSH
    limits.count_caller("hold", caller, now=now, most=settings.HOLDS_IN_RUSH if rush else None)


def refuse_flood(email: str, phone: str, caller: Caller | None, now: datetime) -> None:
    """Count one more request of this address, browser, mailbox and phone. Raises TooMany.

    The rows that count are locked until the verb ends, so of many requests at once each sees those before it.
    """
    if caller is None:
        return
    deeds = [*limits.of_caller("request", caller), Deed("request-phone", phone)]
    if email:
        deeds.append(Deed("request-email", limits.mailbox(email)))
    limits.count_all(deeds, now=now)
    # From the diary to the people, not the other way: what is to come is little, and a phone has no index.
    theirs = Q(patient__phone=phone) | (Q(address=Lower(Value(email))) if email else Q(pk__in=[]))
    coming = Appointment.objects.filter(status__in=COMING, ends_at__gt=now)
    if coming.alias(address=Lower("patient__email")).filter(theirs).count() >= settings.OPEN_PER_PERSON:
        raise TooMany
