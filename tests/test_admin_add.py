"""Booking somebody who phones: any clinic's free time, the same form twice, a lost time, hours set aside with a reason."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from bookings.life import Status
from bookings.models import Appointment, CallTask, Note, Patient
from clinic.models import Location, Message
from tests import cast, desk_cast
from tests.cast import FREE_TIME
from tests.desk_cast import ADD, receptionist, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
SLOT = "maidenhead|2027-03-02T10:15Z"


def caller(**changes: Any) -> dict[str, Any]:
    given = {
        "key": str(uuid4()),
        "service": "consultation",
        "slot": SLOT,
        "wanted": SLOT,
        "name": "Carol Caller",
        "phone": "020 7946 0001",
        "ring_when": "morning",
        "missed_call": "no-message",
        "email": "",
        "date_of_birth": "27 3 1958",
        "access_needs": ["step-free"],
        "area": "thread",
        "anything_else": "",
    }
    return {**given, **changes}


def book(client: Client, **changes: Any) -> HttpResponse:
    return client.post(ADD, caller(**changes), follow=True)  # type: ignore[return-value]


def test_it_offers_the_free_times_of_the_clinic_and_of_the_others(place: Location) -> None:
    cast.make_clinic("dublin")
    words = text_of(
        receptionist(place).get(ADD, {"clinic": "maidenhead", "service": "consultation", "day": "2027-03-02"})
    )
    assert "Maidenhead, Tuesday 2 March" in words
    assert "Dublin, Tuesday 2 March" in words


def test_staff_need_no_notice(place: Location) -> None:
    page = receptionist(place).get(
        ADD, {"clinic": "maidenhead", "service": "consultation", "day": "2027-02-18"}
    )
    assert "Maidenhead, Tuesday 23 February" in text_of(page)


def test_free_and_busy_carry_no_name(place: Location) -> None:
    other = cast.make_clinic("dublin")
    cast.make_request(other, patient=cast.make_details(name="Deirdre Dublin"))
    page = receptionist(place).get(ADD, {"clinic": "dublin", "service": "consultation", "day": "2027-03-02"})
    assert "Deirdre" not in page.content.decode()
    assert "dublin|2027-03-02T10:15Z" not in page.content.decode()


def test_a_pressed_time_leads_to_the_details_and_changes_nothing(place: Location) -> None:
    page = receptionist(place).get(ADD, {"slot": SLOT, "service": "consultation"})
    assert "Tuesday 2 March, 10:15am, Maidenhead" in text_of(page)
    assert not Appointment.objects.exists()


def test_it_books_at_once_and_asks_a_nurse_to_ring(place: Location) -> None:
    page = book(receptionist(place), anything_else="Comes by train.")
    made = Appointment.objects.get()
    assert (made.status, made.starts_at, made.patient.name) == (Status.BOOKED, FREE_TIME, "Carol Caller")
    assert (made.patient.phone, made.patient.leave_message, made.patient.ring_when) == (
        "+442079460001",
        False,
        "morning",
    )
    assert made.access_needs == ["step-free"]
    assert {task.why for task in CallTask.objects.all()} == {"health", "tell"}
    assert Note.objects.get().text == "Comes by train."
    assert "Booked:" in text_of(page)
    assert "There is no email" in text_of(page)


def test_with_an_email_the_confirmation_is_mailed(place: Location) -> None:
    book(receptionist(place), email="carol@example.org")
    assert Message.objects.get().kind == "confirmed"


def test_the_same_form_twice_books_once(place: Location) -> None:
    client, given = receptionist(place), caller()
    first, second = (client.post(ADD, given) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert (Appointment.objects.count(), Patient.objects.count()) == (1, 1)


def test_she_books_into_another_clinics_free_time_and_sees_no_more_of_it(place: Location) -> None:
    cast.make_clinic("dublin")
    page = book(receptionist(place), slot="dublin|2027-03-02T10:15Z", wanted="dublin|2027-03-02T10:15Z")
    made = Appointment.objects.get()
    assert made.location.slug == "dublin"
    assert page.redirect_chain == [(desk_cast.LIST, 302)]
    assert "Dublin" in text_of(page)
    assert "Carol" not in text_of(page)


def test_a_time_just_taken_keeps_the_form_and_shows_others(place: Location) -> None:
    cast.make_clinic("dublin")
    cast.make_request(place)
    lost = book(receptionist(place))
    page = lost.content.decode()
    assert lost.status_code == 409
    assert "Somebody else has just taken this time." in text_of(lost)
    assert 'value="Carol Caller"' in page
    assert "maidenhead|2027-03-02T10:45Z" in page
    assert "dublin|2027-03-02T10:15Z" in page
    assert SLOT not in page.split('name="wanted"')[0]


def test_without_another_time_chosen_the_form_is_kept_too(place: Location) -> None:
    cast.make_request(place)
    given = caller()
    del given["slot"]
    again = receptionist(place).post(ADD, given)
    assert again.status_code == 422
    assert "Choose a time." in text_of(again)
    assert 'value="Carol Caller"' in again.content.decode()


def test_another_of_the_shown_times_is_booked_with_the_same_form(place: Location) -> None:
    cast.make_request(place)
    client, given = receptionist(place), caller()
    client.post(ADD, given)
    client.post(ADD, {**given, "slot": "maidenhead|2027-03-02T10:45Z"})
    assert Appointment.objects.get(status=Status.BOOKED).starts_at == FREE_TIME + dt.timedelta(minutes=30)


def test_outside_the_hours_needs_a_reason_that_is_kept(place: Location) -> None:
    client = receptionist(place)
    own = {
        "own_clinic": "maidenhead",
        "own_day": "2027-03-03",
        "own_clock": "18:30",
        "service": "consultation",
    }
    assert "Why outside the usual hours?" in text_of(client.get(ADD, own))
    late = {"slot": "maidenhead|2027-03-03T18:30Z", "wanted": "maidenhead|2027-03-03T18:30Z"}
    refused = book(client, **late)
    assert "This clinic does not offer that time." in text_of(refused)
    unsaid = book(client, **late, override_reason="")
    assert "Say why the usual hours are set aside." in text_of(unsaid)
    book(client, **late, override_reason="Only day she can")
    made = Appointment.objects.get()
    assert made.override_reason == "Only day she can"
    assert "Only day she can (Receptionist-Maidenhead Demo)" in text_of(client.get(desk_cast.page_of(made)))


def test_hours_may_be_set_aside_and_somebody_elses_time_never(place: Location) -> None:
    cast.make_request(place)
    refused = book(receptionist(place), override_reason="squeeze in")
    assert "Somebody else has just taken this time." in text_of(refused)
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": ""}, "Enter your name."),
        ({"phone": "12"}, "Enter a phone number we can ring"),
        ({"missed_call": ""}, "Choose what we do"),
        ({"email": "not one"}, "Enter an email address"),
        ({"date_of_birth": "tomorrow"}, "Enter a date with a day"),
        ({"date_of_birth": "2 3 2012"}, "We treat adults only."),
        ({"area": "elsewhere"}, "Choose what we shall look at."),
        ({"access_needs": ["a pony"]}, "Choose one of the answers"),
        ({"name": "a\x00b"}, "This has a sign we cannot read."),
        ({"name": "x" * 500}, "This is too long."),
        ({"key": "not a key"}, "Enter a valid UUID."),
        ({"anything_else": "x" * 2000}, "This is too long."),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_and_the_form_kept(
    place: Location, given: dict[str, Any], sentence: str
) -> None:
    response = book(receptionist(place), **given)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert "020 7946 0001" in response.content.decode() or "phone" in given
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    "slot",
    [
        "",
        "x",
        "nowhere|2027-03-02T10:15Z",
        "maidenhead|yesterday",
        "maidenhead|0001-01-01T00:00Z",
        "\x00|\x00",
    ],
)
def test_a_time_nobody_can_press_leads_to_the_times(place: Location, slot: str) -> None:
    client = receptionist(place)
    assert client.get(ADD, {"slot": slot.replace("\x00", "?")}).status_code == 200
    response = book(client, slot=slot, wanted="")
    assert response.status_code == 422
    assert "Choose a time first." in text_of(response)


@pytest.mark.parametrize(
    "query",
    [
        {"clinic": "nowhere"},
        {"clinic": "maidenhead", "service": "massage", "day": "2027-03-02"},
        {"clinic": "maidenhead", "service": "consultation", "day": "soon"},
        {"clinic": "maidenhead", "service": "consultation", "day": "9999-12-31"},
        {"clinic": "maidenhead", "service": "consultation", "day": "0001-01-01"},
        {"own_clinic": "maidenhead", "own_day": "9999-12-31", "own_clock": "23:59"},
        {"own_clinic": "nowhere", "own_day": "2027-03-02", "own_clock": "25:99"},
    ],
    ids=str,
)
def test_no_word_in_the_address_breaks_it(place: Location, query: dict[str, str]) -> None:
    assert receptionist(place).get(ADD, query).status_code in (200, 422)


def test_an_editor_adds_nobody(place: Location) -> None:
    editor = desk_cast.at(cast.make_staff("editor", "editor"))
    assert editor.get(ADD).status_code == 403
    assert editor.post(ADD, caller()).status_code == 403
    assert not Appointment.objects.exists()


def test_without_a_clinic_or_a_service_the_desk_says_so() -> None:
    client = desk_cast.superuser()
    assert "There is no clinic yet." in text_of(client.get(ADD, follow=True))
    cast.make_location()
    assert "Nothing is free" in text_of(client.get(ADD))
    assert client.get(ADD, {"slot": SLOT}, follow=True).status_code == 200
