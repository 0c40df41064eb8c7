"""Visits that are reminded of, and what waits or went: what the tests of reminders share. No rule of its own."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from pytest_django import Settings

from bookings import services
from bookings.models import Appointment
from clinic import outbox
from clinic.models import Location, Message
from tests.cast import FREE_TIME, NOW, act, make_details, make_request, post_went

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
VISIT = FREE_TIME + 7 * DAY  # Tuesday 9 March 2027, 10:15am: 20 days after NOW
WEEK_BEFORE, DAY_BEFORE = VISIT - 7 * DAY, VISIT - DAY


# A test file takes it by giving it a name: `_mail = reminder_cast.at_once`.
@pytest.fixture(autouse=True)
def at_once(settings: Settings) -> None:
    settings.SETTLE_SECONDS = 0
    mail.outbox = []


def booked(
    place: Location, at: dt.datetime = VISIT, confirmed: dt.datetime = NOW, **who: object
) -> Appointment:
    """A visit confirmed at that moment, and its letters gone."""
    asked = make_request(place, starts_at=at, patient=make_details(**who))
    made = act(services.confirm, asked, now=confirmed)
    post_went()
    return made


def waiting() -> list[Message]:
    return list(Message.objects.unsent().filter(kind__startswith="reminder_").order_by("pk"))


def send(at: dt.datetime) -> list[str]:
    """What the worker does at this moment; the subjects of the mail that went."""
    before = len(mail.outbox)
    outbox.send_due(now=at, limit=50, clock=lambda: at)
    return [each.subject for each in mail.outbox[before:]]
