"""Moving from the desk: to any clinic's free time, outside the hours with a reason, and what a lost time shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from bookings.life import Status
from bookings.models import Appointment
from clinic.models import Location
from tests import cast, desk_cast
from tests.cast import FREE_TIME
from tests.desk_cast import page_of, press, receptionist, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
LATER = "maidenhead|2027-03-02T11:15Z"


def move(client: Client, row: Appointment, slot: str = LATER, **given: Any) -> HttpResponse:
    return press(client, row, "move", slot=slot, **given)


def now_at(row: Appointment) -> tuple[str, dt.datetime]:
    row = Appointment.objects.select_related("location").get(pk=row.pk)
    return row.location.slug, row.starts_at


def test_it_shows_free_times_here_and_at_the_other_clinics(place: Location, booked: Appointment) -> None:
    cast.make_clinic("dublin")
    page = receptionist(place).get(page_of(booked, "move"))
    assert LATER in page.content.decode()
    assert "dublin|2027-03-02T10:15Z" in page.content.decode()


def test_one_press_moves_it_and_keeps_its_status(place: Location, booked: Appointment) -> None:
    done = move(receptionist(place), booked)
    assert now_at(booked) == ("maidenhead", FREE_TIME + dt.timedelta(hours=1))
    assert Appointment.objects.get(pk=booked.pk).status == Status.BOOKED
    assert "Moved:" in text_of(done)
    assert "from Tuesday 2 March 2027, 10:15am at Maidenhead" in text_of(done)


def test_it_moves_out_of_her_clinics_and_out_of_her_sight(place: Location, booked: Appointment) -> None:
    cast.make_clinic("dublin")
    client = receptionist(place)
    done = move(client, booked, "dublin|2027-03-02T10:15Z")
    assert now_at(booked)[0] == "dublin"
    assert done.redirect_chain == [(desk_cast.LIST, 302)]
    assert client.get(page_of(booked)).status_code == 404


def test_a_time_just_taken_shows_the_nearest_ones(place: Location, booked: Appointment) -> None:
    cast.make_request(place, starts_at=FREE_TIME + dt.timedelta(hours=1))
    lost = move(receptionist(place), booked)
    assert lost.status_code == 409
    assert "Somebody else has just taken this time." in text_of(lost)
    assert "Nearest free times" in text_of(lost)
    assert now_at(booked) == ("maidenhead", FREE_TIME)


def test_outside_the_hours_needs_a_reason(place: Location, booked: Appointment) -> None:
    client = receptionist(place)
    own = {"own": "1", "own_clinic": "maidenhead", "own_day": "2027-03-03", "own_clock": "18:30"}
    unsaid = press(client, booked, "move", **own, override_reason="")
    assert unsaid.status_code == 422
    assert "Say why the usual hours are set aside." in text_of(unsaid)
    assert 'value="18:30"' in unsaid.content.decode()
    press(client, booked, "move", **own, override_reason="Her only day")
    assert now_at(booked) == ("maidenhead", dt.datetime(2027, 3, 3, 18, 30, tzinfo=dt.UTC))
    assert Appointment.objects.get().override_reason == "Her only day"


def test_two_moves_from_one_version_are_one_move_and_a_word_who_was_faster(
    place: Location, booked: Appointment
) -> None:
    client = receptionist(place)
    move(client, booked)
    late = move(client, booked, "maidenhead|2027-03-02T12:15Z")
    assert late.status_code == 409
    assert "Receptionist-Maidenhead Demo was faster, at 10am." in text_of(late)
    assert now_at(booked) == ("maidenhead", FREE_TIME + dt.timedelta(hours=1))


def test_what_has_ended_is_not_moved(place: Location, booked: Appointment) -> None:
    client = receptionist(place)
    press(client, booked, "cancel", reason_code="asked")
    booked.refresh_from_db()
    for response in (client.get(page_of(booked, "move")), move(client, booked)):
        assert response.status_code == 409
        assert "So it cannot be moved." in text_of(response)


@pytest.mark.parametrize(
    "slot", ["", "x", "nowhere|2027-03-02T10:15Z", "maidenhead|\x00", "maidenhead|9998-01-01T00:00Z"]
)
def test_a_time_nobody_can_press_is_refused_in_words(place: Location, booked: Appointment, slot: str) -> None:
    response = move(receptionist(place), booked, slot)
    assert response.status_code == 422
    assert "We could not read that time." in text_of(response)


@pytest.mark.parametrize("day", ["soon", "9999-12-31", "0001-01-01", "2027-03-09"])
def test_any_day_may_be_asked_for(place: Location, booked: Appointment, day: str) -> None:
    page = receptionist(place).get(page_of(booked, "move"), {"clinic": "maidenhead", "day": day})
    assert page.status_code == 200


# --- A time chosen before: dragged onto in the diary ---------------------------------------------------------------
def test_a_time_in_the_address_is_asked_about_and_moves_nothing(place: Location) -> None:
    row, wanted = cast.make_booked(place), f"{place.slug}|2027-03-09T11:00Z"
    client = receptionist(place)
    page = client.get(page_of(row, "move"), {"version": row.version, "slot": wanted})
    words = text_of(page)
    assert "Move to Tuesday 9 March, 11am, Maidenhead? Nothing is moved yet." in words
    assert "Maidenhead, Tuesday 9 March 9:00am" in words, "the other times begin with that day"
    row.refresh_from_db()
    assert row.starts_at == FREE_TIME
    assert press(client, row, "move", slot=wanted).status_code == 200
    row.refresh_from_db()
    assert row.starts_at == FREE_TIME.replace(day=9, hour=11, minute=0)


def test_a_time_in_the_address_that_is_taken_is_refused_as_any_other(place: Location) -> None:
    row = cast.make_booked(place)
    cast.make_booked(place, starts_at=FREE_TIME.replace(hour=11, minute=0))
    refused = press(receptionist(place), row, "move", slot=f"{place.slug}|2027-03-02T11:00Z")
    assert refused.status_code == 409
    assert "Nearest free times" in text_of(refused)


@pytest.mark.parametrize(
    "slot", ["", "moon|2027-03-09T11:00Z", "maidenhead|soon", "maidenhead", "|", "x" * 500]
)
def test_a_time_that_cannot_be_read_is_left_out(place: Location, slot: str) -> None:
    page = receptionist(place).get(page_of(cast.make_booked(place), "move"), {"slot": slot})
    assert page.status_code == 200
    assert "Nothing is moved yet" not in text_of(page)
