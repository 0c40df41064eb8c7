"""The way from a clinic's page to "We have your request", as a person without scripts goes it."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from bookings import services
from bookings.life import Status
from bookings.models import Appointment, CallTask, Patient
from clinic.models import Location, Message
from tests import cast
from tests.cast import NOW
from tests.reader import Reader

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


@pytest.fixture
def place() -> Location:
    cast.make_location("dublin")
    return cast.make_clinic()


def start(reader: Reader) -> Reader:
    return reader.open("/book/?clinic=maidenhead").press("No, I have none of these")


def to_times(reader: Reader) -> Reader:
    return start(reader).choose("Fine red, blue or purple lines").press("Continue")


def to_health(reader: Reader) -> Reader:
    return to_times(reader).press("10:15am")


def to_details(reader: Reader) -> Reader:
    to_health(reader)
    for _ in range(3):
        reader.choose("No, none of these").press("Continue")
    return reader


def fill_details(reader: Reader) -> Reader:
    reader.fill("Your name", "Brigid Test").fill("Phone number", "020 7946 0000")
    reader.fill("Email", "brigid@example.org").fill("Date of birth", "27 3 1958")
    return reader.choose("You may leave a message").press("Continue")


def send(reader: Reader) -> Reader:
    return reader.choose("I ask for this appointment").press("Send my request")


def to_check(reader: Reader) -> Reader:
    return fill_details(to_details(reader))


def test_from_a_clinic_page_to_sent_in_8_pages_and_15_taps(place: Location) -> None:
    reader = Reader().open("/clinics/maidenhead/")
    reader.pages = 0  # the clinic's page is where it begins
    reader.click("Ask at this clinic").press("No, I have none of these")
    reader.choose("Fine red, blue or purple lines").press("Continue").press("10:15am")
    for _ in range(3):
        reader.choose("No, none of these").press("Continue")
    send(fill_details(reader))
    assert reader.h1 == "We have your request"
    assert reader.pages - 1 <= 8  # the pages that ask; the last one only tells
    assert reader.taps <= 15
    made = Appointment.objects.get()
    assert (made.status, made.patient.name) == (Status.PENDING, "Brigid Test")


def test_by_the_phone_route_in_6_pages_and_10_taps(place: Location) -> None:
    reader = Reader().open("/clinics/maidenhead/")
    reader.pages = 0
    reader.click("Ask at this clinic").press("No, I have none of these")
    reader.choose("Fine red, blue or purple lines").press("Continue").press("10:15am")
    reader.press("Ask me all of this on the phone")
    send(fill_details(reader))
    assert reader.h1 == "We have your request"
    assert (reader.pages - 1, reader.taps) <= (6, 10)
    assert CallTask.objects.get(why="health").for_clinician


def test_a_free_time_is_seen_before_anything_personal_is_asked(place: Location) -> None:
    reader = to_times(Reader())
    assert reader.h1 == "Choose a time at Maidenhead"
    assert "10:15am" in " ".join(reader.buttons())
    assert not Patient.objects.exists()


def test_choosing_a_time_keeps_it_and_says_until_when(place: Location) -> None:
    reader = to_health(Reader())
    held = Appointment.objects.get()
    assert held.status == Status.HOLD
    assert "Tuesday 23 February, 10:15am, Maidenhead" in reader.text
    assert "until 10:30am" in reader.text


def test_every_page_after_the_time_shows_the_request_so_far(place: Location) -> None:
    reader = to_health(Reader())
    for page in ("health/1", "health/2", "health/3", "details"):
        assert "Your request so far" in reader.text, page
        assert "£395 per session" in reader.text
        if page != "details":
            reader.choose("No, none of these").press("Continue")


def test_change_goes_back_to_check_and_not_through_everything(place: Location) -> None:
    reader = to_check(Reader())
    assert reader.h1 == "Check your request"
    reader.click("Change phone number").fill("Phone number", "01 500 0000").press("Continue")
    assert reader.h1 == "Check your request"
    assert "+353 1 500 0000" in reader.text


def test_changing_the_time_moves_the_hold(place: Location) -> None:
    reader = to_check(Reader()).click("Change time").press("11:00am")
    assert reader.h1 == "Check your request"
    assert Appointment.objects.get().starts_at == dt.datetime(2027, 2, 23, 11, 0, tzinfo=dt.UTC)


def test_the_check_page_shows_the_answers_the_prices_and_the_promise(place: Location) -> None:
    reader = to_check(Reader())
    for expected in (
        "No, none of these",
        "27 March 1958",
        "£395 per session",
        "by Friday 19 February",
        "You pay nothing",
    ):
        assert expected in reader.text, expected


@pytest.mark.parametrize(
    ("choice", "says"),
    [("You may leave a message", "A nurse rings you"), ("Please text or email me", "A nurse contacts you")],
)
def test_the_check_page_speaks_of_ringing_to_those_alone_who_may_be_rung(
    place: Location, choice: str, says: str
) -> None:
    reader = to_health(Reader()).press("Ask me all of this on the phone")
    fill_details(reader).open("/book/details/").choose(choice).press("Continue")
    assert f"{says} before we confirm." in reader.text


def test_without_the_tick_nothing_is_sent_and_the_page_says_why(place: Location) -> None:
    reader = to_check(Reader()).press("Send my request")
    assert reader.status == 422
    assert reader.title.startswith("Error:")
    assert "Tick the box if you agree" in reader.text
    assert Appointment.objects.get().status == Status.HOLD


def test_sending_twice_gives_the_same_confirmation(place: Location) -> None:
    reader = to_check(Reader())
    second = Reader(reader.client).open("/book/check/")
    first = send(reader).text
    assert send(second).text == first
    assert (Appointment.objects.count(), Patient.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_back_and_refresh_after_sending_show_the_confirmation(place: Location) -> None:
    reader = send(to_check(Reader()))
    for url in ("/book/check/", "/book/details/", "/book/time/", "/book/sent/"):
        assert reader.open(url).h1 == "We have your request", url
    assert Appointment.objects.count() == 1


def test_answers_leave_the_session_when_the_request_is_sent(place: Location) -> None:
    reader = send(to_check(Reader()))
    kept = reader.client.session["journey"]
    assert (kept["details"], kept["health"], kept["area"]) == ({}, {}, "")


def test_a_time_changed_in_another_window_is_said_before_it_is_sent(place: Location) -> None:
    reader = to_check(Reader())
    Reader(reader.client).open("/book/time/").press("11:00am")
    send(reader)
    assert "changed in another window" in reader.text
    assert Appointment.objects.get().status == Status.HOLD


def test_yes_to_a_sign_leads_to_help_and_keeps_nothing(place: Location) -> None:
    reader = to_health(Reader()).open("/book/").press("Yes, I have one or more")
    assert reader.h1 == "Get medical help now"
    assert "journey" not in reader.client.session
    assert Appointment.objects.get().status == Status.CANCELLED


def test_start_without_an_answer_says_what_to_press(place: Location) -> None:
    reader = Reader().open("/book/")
    response = reader.client.post(
        "/book/", {"csrfmiddlewaretoken": reader.values()["csrfmiddlewaretoken"][0]}
    )
    assert response.status_code == 400
    assert "Press one of the two buttons" in response.content.decode()


def test_veins_elsewhere_lead_to_a_page_with_a_way_back(place: Location) -> None:
    reader = start(Reader()).choose("Veins somewhere else, or piles").press("Continue")
    assert (reader.h1, reader.url) == ("We treat leg veins only", reverse("bookings:elsewhere"))
    assert reader.click("I have leg veins too").h1 == "What would you like us to look at?"


def test_pregnancy_leads_to_the_wait_page_with_three_ways(place: Location) -> None:
    reader = to_health(Reader()).choose("No, none of these").press("Continue")
    reader.choose("pregnant").press("Continue")
    assert "We do not treat leg veins in pregnancy" in reader.h1
    assert Appointment.objects.get().status == Status.HOLD
    reader.press("Give this time back")
    assert "given your time back" in reader.text
    assert Appointment.objects.get().status == Status.CANCELLED
    assert not Patient.objects.exists()


def test_from_the_wait_page_a_nurse_can_be_asked_to_ring(place: Location) -> None:
    reader = to_health(Reader()).choose("No, none of these").press("Continue")
    reader.choose("breastfeed").press("Continue").press("Ask a nurse to ring me")
    reader.fill("Your name", "Brigid Test").fill("Phone number", "020 7946 0000").choose("Yes").press(
        "Ring me"
    )
    assert (reader.h1, reader.url) == ("We will ring you", reverse("bookings:ring_me_sent"))
    task = CallTask.objects.get()
    assert (task.why, task.for_clinician, task.location) == ("ring-me", True, place)


def test_from_the_wait_page_we_write_on_a_chosen_date(place: Location) -> None:
    reader = to_health(Reader()).choose("No, none of these").press("Continue")
    reader.choose("pregnant").press("Continue")
    reader.fill("Email", "brigid@example.org").fill("On which date?", "1 9 2027").press("Email me then")
    message = Message.objects.get()
    assert message.not_before == dt.datetime(2027, 9, 1, 8, 0, tzinfo=dt.UTC)
    assert "pregnan" not in (message.subject + message.text).lower()


def test_somebody_under_18_gets_a_kind_page_and_nothing_is_kept(place: Location) -> None:
    reader = to_details(Reader())
    reader.fill("Your name", "Young Test").fill("Phone number", "020 7946 0000").fill(
        "Date of birth", "1 3 2010"
    )
    reader.choose("You may leave a message").press("Continue")
    assert (reader.h1, reader.url) == ("We treat adults only", reverse("bookings:too_young"))
    assert "journey" not in reader.client.session


def test_a_lost_time_keeps_the_form_and_offers_the_nearest(
    place: Location, clock: time_machine.Coordinates
) -> None:
    reader = to_check(Reader())
    clock.shift(dt.timedelta(minutes=31))
    made = cast.make_request(
        place, starts_at=dt.datetime(2027, 2, 23, 10, 15, tzinfo=dt.UTC), now=NOW + dt.timedelta(minutes=31)
    )
    send(reader)
    assert (
        "Somebody else has just taken this time. Please choose another. We have kept the rest." in reader.text
    )
    assert reader.title.startswith("Error: Step 2 of 5")
    assert not reader.click("Later times").title.startswith("Error:")
    reader.open("/book/time/")
    assert "The nearest times to the one you wanted" in reader.text
    assert reader.press("11:00am").h1 == "Check your request"
    assert send(reader).h1 == "We have your request"
    assert Appointment.objects.filter(status=Status.PENDING).count() == 2
    assert made.status == Status.PENDING


def test_an_expired_hold_is_taken_again_silently(place: Location, clock: time_machine.Coordinates) -> None:
    reader = to_check(Reader())
    clock.shift(dt.timedelta(minutes=45))
    assert send(reader).h1 == "We have your request"


def test_after_two_idle_hours_the_answers_are_gone_and_the_page_says_so(
    place: Location, clock: time_machine.Coordinates
) -> None:
    reader = to_details(Reader())
    clock.shift(dt.timedelta(minutes=119))
    assert reader.open("/book/details/").h1 == "How do we reach you?"
    clock.shift(dt.timedelta(minutes=2))
    reader.open("/book/details/")
    assert reader.h1 == "Ask for a consultation"
    assert "too long ago" in reader.text


@pytest.mark.parametrize(
    "page", ["visit", "time", "health/1", "health/3", "details", "check", "wait", "sent"]
)
def test_a_skipped_step_leads_to_the_first_missing_one_and_changes_nothing(
    place: Location, page: str
) -> None:
    reader = Reader().open(f"/book/{page}/")
    assert reader.h1 == "Ask for a consultation"
    assert not Appointment.objects.exists()


def test_what_was_typed_into_a_form_that_came_too_early_is_kept(place: Location) -> None:
    reader = to_details(Reader())
    del_session = reader.client.session
    del_session.flush()
    fill_details(reader)
    assert reader.h1 == "Ask for a consultation"
    assert reader.client.session["journey"]["details"]["name"] == "Brigid Test"


def test_a_time_from_a_link_is_taken_by_no_i_have_none(place: Location) -> None:
    reader = Reader().open("/book/?clinic=maidenhead&at=2027-03-02T10:15Z")
    assert "You chose: Tuesday 2 March, 10:15am, Maidenhead" in reader.text
    reader.press("No, I have none of these").choose("Both").press("Continue")
    assert reader.h1 == "Have any of these ever happened to you?"
    assert Appointment.objects.get().starts_at == cast.FREE_TIME


def test_a_link_to_a_time_that_is_gone_offers_the_nearest(place: Location) -> None:
    cast.make_request(place)
    reader = Reader().open("/book/?clinic=maidenhead&at=2027-03-02T10:15Z").press("No, I have none of these")
    reader.choose("Both").press("Continue")
    assert "The nearest times to the one you wanted" in reader.text


def test_pressing_a_time_somebody_just_took_keeps_the_page(place: Location) -> None:
    reader = to_times(Reader())
    cast.make_request(place, starts_at=dt.datetime(2027, 2, 23, 10, 15, tzinfo=dt.UTC))
    reader.press("10:15am")
    assert reader.status == 409
    assert "Somebody else has just taken this time" in reader.text
    assert "11:00am" in " ".join(reader.buttons())


def test_first_free_anywhere_names_the_clinic_on_each_button(place: Location) -> None:
    cast.make_clinic("dublin")
    reader = Reader().open("/book/").press("No, I have none of these")
    reader.choose("Both").choose("The first free time at any of them").press("Continue")
    shown = " ".join(reader.buttons())
    assert "10:15am, Maidenhead" in shown
    assert "10:15am, Dublin" in shown


def test_a_month_links_each_free_day_to_its_times(place: Location) -> None:
    reader = to_times(Reader()).click("See a month")
    assert "February 2027" in reader.text
    assert "Choose a day to see its times." in reader.text
    assert "Press a time." not in reader.text
    reader.click("Month after").click("9 March 2027")
    assert "Tuesday 9 March" in reader.text


def test_later_times_go_on_from_the_last_day(place: Location) -> None:
    reader = to_times(Reader())
    first = reader.text
    reader.click("Later times")
    assert "Tuesday 30 March" in reader.text
    assert reader.text != first


def test_the_sent_page_opens_the_request(place: Location) -> None:
    reader = send(to_check(Reader())).click("See your request")
    assert (reader.h1, reader.url) == ("Your request", reverse("bookings:manage"))
    assert "Tuesday 23 February, 10:15am" in reader.text


def test_ring_me_makes_one_call_however_often_it_is_pressed(place: Location) -> None:
    reader = Reader()
    for _ in range(2):
        reader.open("/book/ring-me/").fill("Your name", "Brigid").fill("Phone number", "(01) 500 0000")
        reader.choose("Dublin").choose("No").press("Ring me")
        assert reader.h1 == "We will ring you"
    assert CallTask.objects.get().patient.phone == "+35315000000"


def test_no_get_of_the_journey_changes_an_appointment(place: Location) -> None:
    reader = to_check(Reader())
    before = list(Appointment.objects.values())
    for page in ("", "visit/", "time/", "health/1/", "details/", "check/", "ring-me/", "manage/", "wait/"):
        reader.client.get(f"/book/{page}")
    assert list(Appointment.objects.values()) == before


def test_a_busy_diary_says_press_again_and_keeps_everything(
    place: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = to_check(Reader())

    def busy(**_: object) -> None:
        raise services.errors.DiaryBusy

    with monkeypatch.context() as patched:
        patched.setattr(services, "request", busy)
        send(reader)
    assert (reader.status, reader.response["Retry-After"]) == (503, "2")
    assert "Nothing is lost" in reader.text
    assert reader.press("Press again").h1 == "We have your request"
