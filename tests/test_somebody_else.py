"""Asking for somebody else, and for a second person straight after: who asks is kept apart from who comes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bookings.consent import CARER_LINE
from bookings.models import Appointment
from bookings.views.second_person import ENTRY
from clinic.models import Location, Message
from tests import cast
from tests.manage_cast import opened
from tests.reader import Reader
from tests.test_journey import send, to_check, to_details

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


@pytest.fixture
def place() -> Location:
    cast.make_location("dublin")
    return cast.make_clinic()


def carer_sends(reader: Reader) -> Reader:
    """Both boxes."""
    return send(reader.choose("I ask for somebody else"))


def for_mother(reader: Reader) -> Reader:
    reader.fill("Your own name", "Jo Test").fill("Who are you to them?", "daughter")
    return reader.fill("Name of the person who comes", "Mary Test").fill("Their date of birth", "1 5 1940")


def reached(reader: Reader) -> Reader:
    reader.fill("Phone number", "020 7946 0000").fill("Email", "jo@example.org")
    return reader.choose("You may leave a message")


def newest() -> Appointment:
    return Appointment.objects.exclude(patient=None).select_related("patient").latest("pk")


def sent_once() -> Reader:
    return send(to_check(Reader()))


def second(reader: Reader) -> Reader:
    """From the page after sending to the details of the second person."""
    reader.press("Ask for another person").press("No, I have none of these")
    reader.choose("Fine red").choose("Maidenhead").press("Continue").press("11:15am")
    for _ in range(3):
        reader.choose("No, none of these").press("Continue")
    return reader


def test_a_daughter_asks_for_her_mother(place: Location) -> None:
    reader = to_details(Reader()).click("I ask for somebody else")
    reached(for_mother(reader)).press("Continue")
    assert "Jo Test, daughter" in reader.text
    assert "Mary Test" in reader.text
    assert CARER_LINE in reader.text
    assert send(reader).status == 422
    assert "Tick this box too" in reader.text
    reader.choose("I ask for somebody else").press("Send my request")
    patient = newest().patient
    assert patient is not None
    assert (patient.name, patient.asked_by, patient.asked_by_relation) == ("Mary Test", "Jo Test", "daughter")
    assert patient.date_of_birth == dt.date(1940, 5, 1)


def test_what_she_agreed_to_says_that_she_asks_for_another(place: Location) -> None:
    reader = to_details(Reader()).click("I ask for somebody else")
    carer_sends(reached(for_mother(reader)).press("Continue"))
    consent = newest().consents.get()
    assert consent.wording.endswith(CARER_LINE)
    assert consent.version.endswith("-carer")
    assert CARER_LINE not in cast.make_request(place, starts_at=cast.FREE_TIME).consents.get().wording


def test_the_letter_greets_who_asked_and_says_for_whom(place: Location) -> None:
    reader = to_details(Reader()).click("I ask for somebody else")
    carer_sends(reached(for_mother(reader)).press("Continue"))
    assert "Hello Jo Test (for Mary Test)," in Message.objects.get(kind="received").text
    assert "Jo Test, daughter" in opened(newest()).text


def test_both_names_are_asked_for_and_slips_keep_what_was_typed(place: Location) -> None:
    reader = to_details(Reader()).click("I ask for somebody else").press("Continue")
    assert reader.status == 422
    for line in (
        "Enter your own name.",
        "Say who you are to them",
        "Enter the name of the person who comes.",
    ):
        assert line in reader.text
    assert "I ask for myself" in reader.text


def test_she_can_turn_back_to_asking_for_herself(place: Location) -> None:
    reader = to_details(Reader()).click("I ask for somebody else")
    reached(for_mother(reader)).press("Continue").click("Change phone number")
    assert reader.values()["asked_by"] == ["Jo Test"]
    reader.click("I ask for myself").fill("Your name", "Jo Test").press("Continue")
    send(reader)
    assert newest().patient.asked_by == ""  # type: ignore[union-attr]


def test_the_one_who_comes_has_to_be_an_adult(place: Location) -> None:
    reader = to_details(Reader()).click("I ask for somebody else")
    reached(for_mother(reader)).fill("Their date of birth", "1 3 2012").press("Continue")
    assert reader.h1 == "We treat adults only"


# --- A second person straight after -----------------------------------------------------------------------------
def test_a_second_person_needs_no_phone_and_no_email_again(place: Location) -> None:
    reader = second(sent_once())
    assert reader.values()["phone"] == ["020 7946 0000"]
    assert reader.values()["email"] == ["brigid@example.org"]
    assert reader.values()["asked_by"] == ["Brigid Test"]
    reader.fill("Who are you to them?", "husband").fill("Name of the person who comes", "Pat Test")
    reader.fill("Their date of birth", "2 6 1950").press("Continue")
    carer_sends(reader)
    first, other = Appointment.objects.exclude(patient=None).order_by("pk")
    assert (other.patient.name, other.patient.phone) == ("Pat Test", first.patient.phone)  # type: ignore[union-attr]
    assert first.patient != other.patient


def test_it_starts_with_the_emergency_notice_and_asks_every_health_question(place: Location) -> None:
    reader = sent_once().press("Ask for another person")
    assert reader.h1 == "Ask for a consultation"
    kept = reader.client.session
    assert kept["journey"]["health"] == {}
    assert kept["journey"]["details"] == {}


def test_nothing_but_the_contact_is_kept(place: Location) -> None:
    kept = sent_once().client.session[ENTRY]
    assert set(kept) == {"phone", "email", "ring_when", "missed_call", "asked_by", "at", "journey"}


def test_after_half_an_hour_it_is_gone(place: Location, clock: Any) -> None:
    reader = sent_once()
    clock.shift(dt.timedelta(minutes=31))
    assert "Ask for another person" not in reader.open("/book/sent/").text
    assert ENTRY not in reader.client.session
    reader.client.post("/book/another/", {})
    assert reader.open("/book/details/").url == "/book/sent/"


def test_somebody_who_starts_anew_finds_nothing_filled_in(place: Location) -> None:
    """At the computer of a library: only the button of the sent page brings the contact along."""
    reader = sent_once()
    reader.open("/book/?clinic=maidenhead").press("No, I have none of these")
    reader.choose("Fine red").press("Continue").press("11:15am")
    for _ in range(3):
        reader.choose("No, none of these").press("Continue")
    assert reader.values()["phone"] == [""]
    assert "asked_by" not in reader.values()


def test_a_look_at_the_button_s_address_does_nothing(place: Location) -> None:
    reader = sent_once()
    assert reader.client.get("/book/another/").status_code == 405
    assert reader.open("/book/sent/").h1 == "We have your request"
