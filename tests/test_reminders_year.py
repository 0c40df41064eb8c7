"""A simulated year: each reminder queued once, whatever happens to the workers, and none that is not so or at night.

In full with SCALE=1 on PostgreSQL (`make prove`); otherwise the weeks around both clock changes. Two controls must fail.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from bookings import messages
from bookings.models import Appointment, AppointmentEvent, Reminder
from tests.reminder_world import DAY, World
from tests.scale import SCALE

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = dt.date(2027, 1, 4)
YEAR = [MONDAY + dt.timedelta(days=day) for day in range(364)]
CHANGES = (dt.date(2027, 3, 28), dt.date(2027, 10, 31))  # the clocks of both countries change on these


def around(days: int) -> list[dt.date]:
    """The days before and after both clock changes."""
    return [day for day in YEAR if any(abs((day - change).days) <= days for change in CHANGES)]


def some_days() -> list[dt.date]:
    if connection.vendor == "sqlite":
        return around(3)
    return YEAR if SCALE >= 1 else around(8)


@pytest.fixture(autouse=True)
def _mail(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.reminder_world.Captured"
    settings.SETTLE_SECONDS = 0


@pytest.mark.both
def test_a_year_with_two_workers_killed_at_random() -> None:
    days = some_days()
    world = World(seed=1).live(days)
    print(f"\n{len(days)} days: {world.figures}")
    assert world.faults == []
    figures = world.figures
    assert set(CHANGES) <= set(days)
    assert figures.kills >= len(days) // 2
    assert figures.kills_in_a_transaction >= max(len(days) // 10, 1)
    assert figures.copies + figures.again_in_doubt <= figures.kills
    assert figures.visits_told + figures.calls >= len(days) // 4
    assert figures.moved + figures.cancelled >= len(days) // 4
    if len(days) > 30:
        assert min(figures.visits_told, figures.calls, figures.moved, figures.cancelled) >= len(days) // 10
        assert figures.changed_while_leased >= 1
        assert figures.shared >= 1


def test_control_without_reading_again_at_the_lease_it_is_found_out(settings: Settings) -> None:
    settings.MESSAGE_CHECKS = {}
    world = World(seed=1).live(around(6))
    print(f"\ncontrol: {len(world.faults)} faults, the first: {world.faults[:1]}")
    assert [fault for fault in world.faults if "in quiet hours" in fault]


def test_control_with_the_row_apart_from_the_message_it_is_found_out(settings: Settings) -> None:
    """What a scan would be without one transaction and its lock: look, queue, then note that it was queued."""
    settings.MESSAGE_CHECKS = {}  # it would see that no row names such a message
    world = World(seed=1, scan=careless).live(around(6))
    print(f"\ncontrol: {len(world.faults)} faults, the first: {world.faults[:1]}")
    assert [fault for fault in world.faults if "reminders of one time" in fault]


def careless(now: dt.datetime) -> None:
    rows = Appointment.objects.filter(status="booked", starts_at__gt=now, starts_at__lte=now + DAY)
    rows = rows.exclude(patient__email="").select_related("patient", "location")
    found = [each for each in rows if not each.reminders.filter(kind="day").exists()]
    queued = []
    for each in found:
        agreed = AppointmentEvent.objects.filter(appointment=each, verb__in=("add", "move")).latest("version")
        if each.starts_at - agreed.at > 1.5 * DAY:
            with transaction.atomic():
                queued.append((each, messages.reminder("day", [each], not_before=now, now=now)))
    for each, message in queued:
        row = {"appointment": each, "kind": "day", "starts_at": each.starts_at}
        Reminder.objects.get_or_create(**row, defaults={"message": message, "made_at": now})
