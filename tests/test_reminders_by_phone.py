"""Who has no email is reminded by a call, at the desk's own hours, and never twice."""

from __future__ import annotations

import datetime as dt

import pytest

from bookings.models import CallTask, Patient, Reminder
from bookings.services.reminding import remind
from clinic.models import Location
from tests import reminder_cast
from tests.cast import NOW, make_bank_holiday
from tests.reminder_cast import DAY, DAY_BEFORE, HOUR, VISIT, WEEK_BEFORE, booked, waiting

_mail = reminder_cast.at_once
pytestmark = [pytest.mark.both, pytest.mark.django_db]


# --- Without email ----------------------------------------------------------------------------------------------
def reminder_calls() -> list[CallTask]:
    return list(CallTask.objects.open().filter(kind__startswith="reminder_").order_by("pk"))


def all_told() -> None:
    CallTask.objects.open().update(outcome=CallTask.Outcome.DONE, closed_at=NOW)


def test_without_email_it_is_a_call_on_the_day_before_while_the_desk_is_open(place: Location) -> None:
    booked(place, email="")
    all_told()
    opening = DAY_BEFORE.replace(hour=9, minute=0)
    remind(now=opening - 3 * DAY)
    assert [each.kind for each in reminder_calls()] == ["reminder_week"]
    remind(now=opening - HOUR)
    assert [each.kind for each in reminder_calls()] == ["reminder_week"]
    for _ in range(2):
        remind(now=opening)
    (call,) = reminder_calls()
    assert (call.kind, call.due_at) == ("reminder_day", DAY_BEFORE.replace(hour=17, minute=0))
    assert "Tuesday 9 March, 10:15am" in call.script
    assert "Bring a list of your medicines." in call.script
    assert "http" not in call.script
    assert "[[" not in call.script
    assert waiting() == []


def test_a_call_on_a_day_nobody_is_at_the_desk_comes_before_it(place: Location) -> None:
    make_bank_holiday(DAY_BEFORE.date())
    booked(place, email="")
    all_told()
    friday = dt.datetime(2027, 3, 5, 9, 0, tzinfo=dt.UTC)
    remind(now=friday)
    assert [(each.kind, each.due_at) for each in reminder_calls()] == [
        ("reminder_day", friday.replace(hour=17))
    ]


def test_nobody_is_rung_twice_while_news_of_the_visit_waits_to_be_told(place: Location) -> None:
    booked(place, email="")
    remind(now=WEEK_BEFORE)
    assert [each.kind for each in CallTask.objects.open()] == ["confirmed"]
    assert Reminder.objects.count() == 1


def test_a_call_for_a_visit_that_began_is_closed(place: Location) -> None:
    booked(place, email="")
    all_told()
    remind(now=WEEK_BEFORE)
    assert remind(now=VISIT)["calls past their time"] == 1
    assert reminder_calls() == []


def test_who_must_not_be_rung_is_reminded_by_text(place: Location) -> None:
    booked(place, email="", reach_by=Patient.ReachBy.WRITE)
    all_told()
    remind(now=WEEK_BEFORE)
    (call,) = reminder_calls()
    assert call.patient.reach_by == Patient.ReachBy.WRITE
    assert "ring" not in call.script.lower().split()
