"""The guard: the only way to a clinician's and a room's time. Lock, then read, sweep, check, and only then write.

Every function here runs inside the durable transaction of the verb that calls it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from bookings import diary, next_times
from bookings.availability import Busy, Pair, candidates_at, is_free, rota_pairs
from bookings.life import Status
from bookings.models import Appointment, Service
from bookings.services.errors import NotOffered, TimeTaken
from clinic.models import Clinician, Location, Room


def take(
    *,
    location: Location,
    service: Service,
    starts_at: datetime,
    now: datetime,
    own: Appointment | None = None,
    notice: bool = True,
    any_hours: bool = False,
) -> dict[str, Any]:
    """Lock a clinician and a room that are free then, those with the fewest visits that day first.

    Returns the columns to write: place, service, pair, start and end (UTC).

    `own` (a hold, or what is moved) does not stand in its own way. `notice` is for patients; `any_hours` is a
    recorded override of the rota, closures, notice and horizon by staff, never of an overlap.
    Raises NotOffered where the clinic has no such time, TimeTaken where it had.
    """
    ends_at = starts_at + timedelta(minutes=service.minutes)
    rota = diary.rota([location], starts=min(starts_at, now), ends=max(ends_at, now))
    if not any_hours:
        _refuse_outside_window(location, starts_at, ends_at, now, rota.holidays, notice)
    place = diary.place(location)
    pairs = (
        _all_pairs(location)
        if any_hours
        else rota_pairs(place=place, patterns=rota.patterns, minutes=service.minutes, starts=starts_at)
    )
    if not pairs:
        raise NotOffered

    def free(taken: Collection[Busy]) -> tuple[Pair, ...]:
        if any_hours:
            return _free_pairs(pairs, location, starts_at, ends_at, taken)
        return candidates_at(
            place=place,
            patterns=rota.patterns,
            closures=rota.closures,
            busy=taken,
            minutes=service.minutes,
            starts=starts_at,
            travel_minutes=settings.TRAVEL_MINUTES,
        )

    if not free([]):
        raise NotOffered  # closed, whoever else wants it
    # A quick look first, so that a rush for one time does not queue at the lock only to be refused there.
    if not free(_taken(location, starts_at, ends_at, now, pairs, own)):
        raise TimeTaken
    lock(pairs)
    sweep(pairs, starts_at, ends_at, now)
    taken = _taken(location, starts_at, ends_at, now, pairs, own)
    found = free(taken)
    if not found:
        raise TimeTaken
    next_times.drop()
    fewest = min(found, key=lambda pair: (_visits(taken)[pair[0]], pair))
    return _columns(location, service, fewest, starts_at, ends_at)


def _columns(
    location: Location, service: Service, pair: Pair, starts_at: datetime, ends_at: datetime
) -> dict[str, Any]:
    clinician, room = pair
    return {
        "location": location,
        "service": service,
        "clinician_id": clinician,
        "room_id": room,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }


def take_again(appointment: Appointment, *, now: datetime) -> None:
    """Lock the pair of an appointment that had let its time go, and make sure that it is still free.

    Raises TimeTaken.
    """
    pair = (appointment.clinician_id, appointment.room_id)
    lock([pair])
    starts_at, ends_at = appointment.starts_at, appointment.ends_at
    sweep([pair], starts_at, ends_at, now)
    taken = _taken(appointment.location, starts_at, ends_at, now, [pair], appointment)
    if not _free_pairs([pair], appointment.location, starts_at, ends_at, taken):
        raise TimeTaken
    next_times.drop()


def lock(pairs: Collection[Pair]) -> None:
    """Lock clinician rows by id, then room rows by id, until the transaction ends.

    `no_key`, because a plain FOR UPDATE would stall every insert that points at these rows.
    """
    for noun, ids in ((Clinician, {who for who, _ in pairs}), (Room, {room for _, room in pairs})):
        list(
            noun._default_manager.select_for_update(no_key=True)
            .filter(pk__in=ids)
            .order_by("pk")
            .values_list("pk", flat=True)
        )


def sweep(pairs: Collection[Pair], starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Let expired holds of these pairs go that touch this time: the database's guard cannot read a clock.

    Only that time: SQLite would read all the years of these clinicians for holds that are in nobody's way.
    """
    concerned = Q(clinician__in={who for who, _ in pairs}) | Q(room__in={room for _, room in pairs})
    in_the_way = Appointment.objects.expired_holds(now).touching(starts_at, ends_at).filter(concerned)
    in_the_way.update(status=Status.CANCELLED, idempotency_key=None)


def _refuse_outside_window(
    location: Location,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    holidays: dict[str, frozenset[date]],
    notice: bool,
) -> None:
    """Nobody is given a time that is over, or beyond the horizon; a patient none inside the notice.

    A time that has begun is still good for somebody who walks in.
    """
    free_days = holidays.get(location.country, frozenset()) | holidays.get("", frozenset())
    earliest, latest = diary.window(location, now, free_days)
    if starts_at >= latest or (starts_at < earliest if notice else ends_at <= now):
        raise NotOffered


def _taken(
    location: Location,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    pairs: Collection[Pair],
    own: Appointment | None,
) -> list[Busy]:
    """What these pairs have on that day of the clinic's calendar, and the stretch itself."""
    day = starts_at.astimezone(location.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    starts, ends = min(day, starts_at), max(day + timedelta(days=1), ends_at)
    return diary.busy(starts=starts, ends=ends, now=now, pairs=pairs, own=own)


def _free_pairs(
    pairs: Collection[Pair],
    location: Location,
    starts_at: datetime,
    ends_at: datetime,
    taken: Collection[Busy],
) -> tuple[Pair, ...]:
    return tuple(
        (clinician, room)
        for clinician, room in pairs
        if is_free(
            clinician=clinician,
            room=room,
            location=location.pk,
            starts=starts_at,
            ends=ends_at,
            busy=taken,
            travel_minutes=settings.TRAVEL_MINUTES,
        )
    )


def _all_pairs(location: Location) -> tuple[Pair, ...]:
    """Every clinician who ever works at this clinic, with every room of it."""
    clinicians = Clinician.objects.filter(active=True, patterns__location=location).distinct()
    rooms = list(Room.objects.filter(location=location).values_list("pk", flat=True))
    return tuple((who, room) for who in clinicians.values_list("pk", flat=True) for room in rooms)


def _visits(taken: Collection[Busy]) -> Counter[int]:
    return Counter(row.clinician for row in taken)
