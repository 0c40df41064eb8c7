"""The dates we promise a patient: when we answer, and when a nurse rings. Reads holidays, changes nothing."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, time
from typing import NamedTuple

from django.conf import settings

from bookings.working_time import add_working_days, counts_from, working_day_at
from clinic.models import Location

NOON = time(12)


class Promise(NamedTuple):
    """`answer_by` is a date of the clinic's calendar, `ring_by` an instant (UTC)."""

    answer_by: date
    ring_by: datetime


def promise(location: Location, now: datetime, holidays: Container[date]) -> Promise:
    """What we promise for a request sent now: an answer within REPLY_WORKING_DAYS, a call by noon of the day before.

    A request sent while the desk is shut counts from the desk's next opening.
    """
    zone = location.time_zone
    asked_on = counts_from(now, zone, holidays).astimezone(location.zone).date()
    answer_by = add_working_days(asked_on, settings.REPLY_WORKING_DAYS, holidays)
    day_before = add_working_days(asked_on, max(settings.REPLY_WORKING_DAYS - 1, 1), holidays)
    return Promise(answer_by, working_day_at(day_before, NOON, zone))


def ring_me_by(location: Location, now: datetime, holidays: Container[date]) -> datetime:
    """The end (UTC) of the next working day: we ring within 1 working day."""
    asked_on = counts_from(now, location.time_zone, holidays).astimezone(location.zone).date()
    return working_day_at(add_working_days(asked_on, 1, holidays), time(17), location.time_zone)
