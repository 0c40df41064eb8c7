"""Keeps one time for somebody who is filling in the form. A hold has no patient and writes no event."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F

from bookings import next_times
from bookings.life import Status
from bookings.limits import refuse_hoarder
from bookings.models import Appointment, Service
from bookings.services.errors import AlreadySent
from bookings.services.keyed import once_per_key
from bookings.services.taking import take
from bookings.services.transaction import durable
from clinic.limits import Caller
from clinic.models import Location


@once_per_key
@durable
def hold(
    *,
    key: UUID,
    location: Location,
    service: Service,
    starts_at: datetime,
    caller: Caller | None = None,
    now: datetime,
) -> Appointment:
    """Keep this time (UTC) under the journey's key. A key that holds one already moves it.

    The old time is freed only when the new one is taken. Raises NotOffered, TimeTaken, DiaryBusy, AlreadySent, and
    TooMany where the caller holds too much.
    """
    own = Appointment.objects.filter(idempotency_key=key).first()
    if own is not None and own.status != Status.HOLD:
        raise AlreadySent(own)
    if own is not None and is_live(own, now) and is_same(own, location, service, starts_at):
        _renew(key, now)
        own.refresh_from_db()
        return own
    if own is None or not is_live(own, now):
        refuse_hoarder(location, caller, now)
    taken = take(location=location, service=service, starts_at=starts_at, now=now, own=own)
    started = (own.hold_started_at if own is not None and is_live(own, now) else None) or now
    times = taken | {"hold_started_at": started, "hold_expires_at": _expiry(started, now)}
    if own is not None:
        kept = Appointment.objects.filter(pk=own.pk, status=Status.HOLD)
        if kept.update(version=F("version") + 1, **times):
            own.refresh_from_db()
            return own
    return Appointment.objects.create(idempotency_key=key, status=Status.HOLD, **times)


@durable
def renew_hold(*, key: UUID, now: datetime) -> datetime | None:
    """Another 30 minutes, within 2 hours in all (settings). Returns its new end (UTC), None where nothing is held."""
    return _renew(key, now)


@durable
def let_go(*, key: UUID) -> bool:
    """Give the held time back. False where nothing was held."""
    held = Appointment.objects.filter(idempotency_key=key, status=Status.HOLD)
    next_times.drop()
    return bool(held.update(status=Status.CANCELLED, idempotency_key=None))


@durable
def delete_old_holds(*, now: datetime) -> int:
    """Delete holds that ended a day ago or more: the only rows ever deleted. Returns how many."""
    dead = Appointment.objects.filter(
        patient=None, status__in=(Status.HOLD, Status.CANCELLED), hold_expires_at__lte=now - timedelta(days=1)
    )
    return dead.delete()[0]


def _renew(key: UUID, now: datetime) -> datetime | None:
    held = Appointment.objects.filter(idempotency_key=key, status=Status.HOLD, hold_expires_at__gt=now)
    started = held.values_list("hold_started_at", flat=True).first()
    if started is None:
        return None
    expiry = _expiry(started, now)
    return expiry if held.update(hold_expires_at=expiry) else None


def _expiry(started: datetime, now: datetime) -> datetime:
    longest = started + timedelta(minutes=settings.HOLD_MAX_MINUTES)
    return min(now + timedelta(minutes=settings.HOLD_MINUTES), longest)


def is_live(own: Appointment, now: datetime) -> bool:
    """Whether the hold still keeps its time."""
    return own.hold_expires_at is not None and own.hold_expires_at > now


def is_same(own: Appointment, location: Location, service: Service, starts_at: datetime) -> bool:
    """Whether it keeps just this time."""
    return (own.location_id, own.service_id, own.starts_at) == (location.pk, service.pk, starts_at)
