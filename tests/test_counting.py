"""Where people give up: each step of a journey counted once, under its clinic and day, and nothing about anybody."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.test import Client

from bookings.models import StepCount
from bookings.services import chores, counting
from bookings.services.counting import Event, count_passed, count_shown
from clinic.models import Location
from tests import cast
from tests.cast import NOW
from tests.reader import Reader
from tests.test_journey import fill_details, send, to_check, to_details, to_health, to_times

pytestmark = [pytest.mark.django_db, pytest.mark.both]
STEPS = ("start", "visit", "time", "health-1", "health-2", "health-3", "details", "check")


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as stopped:
        yield stopped


@pytest.fixture
def place(clock: time_machine.Coordinates) -> Location:
    cast.make_location("dublin")
    return cast.make_clinic()


def counts() -> dict[tuple[str, str], tuple[int, int]]:
    """(step, clinic): shown, passed."""
    rows = StepCount.objects.all()
    return {(row.step, row.clinic): (row.shown, row.passed) for row in rows}


def counted(step: str, clinic: str = "maidenhead") -> tuple[int, int]:
    return counts().get((step, clinic), (0, 0))


# --- The funnel ---------------------------------------------------------------------------------------------------
def test_a_whole_journey_counts_each_step_shown_and_passed_once(place: Location) -> None:
    send(to_check(Reader()))
    steps = {(step, "maidenhead"): (1, 1) for step in STEPS}
    assert counts() == steps | {("sent-clear", "maidenhead"): (1, 0)}
    assert set(StepCount.objects.values_list("day", flat=True)) == {NOW.date()}


def test_who_stops_on_a_page_has_been_shown_it_and_has_not_passed(place: Location) -> None:
    to_health(Reader())
    assert counted("time") == (1, 1)
    assert counted("health-1") == (1, 0)
    assert counted("health-2") == (0, 0)


def test_looking_again_and_at_later_times_counts_nothing_anew(place: Location) -> None:
    reader = to_times(Reader())
    for again in ("/book/time/", "/book/time/?month=2027-03", "/book/visit/", "/book/time/"):
        assert reader.open(again).status == 200
    assert (counted("time"), counted("visit")) == ((1, 0), (1, 1))


def test_going_back_to_change_something_counts_nothing_anew(place: Location) -> None:
    reader = to_check(Reader())
    reader.open("/book/health/2/").choose("No, none of these").press("Continue")
    assert (counted("health-2"), counted("check")) == ((1, 1), (1, 0))


def test_an_error_shown_again_counts_neither_way(place: Location) -> None:
    reader = to_health(Reader()).press("Continue")
    assert reader.status == 422
    assert counted("health-1") == (1, 0)
    assert Client().post("/book/").status_code == 400
    assert counted("start", "") == (0, 0)


def test_a_page_that_was_skipped_to_is_not_counted(place: Location) -> None:
    reader = to_times(Reader())
    reader.open("/book/check/")
    assert reader.url.startswith("/book/time/")
    assert counted("check") == (0, 0)


def test_a_head_is_no_look(place: Location) -> None:
    client = Client()
    assert client.head("/book/?clinic=maidenhead").status_code == 200
    assert client.head("/book/ring-me/?clinic=maidenhead").status_code == 200
    assert counts() == {}


def test_help_now_does_not_pass_the_start(place: Location) -> None:
    Reader().open("/book/?clinic=maidenhead").press("Yes, I have one or more")
    assert counts() == {("start", "maidenhead"): (1, 0)}


def test_the_phone_route_passes_one_list_and_sees_no_other(place: Location) -> None:
    reader = to_health(Reader()).press("Ask me all of this on the phone")
    send(fill_details(reader))
    assert (counted("health-1"), counted("health-2"), counted("details")) == ((1, 1), (0, 0), (1, 1))
    assert (counted("sent-ring"), counted("sent-phone")) == ((1, 0), (1, 0))
    assert counted("sent-clear") == (0, 0)


def test_a_step_is_passed_where_it_was_shown(place: Location) -> None:
    """The clinic is chosen on the page itself: its share passed must not go to a clinic that was never shown."""
    reader = Reader().open("/book/").press("No, I have none of these")
    reader.choose("Both").choose("Maidenhead").press("Continue")
    assert (counted("visit", ""), counted("visit")) == ((1, 1), (0, 0))
    assert counted("time") == (1, 0)


def test_the_first_free_time_anywhere_belongs_to_no_clinic_until_it_is_pressed(place: Location) -> None:
    reader = Reader().open("/book/").press("No, I have none of these")
    reader.choose("Both").choose("The first free time at any of them").press("Continue")
    assert counted("time", "") == (1, 0)
    reader.press("10:15am, Maidenhead")
    assert counted("time", "") == (1, 1)
    assert counted("health-1") == (1, 0)


def test_the_day_is_the_clinics_own(place: Location, clock: time_machine.Coordinates) -> None:
    count_shown(step="start", location=place, now=dt.datetime(2027, 6, 30, 23, 30, tzinfo=dt.UTC))
    assert StepCount.objects.get().day == dt.date(2027, 7, 1)


# --- What is counted beside the steps ------------------------------------------------------------------------------
def test_a_clinic_without_any_time_is_counted_once(clock: time_machine.Coordinates) -> None:
    cast.make_location()
    cast.make_service()
    reader = to_times(Reader())
    reader.open("/book/time/")
    assert counted(Event.NO_TIMES) == (1, 0)


def test_a_time_lost_when_sending_is_counted(place: Location, clock: time_machine.Coordinates) -> None:
    reader = to_check(Reader())
    later = NOW + dt.timedelta(minutes=100)  # the hold ran out, and somebody else was faster
    clock.move_to(later)
    cast.make_request(place, starts_at=dt.datetime(2027, 2, 23, 10, 15, tzinfo=dt.UTC), now=later)
    send(reader)
    assert reader.url.startswith("/book/time/")
    assert counted(Event.LOST_AT_SEND) == (1, 0)
    assert counted("check") == (1, 0)


@pytest.mark.parametrize(("way", "passed"), [("Ask a nurse to ring me", 1), ("Give this time back", 0)])
def test_having_to_wait_is_counted_and_whether_a_way_on_was_taken(
    place: Location, way: str, passed: int
) -> None:
    reader = to_health(Reader()).choose("No, none of these").press("Continue")
    reader.choose("I am pregnant").press("Continue").press(way)
    assert counted(Event.WAIT) == (1, passed)
    assert counted("health-2") == (1, 1)


def test_asking_to_be_rung_is_counted(place: Location) -> None:
    reader = Reader().open("/book/ring-me/?clinic=maidenhead")
    reader.fill("Your name", "Brigid").fill("Phone number", "020 7946 0000").choose("Yes").press("Ring me")
    assert counted(Event.RING_ME) == (1, 1)


@pytest.mark.parametrize(
    ("ticked", "kind"), [("I smoke", Event.SENT_READ), ("No, none of these", Event.SENT_CLEAR)]
)
def test_what_the_answers_led_to_is_counted_when_sent(place: Location, ticked: str, kind: Event) -> None:
    reader = to_health(Reader())
    for answer in ("No, none of these", "No, none of these", ticked):
        reader.choose(answer).press("Continue")
    send(fill_details(reader))
    assert [step for step, _ in counts() if step.startswith("sent-")] == [kind]


# --- Nothing about anybody ---------------------------------------------------------------------------------------
def test_a_row_holds_a_day_a_clinic_a_step_and_two_numbers() -> None:
    assert [field.name for field in StepCount._meta.get_fields()] == [
        "id", "day", "clinic", "step", "shown", "passed"
    ]  # fmt: skip


def test_looking_at_the_start_page_stores_nothing_about_the_visitor(place: Location) -> None:
    client = Client()
    client.get("/book/?clinic=maidenhead")
    client.get("/book/ring-me/")
    assert set(client.cookies) <= {settings.CSRF_COOKIE_NAME}


def test_what_was_counted_leaves_with_the_journey(place: Location) -> None:
    reader = to_details(Reader())
    assert len(reader.client.session["journey"]["counted"]) == 11  # five pages passed, the sixth shown
    send(fill_details(reader))
    assert reader.client.session["journey"]["counted"] == {}


def test_counts_are_kept_for_two_years(place: Location) -> None:
    for back in (0, 731, 732):
        StepCount.objects.create(day=NOW.date() - dt.timedelta(days=back), step="start", shown=1)
    assert chores.hourly(NOW)["counts deleted"] == 1
    assert StepCount.objects.count() == 2


# --- Never lost, never in the way -----------------------------------------------------------------------------------
def in_threads(number: int, each: int) -> None:
    def count() -> None:
        try:
            for _ in range(each):
                mark = count_shown(step="start", location=None, now=NOW)
                count_passed(step="start", mark=mark)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        for done in [pool.submit(count) for _ in range(number)]:
            done.result()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "PATIENCE_MS", 20_000)  # two busy cores are no reason to leave one out
    in_threads(8, 25)
    assert counts() == {("start", ""): (200, 200)}


def test_the_faster_one_has_made_the_row_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the insert: the second count finds the row that the first one made."""
    counting.count_shown(step="start", location=None, now=NOW)
    looks = iter([False])
    real = counting._one_more
    monkeypatch.setattr(counting, "_one_more", lambda *given: next(looks, None) is None and real(*given))
    assert counting.count_shown(step="start", location=None, now=NOW)
    assert counts() == {("start", ""): (2, 0)}


@pytest.mark.django_db(transaction=True)
def test_a_busy_database_costs_a_page_a_quarter_of_a_second_and_one_count(
    caplog: pytest.LogCaptureFixture,
) -> None:
    count_shown(step="start", location=None, now=NOW)
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                StepCount.objects.update(passed=5)
                held.set()
                release.wait(10)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        began = time.monotonic()
        assert count_shown(step="start", location=None, now=NOW) == ""
        assert time.monotonic() - began < 2
    finally:
        release.set()
        holder.join()
    assert counts() == {("start", ""): (1, 5)}
    assert [record.getMessage() for record in caplog.records] == ["a step was not counted: OperationalError"]
    assert count_shown(step="start", location=None, now=NOW)


def test_a_count_that_fails_takes_nothing_from_the_page(
    place: Location, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object) -> bool:
        raise OperationalError("the database at 10.0.0.7 is away")

    monkeypatch.setattr(counting, "_one_more", away)
    with caplog.at_level(logging.WARNING):
        reader = send(to_check(Reader()))
    assert reader.h1 == "We have your request"
    assert counts() == {}
    assert "10.0.0.7" not in caplog.text


def test_the_patience_of_everything_else_stays_as_it_was() -> None:
    asked = "PRAGMA busy_timeout" if connection.vendor == "sqlite" else "SELECT 20000"
    count_shown(step="start", location=None, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(asked)
        assert cursor.fetchone() == (20_000,)
