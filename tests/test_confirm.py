"""Confirming: a request becomes booked once, tells the patient, and waits for a nurse where it must."""

from __future__ import annotations

import datetime as dt

import pytest

from bookings import services
from bookings.life import Status
from bookings.models import Appointment, CallTask
from bookings.services import suspecting
from bookings.services.errors import ChangedByAnother, IllegalMove, NotAllowed, NotCleared
from clinic.models import Message
from tests import cast
from tests.cast import NOW
from treatments.screening import PageAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.both]

RING = {**cast.NONE_TICKED, 1: PageAnswer(ticks=frozenset({"clot"}))}


def test_it_books_the_time_and_writes_who_and_when() -> None:
    place = cast.make_clinic()
    asked, desk = cast.make_request(place), cast.make_desk(place)
    booked = cast.act(services.confirm, asked, desk, now=NOW + dt.timedelta(hours=1))
    assert (booked.status, booked.version) == (Status.BOOKED, 2)
    event = booked.events.last()
    assert (event.verb, event.from_status, event.to_status) == ("confirm", "pending", "booked")
    assert (event.by, event.actor, event.at) == ("staff", desk.user, NOW + dt.timedelta(hours=1))
    assert event.version == 2


def test_it_tells_the_patient_with_a_calendar_file() -> None:
    booked = cast.make_booked(cast.make_clinic())
    told = Message.objects.get(kind="confirmed")
    assert told.calendar_method == "REQUEST"
    assert f"UID:{booked.uuid}" in told.calendar.replace("\r\n ", "")
    assert "SEQUENCE:2" in told.calendar
    assert "SUMMARY:Clinic appointment" in told.calendar
    assert told.not_before > told.queued_at  # it settles first


def test_without_an_email_somebody_rings_and_older_words_are_dropped() -> None:
    cast.make_booked(cast.make_clinic(), patient=cast.make_details(email=""))
    assert not Message.objects.exists()
    open_calls = CallTask.objects.open()
    assert [(task.why, task.kind) for task in open_calls] == [("tell", "confirmed")]
    assert CallTask.objects.get(kind="received").outcome == CallTask.Outcome.SUPERSEDED


def test_twice_is_told_who_was_faster_and_when() -> None:
    place = cast.make_clinic()
    asked, desk = cast.make_request(place), cast.make_desk(place)
    cast.act(services.confirm, asked, desk, now=NOW + dt.timedelta(minutes=25))
    with pytest.raises(ChangedByAnother) as refusal:
        cast.act(services.confirm, asked, desk)
    assert refusal.value.sentence == (
        "Desk-Maidenhead Demo was faster, at 10:25am. The appointment is now: booked. Please look again."
    )
    assert asked.events.count() == 2


def test_what_was_no_step_of_its_life_is_blamed_on_nobody() -> None:
    """Her request is the last event; somebody else changed the row since."""
    place = cast.make_clinic()
    asked = cast.make_request(place)
    Appointment.objects.update(suspected=True)
    cast.act(suspecting.say_real, asked, cast.make_desk(place))
    with pytest.raises(ChangedByAnother) as told:
        cast.act(services.confirm, asked)
    assert told.value.sentence.startswith("This has changed since you opened it.")


def test_a_booked_one_cannot_be_confirmed_again() -> None:
    booked = cast.make_booked(cast.make_clinic())
    with pytest.raises(IllegalMove):
        cast.act(services.confirm, booked)


def test_it_waits_until_a_nurse_has_rung() -> None:
    asked = cast.make_request(cast.make_clinic(), answers=RING)
    with pytest.raises(NotCleared):
        cast.act(services.confirm, asked)
    asked.refresh_from_db()
    assert (asked.status, asked.version) == (Status.PENDING, 1)


def test_it_goes_on_once_a_clinician_cleared_it() -> None:
    place = cast.make_clinic()
    asked = cast.make_request(place, answers=RING)
    nurse = cast.make_staff("nurse", "clinician", place)
    task = CallTask.objects.get(why="health")
    services.close_call(task_id=task.pk, outcome=CallTask.Outcome.COME_AS_PLANNED, by=nurse, now=NOW)
    assert cast.act(services.confirm, asked).status == Status.BOOKED


def test_a_refused_one_is_not_confirmed() -> None:
    asked = cast.make_request(cast.make_clinic(), answers=RING)
    Appointment.objects.update(clinician_check="refused")
    with pytest.raises(NotCleared):
        cast.act(services.confirm, asked)


def test_an_ended_request_says_that_it_ended_not_that_a_nurse_must_ring() -> None:
    asked = cast.make_request(cast.make_clinic(), answers=RING)
    declined = cast.act(services.decline, asked, reason_code="no-time")
    with pytest.raises(IllegalMove):
        cast.act(services.confirm, declined)


@pytest.mark.parametrize("role", ["receptionist", "clinician", "manager"])
def test_each_desk_role_of_the_clinic_may(role: str) -> None:
    place = cast.make_clinic()
    actor = cast.make_actor(cast.make_staff("sam", role, place))
    assert cast.act(services.confirm, cast.make_request(place), actor).status == Status.BOOKED


def test_another_clinic_an_editor_and_a_disabled_login_may_not() -> None:
    place, other = cast.make_clinic(), cast.make_location("dublin")
    asked = cast.make_request(place)
    stranger = cast.make_desk(other)
    editor = cast.make_actor(cast.make_staff("editor", "editor"))
    leaver = cast.make_actor(cast.make_staff("leaver", "receptionist", place, is_active=False))
    nobody = services.Actor("staff")
    for actor in (stranger, editor, leaver, nobody):
        with pytest.raises(NotAllowed):
            cast.act(services.confirm, asked, actor)
    assert asked.events.count() == 1
