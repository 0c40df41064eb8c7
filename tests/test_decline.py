"""Declining a request, and closing one that nobody answered in time: the time is free again and the patient is told."""

from __future__ import annotations

import datetime as dt

import pytest

from bookings import services
from bookings.life import Status
from bookings.models import CallTask
from bookings.services.chores import hourly
from bookings.services.errors import BookingError, ChangedByAnother, IllegalMove, NotAllowed, TooEarly
from clinic.models import Message
from tests import cast
from tests.cast import FREE_TIME
from treatments.screening import PageAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.both]

AFTER = FREE_TIME + dt.timedelta(hours=1)


def test_it_ends_the_request_and_keeps_the_reason() -> None:
    asked = cast.make_request(cast.make_clinic())
    declined = cast.act(services.decline, asked, reason_code="no-time")
    assert (declined.status, declined.version, declined.link_version) == (Status.CANCELLED, 2, 1)
    assert declined.events.last().reason_code == "no-time"


def test_it_tells_the_patient_at_once_with_the_reason_in_words() -> None:
    cast.act(services.decline, cast.make_request(cast.make_clinic()), reason_code="no-time")
    told = Message.objects.get(kind="declined")
    assert "We cannot see you at that time." in told.text
    assert told.not_before == told.queued_at
    assert told.calendar == ""


def test_the_time_is_free_again() -> None:
    place = cast.make_clinic()
    cast.act(services.decline, cast.make_request(place), reason_code="no-time")
    assert cast.make_request(place).status == Status.PENDING


def test_nobody_rings_about_health_any_more() -> None:
    ring = {**cast.NONE_TICKED, 1: PageAnswer(ticks=frozenset({"clot"}))}
    asked = cast.make_request(cast.make_clinic(), answers=ring)
    cast.act(services.decline, asked, reason_code="not-now")
    assert not CallTask.objects.open().exists()


def test_without_an_email_somebody_rings_with_the_words() -> None:
    asked = cast.make_request(cast.make_clinic(), patient=cast.make_details(email=""))
    cast.act(services.decline, asked, reason_code="no-time")
    task = CallTask.objects.open().get()
    assert task.kind == "declined"
    assert "We cannot see you at that time." in task.script


def test_an_unknown_reason_is_refused() -> None:
    asked = cast.make_request(cast.make_clinic())
    with pytest.raises(BookingError, match="choose a reason"):
        cast.act(services.decline, asked, reason_code="because")


def test_a_booked_one_is_cancelled_not_declined() -> None:
    booked = cast.make_booked(cast.make_clinic())
    with pytest.raises(IllegalMove):
        cast.act(services.decline, booked, reason_code="no-time")


def test_against_a_faster_confirm_it_does_nothing() -> None:
    asked = cast.make_request(cast.make_clinic())
    cast.act(services.confirm, asked)
    with pytest.raises(ChangedByAnother):
        cast.act(services.decline, asked, reason_code="no-time")
    assert not Message.objects.filter(kind="declined").exists()


def test_a_desk_of_another_clinic_may_not() -> None:
    asked, stranger = cast.make_request(cast.make_clinic()), cast.make_desk(cast.make_location("dublin"))
    for verb, given in ((services.decline, {"reason_code": "no-time"}), (services.not_answered, {})):
        with pytest.raises(NotAllowed):
            cast.act(verb, asked, stranger, now=AFTER, **given)


def test_not_answered_waits_until_its_time_has_passed() -> None:
    asked = cast.make_request(cast.make_clinic())
    with pytest.raises(TooEarly):
        cast.act(services.not_answered, asked)
    ended = cast.act(services.not_answered, asked, now=AFTER)
    assert (ended.status, ended.events.last().verb) == (Status.CANCELLED, "not_answered")
    assert "We did not answer you in time." in Message.objects.get(kind="declined").text


def test_a_booked_one_is_not_not_answered() -> None:
    booked = cast.make_booked(cast.make_clinic())
    with pytest.raises(IllegalMove):
        cast.act(services.not_answered, booked, now=AFTER)


def test_a_request_whose_time_passed_still_waits_for_a_person() -> None:
    asked = cast.make_request(cast.make_clinic())
    hourly(AFTER + dt.timedelta(days=30))
    asked.refresh_from_db()
    assert asked.status == Status.PENDING


def test_a_cancelled_request_still_to_come_is_told_cancelled_not_early() -> None:
    place = cast.make_clinic("maidenhead")
    made, desk = cast.make_request(place), cast.make_desk(place)
    cancelled = cast.act(services.cancel, made, desk)
    with pytest.raises(IllegalMove):
        cast.act(services.not_answered, cancelled, desk)
    with pytest.raises(IllegalMove):
        cast.act(services.no_show, cancelled, desk)
