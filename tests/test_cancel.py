"""Cancelling, by the patient until the cut-off and by the desk at any time: the time is free, the link dead, both told."""

from __future__ import annotations

import datetime as dt

import pytest

from bookings import links, services
from bookings.life import Status
from bookings.models import Appointment, CallTask
from bookings.services import PATIENT
from bookings.services.errors import BookingError, ChangedByAnother, IllegalMove, NotAllowed, TooLate
from clinic.models import Message
from tests import cast
from tests.cast import FREE_TIME, NOW
from treatments.screening import PageAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.both]

CUT_OFF = FREE_TIME - dt.timedelta(hours=24)
SECOND = dt.timedelta(seconds=1)


def test_a_patient_cancels_a_booked_one() -> None:
    booked = cast.make_booked(cast.make_clinic())
    ended = cast.act(services.cancel, booked, PATIENT)
    assert (ended.status, ended.version) == (Status.CANCELLED, 3)
    event = ended.events.last()
    assert (event.verb, event.by, event.actor) == ("cancel", "patient", None)


def test_a_patient_cancels_a_request() -> None:
    asked = cast.make_request(cast.make_clinic())
    assert cast.act(services.cancel, asked, PATIENT).status == Status.CANCELLED


def test_the_time_is_free_and_the_row_stays() -> None:
    place = cast.make_clinic()
    ended = cast.act(services.cancel, cast.make_booked(place), PATIENT)
    assert cast.make_request(place).pk != ended.pk
    assert Appointment.objects.count() == 2


def test_the_old_link_is_dead() -> None:
    booked = cast.make_booked(cast.make_clinic())
    token = links.token(booked)
    cast.act(services.cancel, booked, PATIENT)
    assert links.open_link(token) is None


def test_a_booked_one_leaves_the_calendar_a_request_was_never_in_it() -> None:
    place = cast.make_clinic()
    booked = cast.make_booked(place)
    cast.post_went()
    cast.act(services.cancel, booked, PATIENT)
    told = Message.objects.get(kind="cancelled")
    assert told.calendar_method == "CANCEL"
    assert "SEQUENCE:3" in told.calendar
    asked = cast.make_request(place)
    cast.act(services.cancel, asked, PATIENT)
    assert Message.objects.filter(kind="cancelled").latest("pk").calendar == ""


def test_it_takes_the_place_of_what_was_not_sent_yet() -> None:
    booked = cast.make_booked(cast.make_clinic())
    cast.act(services.cancel, booked, reason_code="clinic")
    kinds = dict(Message.objects.values_list("kind", "status"))
    assert kinds == {"received": "superseded", "confirmed": "superseded", "cancelled": "queued"}


def test_the_reason_reaches_the_patient_in_words() -> None:
    cast.act(services.cancel, cast.make_booked(cast.make_clinic()), reason_code="clinic")
    assert "The clinic has to change its plans." in Message.objects.get(kind="cancelled").text


def test_a_patient_may_until_the_cut_off_and_not_after() -> None:
    booked = cast.make_booked(cast.make_clinic())
    with pytest.raises(TooLate, match="0800 783 6106"):
        cast.act(services.cancel, booked, PATIENT, now=CUT_OFF + SECOND)
    assert cast.act(services.cancel, booked, PATIENT, now=CUT_OFF).status == Status.CANCELLED


def test_the_cut_off_is_a_setting(settings) -> None:
    settings.CUTOFF_HOURS = 48
    booked = cast.make_booked(cast.make_clinic())
    with pytest.raises(TooLate):
        cast.act(services.cancel, booked, PATIENT, now=CUT_OFF)


def test_the_desk_may_after_the_cut_off() -> None:
    place = cast.make_clinic()
    booked, desk = cast.make_booked(place), cast.make_desk(place)
    assert cast.act(services.cancel, booked, desk, now=FREE_TIME).status == Status.CANCELLED


def test_nobody_rings_about_health_any_more() -> None:
    ring = {**cast.NONE_TICKED, 1: PageAnswer(ticks=frozenset({"clot"}))}
    cast.act(services.cancel, cast.make_request(cast.make_clinic(), answers=ring), PATIENT)
    assert not CallTask.objects.open().exists()


def test_twice_says_that_the_patient_was_faster() -> None:
    booked = cast.make_booked(cast.make_clinic())
    cast.act(services.cancel, booked, PATIENT, now=NOW)
    with pytest.raises(ChangedByAnother, match="The patient was faster, at 10am"):
        cast.act(services.cancel, booked, reason_code="clinic")


def test_what_has_happened_cannot_be_cancelled() -> None:
    booked = cast.make_booked(cast.make_clinic())
    here = cast.act(services.arrive, booked, now=FREE_TIME)
    seen = cast.act(services.fulfil, here, now=FREE_TIME)
    for appointment in (here, seen):
        appointment.refresh_from_db()
        with pytest.raises(IllegalMove):
            cast.act(services.cancel, appointment)


def test_an_unknown_reason_and_a_strange_desk_are_refused() -> None:
    booked, stranger = cast.make_booked(cast.make_clinic()), cast.make_desk(cast.make_location("dublin"))
    with pytest.raises(BookingError, match="choose a reason"):
        cast.act(services.cancel, booked, reason_code="x")
    with pytest.raises(NotAllowed):
        cast.act(services.cancel, booked, stranger)
