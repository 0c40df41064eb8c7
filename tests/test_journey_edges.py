"""What goes otherwise on the way: two windows, a busy diary, an answer that came meanwhile, a second thought."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from bookings import services
from bookings.life import Status
from bookings.models import Appointment, CallTask
from bookings.services.errors import DiaryBusy
from clinic.models import Location
from tests import cast
from tests.cast import NOW
from tests.reader import Reader
from tests.test_journey import send, to_check, to_health, to_times

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


@pytest.fixture
def place() -> Location:
    cast.make_location("dublin")
    return cast.make_clinic()


def busy(**_: object) -> None:
    raise DiaryBusy


def tick(reader: Reader, first: str, *rest: str) -> Reader:
    """The three pages of ticks, with this answer on the first, and on the others unless more are given."""
    for answer in (first, *(rest or ("No, none of these",) * 2)):
        reader.choose(answer).press("Continue")
    return reader


def details(reader: Reader) -> Reader:
    reader.fill("Your name", "Brigid Test").fill("Phone number", "020 7946 0000")
    reader.fill("Date of birth", "27 3 1958").choose("You may leave a message")
    return reader.press("Continue")


def test_the_check_page_says_what_a_tick_means_for_her(place: Location) -> None:
    none = "No, none of these"
    reader = details(tick(to_health(Reader()), none, "A vein is hard, red or painful", none))
    assert "See a GP this week" in reader.text
    assert "A nurse rings you before we confirm." in reader.text


def test_the_nurse_reads_what_the_patient_was_told(place: Location) -> None:
    none = "No, none of these"
    send(details(tick(to_health(Reader()), none, "A vein is hard, red or painful", none)))
    assert "The patient has read: See a GP this week" in CallTask.objects.get(why="health").script


def test_by_phone_keeps_what_was_ticked_before(place: Location) -> None:
    reader = to_health(Reader()).choose("I had a clot").press("Continue")
    reader.click("Back").press("Ask me all of this on the phone")
    send(details(reader))
    made = Appointment.objects.get()
    assert made.doctor_first
    assert made.answers.get(code="clot").answer == "Yes"


def test_her_own_time_is_marked_as_held_for_her(place: Location) -> None:
    reader = to_health(Reader()).open("/book/time/")
    assert "10:15am, held for you, Tuesday 23 February, Maidenhead" in reader.buttons()


def test_each_step_keeps_the_time_longer_and_says_so(
    place: Location, clock: time_machine.Coordinates
) -> None:
    reader = to_health(Reader())
    clock.shift(dt.timedelta(minutes=20))
    reader.choose("No, none of these").press("Continue")
    assert "until 10:50am" in reader.text


def test_opening_the_sent_page_too_early_loses_nothing(place: Location) -> None:
    reader = to_check(Reader())
    reader.open("/book/sent/")
    assert reader.open("/book/check/").h1 == "Check your request"


def test_the_sent_page_says_no_more_than_is_true(place: Location) -> None:
    reader = send(to_check(Reader()))
    asked = Appointment.objects.get()
    services.confirm(appointment_id=asked.pk, expected_version=asked.version, actor=services.SYSTEM, now=NOW)
    assert "Confirmed." in reader.open("/book/sent/").text


def test_a_declined_request_does_not_open_again_from_the_sent_page(place: Location) -> None:
    reader = send(to_check(Reader()))
    asked = Appointment.objects.get()
    services.decline(
        appointment_id=asked.pk,
        expected_version=asked.version,
        reason_code="no-time",
        actor=services.SYSTEM,
        now=NOW,
    )
    assert reader.open("/book/sent/").h1 == "This link no longer works"


def test_help_is_shown_though_the_diary_is_busy(place: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = to_health(Reader()).open("/book/")
    monkeypatch.setattr(services, "let_go", busy)
    assert reader.press("Yes, I have one or more").h1 == "Get medical help now"
    assert "journey" not in reader.client.session


def test_a_busy_diary_keeps_the_pressed_form(place: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = to_times(Reader())
    with monkeypatch.context() as patched:
        patched.setattr(services, "hold", busy)
        reader.press("10:15am")
    assert (reader.status, reader.response["Retry-After"]) == (503, "2")
    assert reader.title.startswith("Error:")
    reader.press("Press again")
    assert Appointment.objects.get().status == Status.HOLD


def test_a_health_answer_changed_in_another_window_is_said_before_it_is_sent(place: Location) -> None:
    reader = to_check(Reader())
    other = Reader(reader.client).open("/book/health/3/").choose("I smoke")
    other.typed[next(iter(other.typed))]["ticks"] = ["smoke"]
    other.press("Continue")
    send(reader)
    assert "changed in another window" in reader.text
    assert "I smoke" in reader.text


def test_a_second_thought_about_a_call_makes_its_own_call(place: Location) -> None:
    reader = Reader()
    for message in ("Yes", "No"):
        reader.open("/book/ring-me/").fill("Your name", "Brigid").fill("Phone number", "020 7946 0000")
        reader.choose("Maidenhead").choose(message).press("Ring me")
    assert [task.patient.leave_message for task in CallTask.objects.order_by("pk")] == [True, False]
    assert "Brigid" not in str(dict(reader.client.session))


def test_a_lost_time_anywhere_looks_first_at_the_clinic_it_was_lost_at(place: Location) -> None:
    dublin = cast.make_clinic("dublin")
    reader = Reader().open("/book/").press("No, I have none of these")
    reader.choose("Both").choose("The first free time at any of them").press("Continue")
    cast.make_request(dublin, starts_at=dt.datetime(2027, 2, 23, 10, 15, tzinfo=dt.UTC))
    reader.press("10:15am, Dublin")
    near = reader.text.split("The nearest times to the one you wanted")[1].split("More times")[0]
    assert near.count("Dublin") == 3


def test_somebody_who_must_not_be_rung_is_never_told_that_we_ring(place: Location) -> None:
    reader = tick(to_health(Reader()), "No, none of these")
    reader.fill("Your name", "Brigid Test").fill("Phone number", "07400 123456").fill(
        "Date of birth", "27 3 1958"
    )
    reader.choose("Please text or email me").press("Continue")
    assert "We text you instead." in reader.text
    assert "text you by Friday 19 February" in reader.text
    assert "We text you by Friday 19 February" in send(reader).text


@pytest.mark.django_db
def test_without_any_clinic_every_step_leads_to_a_page() -> None:
    cast.make_service()
    reader = Reader()
    reader.open("/book/").press("No, I have none of these")
    for path in ("/book/visit/", "/book/time/", "/book/ring-me/", "/clinics/"):
        assert reader.client.get(path, follow=True).status_code in (200, 404), path
