"""Keeps one time for somebody who is filling in the form. A hold has no patient and writes no event."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F

from bookings.life import Status
from bookings.models import Appointment, Service
from bookings.services.errors import AlreadySent
from bookings.services.keyed import once_per_key
from bookings.services.taking import take
from bookings.services.transaction import durable
from clinic.models import Location


@once_per_key
@durable
def hold(
    *, key: UUID, location: Location, service: Service, starts_at: datetime, now: datetime
) -> Appointment:
    """Keep this time (UTC) under the journey's key. A key that holds one already moves it.

    The old time is freed only when the new one is taken. Raises NotOffered, TimeTaken, DiaryBusy, AlreadySent.
    """
    own = Appointment.objects.filter(idempotency_key=key).first()
    if own is not None and own.status != Status.HOLD:
        raise AlreadySent(own)
    if own is not None and _is_live(own, now) and _is_same(own, location, service, starts_at):
        _renew(key, now)
        own.refresh_from_db()
        return own
    clinician, room = take(location=location, service=service, starts_at=starts_at, now=now, own=own)
    started = own.hold_started_at if own is not None and _is_live(own, now) else None
    times = {
        "location": location,
        "service": service,
        "clinician_id": clinician,
        "room_id": room,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=service.minutes),
        "hold_started_at": started or now,
        "hold_expires_at": _expiry(started or now, now),
    }
    if own is not None:
        kept = Appointment.objects.filter(pk=own.pk, status=Status.HOLD)
        if kept.update(version=F("version") + 1, **times):
            own.refresh_from_db()
            return own
    return Appointment.objects.create(idempotency_key=key, status=Status.HOLD, **times)


@durable
def renew_hold(*, key: UUID, now: datetime) -> bool:
    """Another 30 minutes, within 2 hours in all (settings). False where there is nothing left to renew."""
    return _renew(key, now)


@durable
def let_go(*, key: UUID, now: datetime) -> bool:
    """Give the held time back. False where nothing was held."""
    held = Appointment.objects.filter(idempotency_key=key, status=Status.HOLD)
    return bool(held.update(status=Status.CANCELLED, idempotency_key=None))


@durable
def delete_old_holds(*, now: datetime) -> int:
    """Delete holds that ended a day ago or more: the only rows ever deleted. Returns how many."""
    dead = Appointment.objects.filter(
        patient=None, status__in=(Status.HOLD, Status.CANCELLED), hold_expires_at__lte=now - timedelta(days=1)
    )
    return dead.delete()[0]


def _renew(key: UUID, now: datetime) -> bool:
    held = Appointment.objects.filter(idempotency_key=key, status=Status.HOLD, hold_expires_at__gt=now)
    row = held.values_list("hold_started_at", flat=True).first()
    return row is not None and bool(held.update(hold_expires_at=_expiry(row, now)))


def _expiry(started: datetime, now: datetime) -> datetime:
    longest = started + timedelta(minutes=settings.HOLD_MAX_MINUTES)
    return min(now + timedelta(minutes=settings.HOLD_MINUTES), longest)


def _is_live(own: Appointment, now: datetime) -> bool:
    return own.hold_expires_at is not None and own.hold_expires_at > now


def _is_same(own: Appointment, location: Location, service: Service, starts_at: datetime) -> bool:
    return (own.location_id, own.service_id, own.starts_at) == (location.pk, service.pk, starts_at)
