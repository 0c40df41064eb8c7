"""The dates we promise a patient: when we answer, and when a nurse rings. Reads holidays, changes nothing."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings

from bookings.working_time import DESK_CLOSES, add_working_days, answer_day, working_day_at
from clinic.models import Location

NOON = time(12)


class Promise(NamedTuple):
    """`answer_by` is a date of the clinic's calendar, `ring_by` an instant (UTC)."""

    answer_by: date
    ring_by: datetime


def promise(location: Location, now: datetime, holidays: Container[date]) -> Promise:
    """What we promise for a request sent now: an answer within REPLY_WORKING_DAYS, a call by noon before that.

    A request sent while the desk is shut counts from the desk's next opening.
    """
    zone, days = location.time_zone, settings.REPLY_WORKING_DAYS
    day_before = answer_day(now, max(days - 1, 1), zone, holidays)
    return Promise(answer_day(now, days, zone, holidays), working_day_at(day_before, NOON, zone))


def ring_me_by(location: Location, now: datetime, holidays: Container[date]) -> datetime:
    """The end (UTC) of the working day within which we ring: RING_ME_WORKING_DAYS from now."""
    zone = location.time_zone
    return working_day_at(answer_day(now, settings.RING_ME_WORKING_DAYS, zone, holidays), DESK_CLOSES, zone)


def ring_before(
    location: Location, starts_at: datetime, now: datetime, holidays: Container[date]
) -> datetime:
    """When (UTC) a nurse rings at the latest before a visit: noon of the working day before it, never in the past."""
    visit = starts_at.astimezone(location.zone).date()
    return max(now, working_day_at(add_working_days(visit, -1, holidays), NOON, location.time_zone))


def change_until(location: Location, starts_at: datetime) -> datetime:
    """Until when (UTC) a patient may cancel or move it herself: the clinic's own hours before it, or CUTOFF_HOURS."""
    own = location.cutoff_hours
    return starts_at - timedelta(hours=settings.CUTOFF_HOURS if own is None else own)
