"""Booking a patient again from her page: a free time, one look, one press."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from bookings import services
from bookings.models import Appointment
from clinic.models import Location
from tests import cast
from tests.cast import FREE_TIME, NOW
from tests.desk_cast import nurse, page_of, receptionist, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def seen() -> Appointment:
    cast.make_gap()
    cast.make_service("session")
    return cast.make_seen(cast.make_clinic())


def slot(place: Location, at: dt.datetime = FREE_TIME) -> str:
    return f"{place.slug}|{at:%Y-%m-%dT%H:%MZ}"


def post(seen: Appointment, client: Any = None, **changes: Any) -> Any:
    given = {"key": uuid4(), "service": "session", "slot": slot(seen.location), "note": "", **changes}
    client = client or receptionist(seen.location)
    return client.post(page_of(seen.patient, "next"), given, follow=True)


def booked() -> list[Appointment]:
    return list(Appointment.objects.filter(status="booked"))


def test_it_shows_free_times_and_then_one_look(seen: Appointment) -> None:
    client, url = receptionist(seen.location), page_of(seen.patient, "next")
    assert "Tuesday 23 February" in text_of(client.get(url))
    page = client.get(url, {"slot": slot(seen.location), "service": "session"})
    assert "Brigid Test: Session, Tuesday 2 March, 10:15am, Maidenhead" in text_of(page)
    assert not booked()


def test_one_press_books_it_for_the_same_patient(seen: Appointment) -> None:
    page = post(seen, note="Left leg this time")
    assert "Booked:" in text_of(page)
    made = booked()[0]
    assert (made.patient, made.service.kind) == (seen.patient, "session")
    assert made.notes.get().text == "Left leg this time"


def test_pressed_twice_it_books_once(seen: Appointment) -> None:
    key = uuid4()
    post(seen, key=key)
    post(seen, key=key)
    assert len(booked()) == 1


def test_a_lost_time_shows_the_nearest(seen: Appointment) -> None:
    cast.make_request(seen.location)
    page = post(seen, service="consultation")
    assert page.status_code == 409
    assert "Nearest free times" in text_of(page)


def test_too_soon_says_from_when_and_asks_a_clinician_why(seen: Appointment) -> None:
    session = cast.make_session(seen.location, weeks_ago=5, patient=cast.make_details(name="Anna"))
    nurse_actor, at = cast.make_nurse(seen.location), session.starts_at
    here = cast.act(services.arrive, session, nurse_actor, now=at)
    here = cast.act(services.nothing_changed, here, nurse_actor, now=at)
    done = cast.act(
        services.record_visit,
        here,
        nurse_actor,
        now=at,
        visit=services.Visit(areas=("left-calf",), stocking_days=5),
    )
    soon = slot(seen.location, FREE_TIME + dt.timedelta(weeks=1))
    page = post(done, slot=soon)
    assert "not before Tuesday 16 March 2027" in text_of(page)
    assert not booked()
    page = post(done, nurse(seen.location), slot=soon, reason="The other leg")
    assert booked()[0].override_reason == "The other leg"


@pytest.mark.parametrize(
    "typed", [{"slot": "moon"}, {"service": "surgery"}, {"key": "x"}, {"note": "x" * 2000}]
)
def test_what_cannot_be_read_books_nothing(seen: Appointment, typed: dict[str, str]) -> None:
    assert post(seen, **typed).status_code == 422
    assert not booked()
