"""Where people give up: each figure of a clinic and a period, and its files, in few questions."""

from __future__ import annotations

import csv
import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.http import HttpResponse

from bookings import funnel, services
from bookings.funnel import Period
from bookings.journey import Step
from bookings.models import CallAttempt, CallTask, StepCount
from bookings.services.calling import RingMe
from bookings.services.counting import Event
from clinic.models import Location
from clinic.spreadsheet import as_csv
from tests import cast, desk_cast
from tests.cast import NOW
from tests.desk_cast import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
PAGE = "/admin/bookings/stepcount/"
MONDAY = dt.date(2027, 2, 15)  # of the week that the cast lives in


def count(step: str, shown: int, passed: int = 0, clinic: str = "maidenhead", day: dt.date = MONDAY) -> None:
    StepCount.objects.create(day=day, clinic=clinic, step=step, shown=shown, passed=passed)


def ask(place: Location | None, minute: int = 0) -> CallTask:
    who = RingMe("Carol Caller", "+447700900123", "any", leave_message=True)
    return services.ring_me(who=who, location=place, country="GB", now=NOW + dt.timedelta(minutes=minute))


def rung(task: CallTask, minutes: float, by: Any) -> None:
    services.close_call(
        task_id=task.pk,
        outcome=CallTask.Outcome.DONE,
        by=by,
        now=task.made_at + dt.timedelta(minutes=minutes),
    )


def row(response: HttpResponse, head: str) -> str:
    """What one row of a table says, by the words it begins with."""
    for line in response.content.decode().split("<tr>"):
        words = text_of(HttpResponse(f"<main>{line.split('</tr>')[0]}"))
        if words.startswith(head):
            return words
    raise AssertionError(f"no row {head}")


# --- What it says --------------------------------------------------------------------------------------------------
def test_each_step_says_how_many_were_shown_it_and_which_share_went_on(place: Location) -> None:
    count(Step.TIME, 40, 30)
    count(Step.TIME, 10, 10, day=MONDAY + dt.timedelta(days=1))
    page = desk_cast.manager(place).get(PAGE)
    assert row(page, "Time") == "Time 50 40 80%"
    assert row(page, "Check and send") == "Check and send 0 0 –"


def test_the_steps_stand_in_the_order_of_the_journey(place: Location) -> None:
    words = text_of(desk_cast.manager(place).get(PAGE)).split("Each step")[1]
    heads = ["Start", "Your visit", "Time", "Health 1", "Health 2", "Health 3", "Contact", "Check and send"]
    assert [words.index(head) for head in heads] == sorted(words.index(head) for head in heads)
    assert len(heads) == len(Step)


def test_each_week_has_a_row_with_every_step(place: Location) -> None:
    count(Step.TIME, 40, 30)
    count(Step.TIME, 4, 1, day=MONDAY - dt.timedelta(days=1))
    page = desk_cast.manager(place).get(PAGE)
    assert row(page, "15 February 2027") == "15 February 2027 – – 30 of 40 75% – – – – –"
    assert row(page, "8 February 2027") == "8 February 2027 – – 1 of 4 25% – – – – –"
    assert row(page, "25 January 2027")
    assert "18 January 2027" not in text_of(page)


def test_what_came_of_it_is_a_share_of_those_it_could_have_met(place: Location) -> None:
    count(Step.TIME, 50, 40)
    for event, number in (
        (Event.NO_TIMES, 5),
        (Event.LOST_AT_SEND, 2),
        (Event.WAIT, 10),
        (Event.SENT_RING, 12),
        (Event.SENT_PHONE, 6),
        (Event.SENT_READ, 8),
        (Event.SENT_CLEAR, 20),
    ):
        count(event, number)
    page = desk_cast.manager(place).get(PAGE)
    assert row(page, "Found no free time").endswith("5 10% 50 who saw the page of times")
    assert row(page, "Lost the time").endswith("2 5% 42 requests sent or lost so")
    assert row(page, "Had to wait").endswith("10 20% 50 who sent a request or had to wait")
    assert row(page, "A nurse rings first").endswith("12 30% 40 requests sent")
    assert row(page, "Of these: asked for").endswith("6 15% 40 requests sent")
    assert row(page, "A nurse reads").endswith("8 20% 40 requests sent")
    assert row(page, "Clear").endswith("20 50% 40 requests sent")


def test_minutes_to_ring_are_the_middle_one_and_that_of_nine_in_ten(place: Location) -> None:
    by = cast.make_staff("desk", "receptionist", place)
    for nth in range(10):
        rung(ask(place, nth), 10 * (nth + 1), by)
    ask(place, 20)
    words = text_of(desk_cast.manager(place).get(PAGE))
    assert "11 asked, 10 rung, 1 still waiting." in words
    assert "Half were rung within 55 minutes, 9 in 10 within 1 hour 30 minutes." in words


def test_a_try_counts_as_ringing_though_nobody_answered(place: Location) -> None:
    by = cast.make_staff("desk", "receptionist", place)
    task = ask(place)
    services.record_attempt(
        task_id=task.pk, result=CallAttempt.Result.NO_ANSWER, by=by, now=NOW + dt.timedelta(minutes=7)
    )
    assert _report(place).calls == (1, 1, 7, 7)
    rung(task, 300, by)
    assert _report(place).calls == (1, 1, 7, 7)


def test_a_call_no_longer_needed_or_asked_for_by_a_machine_is_left_out(place: Location) -> None:
    dropped = ask(place)
    CallTask.objects.filter(pk=dropped.pk).update(outcome=CallTask.Outcome.SUPERSEDED, closed_at=NOW)
    who = RingMe("Carol Caller", "+447700900123", "any", leave_message=True)
    services.ring_me(who=who, location=place, country="GB", suspected=True, now=NOW)
    assert _report(place).calls == (0, 0, None, None)


def _report(place: Location) -> funnel.Report:
    return funnel.reports([place], Period.last_weeks(4, NOW.date()))[0]


def test_nobody_at_all_is_said_without_a_share(place: Location) -> None:
    page = desk_cast.manager(place).get(PAGE)
    assert page.status_code == 200
    assert "0 asked, 0 rung, 0 still waiting." in text_of(page)
    assert "%" not in text_of(page)


# --- Which weeks ----------------------------------------------------------------------------------------------------
def test_twelve_weeks_reach_further_back_than_four(place: Location) -> None:
    count(Step.START, 7, day=MONDAY - dt.timedelta(weeks=11))
    client = desk_cast.manager(place)
    assert row(client.get(PAGE), "Start").startswith("Start 0")
    assert row(client.get(PAGE, {"period": "12"}), "Start").startswith("Start 7")


def test_a_stretch_of_days_counts_its_first_and_its_last(place: Location) -> None:
    for day in (1, 2, 3, 4):
        count(Step.START, 10**day, day=dt.date(2027, 2, day))
    asked = {"period": "dates", "since": "2027-02-02", "until": "2027-02-03"}
    assert row(desk_cast.manager(place).get(PAGE, asked), "Start").startswith("Start 1100 0")


def test_a_call_belongs_to_the_day_on_the_clinics_own_calendar(place: Location) -> None:
    late = dt.datetime(2027, 6, 30, 23, 30, tzinfo=dt.UTC)  # half past midnight on 1 July in London
    services.ring_me(
        who=RingMe("Carol", "+447700900123", "any", leave_message=False),
        location=place,
        country="GB",
        now=late,
    )
    june, july = (
        funnel.reports([place], Period(dt.date(2027, each, 1), dt.date(2027, each, 30)))[0].calls.asked
        for each in (6, 7)
    )
    assert (june, july) == (0, 1)


# --- Who sees it -------------------------------------------------------------------------------------------------------
def test_a_manager_of_all_sees_them_together_each_and_without_a_clinic(
    place: Location, other: Location
) -> None:
    for clinic, shown in (("maidenhead", 1), ("dublin", 20), ("", 300)):
        count(Step.START, shown, clinic=clinic)
    words = text_of(desk_cast.manager().get(PAGE))
    assert row(desk_cast.manager().get(PAGE), "Start").startswith("Start 321 ")
    for section in ("Every clinic together", "Maidenhead", "Dublin", "No clinic chosen yet, or any of them"):
        assert section in words


def test_no_row_of_the_counter_is_opened_or_changed(place: Location) -> None:
    count(Step.START, 1)
    client = desk_cast.superuser()
    for address in (f"{PAGE}add/", f"{PAGE}{StepCount.objects.get().pk}/change/"):
        assert client.get(address).status_code == 404
    assert client.post(PAGE).status_code == 405


# --- How it is asked ----------------------------------------------------------------------------------------------------
def test_it_asks_each_table_once_however_much_was_counted(place: Location, other: Location) -> None:
    client = desk_cast.manager()
    by = cast.make_staff("desk", "receptionist", place)
    with desk_cast.queries() as few:
        client.get(PAGE)
    for nth in range(40):
        count(Step.START, nth, clinic=("maidenhead", "dublin")[nth % 2], day=MONDAY - dt.timedelta(days=nth))
        rung(ask(place, nth), 5, by)
    with desk_cast.queries() as many:
        client.get(PAGE, {"period": "12"})
    assert many == few
    assert {"bookings_stepcount", "bookings_calltask", "clinic_location"} <= set(many)
    assert all(times == 1 for times in many.values()), many


# --- As a file --------------------------------------------------------------------------------------------------------
def test_the_steps_come_as_a_file_with_every_week_and_event(place: Location) -> None:
    count(Step.TIME, 40, 30)
    count(Event.WAIT, 3, 1)
    response = desk_cast.manager(place).get(PAGE, {"period": "4", "file": "steps"})
    heads, *rows = desk_cast.csv_of(response)
    assert heads == ["Week from", "Clinic", "Code", "What", "Shown", "Went on"]
    assert len(rows) == 4 * (len(Step) + len(Event))
    assert ["2027-02-15", "Maidenhead", "time", "Time", "40", "30"] in rows
    assert ["2027-02-15", "Maidenhead", "wait", "Had to wait: pregnant or breastfeeding", "3", "1"] in rows
    assert response.headers["Content-Disposition"] == 'attachment; filename="steps-2027-01-25-2027-02-17.csv"'


def test_the_calls_come_as_a_file(place: Location) -> None:
    rung(ask(place), 45, cast.make_staff("desk", "receptionist", place))
    _, *rows = desk_cast.csv_of(desk_cast.manager(place).get(PAGE, {"file": "calls"}))
    assert rows == [["2027-01-25", "2027-02-17", "Maidenhead", "1", "1", "0", "45", "45"]]


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "  ="])
def test_every_sign_that_begins_a_formula_is_made_plain(begins: str) -> None:
    cell = next(csv.reader(StringIO(as_csv(["x"], [[f"{begins}1+1"]]).split("\r\n", 1)[1], newline="")))[0]
    assert cell.startswith("'")
    assert as_csv([], [[-3]]).endswith("\r\n-3\r\n")
