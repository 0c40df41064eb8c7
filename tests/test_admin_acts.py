"""The verbs in the admin: each shows, acts through its service, refuses in words, and never acts on a GET."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
import time_machine

from bookings import services
from bookings.admin.verbs import ACTS, Act
from bookings.life import Status, Verb
from bookings.models import Appointment, AppointmentEvent, Note
from clinic.models import Location, Message
from tests import cast, desk_cast
from tests.cast import FREE_TIME, NOW
from tests.desk_cast import manager, page_of, press, receptionist, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
AFTER = FREE_TIME + dt.timedelta(hours=1)


def state(row: Appointment) -> str:
    return Appointment.objects.get(pk=row.pk).status


def test_decline_asks_for_a_reason_and_writes_it_down(place: Location) -> None:
    asked = cast.make_request(place)
    client = receptionist(place)
    unsaid = press(client, asked, "decline")
    assert (unsaid.status_code, "Choose a reason." in text_of(unsaid)) == (422, True)
    done = press(client, asked, "decline", reason_code="no-time")
    assert state(asked) == Status.CANCELLED
    assert "Declined:" in text_of(done)
    assert AppointmentEvent.objects.filter(verb="decline").get().reason_code == "no-time"
    assert Message.objects.filter(kind="declined").exists()


def test_cancel_asks_for_a_reason_and_tells_the_patient(place: Location) -> None:
    booked = cast.make_booked(place)
    press(receptionist(place), booked, "cancel", reason_code="clinic")
    assert state(booked) == Status.CANCELLED
    assert Message.objects.filter(kind="cancelled").exists()


def test_the_day_goes_here_seen_and_back(place: Location, clock: time_machine.Coordinates) -> None:
    booked = cast.make_booked(place)
    clock.move_to(FREE_TIME)
    client = receptionist(place)
    for verb, reached in (
        ("arrive", Status.ARRIVED),
        ("fulfil", Status.FULFILLED),
        ("undo", Status.ARRIVED),
        ("undo", Status.BOOKED),
    ):
        booked.refresh_from_db()
        press(client, booked, verb)
        assert state(booked) == reached


def test_did_not_come_is_refused_before_its_time_and_taken_after(
    place: Location, clock: time_machine.Coordinates
) -> None:
    booked = cast.make_booked(place)
    early = press(receptionist(place), booked, "no_show")
    assert "Its time has not come yet." in text_of(early)
    clock.move_to(AFTER)
    press(receptionist(place), booked, "no_show")
    assert state(booked) == Status.NOSHOW


def test_a_request_whose_time_has_passed_is_closed_as_not_answered(
    place: Location, clock: time_machine.Coordinates
) -> None:
    asked = cast.make_request(place)
    clock.move_to(AFTER)
    press(receptionist(place), asked, "not_answered")
    assert state(asked) == Status.CANCELLED


def test_only_a_manager_voids_and_says_why(place: Location) -> None:
    booked = cast.make_booked(place)
    refused = press(receptionist(place), booked, "void", reason="typed twice")
    assert (refused.status_code, state(booked)) == (403, Status.BOOKED)
    assert "Your role does not allow this" in text_of(refused)
    press(manager(place), booked, "void", reason="typed twice")
    assert state(booked) == Status.ENTERED_IN_ERROR
    assert "typed twice" in Note.objects.get(author__isnull=False).text


def test_a_nurse_must_ring_before_reception_confirms(place: Location) -> None:
    asked = desk_cast.ringing_request(place)
    refused = press(receptionist(place), asked, "confirm")
    assert refused.status_code == 409
    assert "A nurse has to ring first." in text_of(refused)
    assert state(asked) == Status.PENDING


def test_an_older_version_is_told_who_was_faster_and_when(place: Location) -> None:
    asked = cast.make_request(place)
    colleague = cast.make_staff("carol", "receptionist", place)
    services.confirm(
        appointment_id=asked.pk, expected_version=asked.version, actor=cast.make_actor(colleague), now=NOW
    )
    late = press(receptionist(place), asked, "cancel", reason_code="asked")
    assert late.status_code == 409
    assert "Carol Demo was faster, at 10am." in text_of(late)
    assert state(asked) == Status.BOOKED
    page = late.content.decode()
    assert 'value="asked"' in page
    assert page.count("checked") == 1
    assert f'name="expected_version" value="{asked.version + 1}"' in page


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.verb)
def test_a_verb_that_no_longer_fits_is_refused_in_words(
    act: Act, place: Location, clock: time_machine.Coordinates
) -> None:
    booked = cast.make_booked(place)
    services.cancel(appointment_id=booked.pk, expected_version=booked.version, actor=services.SYSTEM, now=NOW)
    booked.refresh_from_db()
    clock.move_to(AFTER)
    client = desk_cast.superuser()
    given = {"reason_code": "asked", "reason": "a slip"}
    for response in (client.get(page_of(booked, act.verb)), press(client, booked, act.verb, **given)):
        assert response.status_code == 409
        assert "This appointment is now: cancelled." in text_of(response)
    assert AppointmentEvent.objects.filter(appointment=booked).count() == 3


@pytest.mark.parametrize("verb", [*(act.verb for act in ACTS), Verb.MOVE])
def test_a_get_never_changes_anything(verb: str, place: Location, clock: time_machine.Coordinates) -> None:
    rows = [cast.make_request(place), cast.make_booked(place, starts_at=FREE_TIME + dt.timedelta(hours=1))]
    clock.move_to(AFTER)
    client = desk_cast.superuser()
    before = (list(Appointment.objects.values()), AppointmentEvent.objects.count(), Message.objects.count())
    for row in rows:
        client.get(page_of(row, verb), {"expected_version": row.version, "reason_code": "asked"})
        client.head(page_of(row, verb))
    after = (list(Appointment.objects.values()), AppointmentEvent.objects.count(), Message.objects.count())
    assert after == before


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 30, "\x00"])
def test_a_version_nobody_can_have_seen_changes_nothing(version: str, place: Location) -> None:
    asked = cast.make_request(place)
    response = receptionist(place).post(page_of(asked, "confirm"), {"expected_version": version})
    assert response.status_code in (409, 422)
    assert state(asked) == Status.PENDING


def test_a_press_without_the_forms_token_is_refused(place: Location) -> None:
    asked = cast.make_request(place)
    client = receptionist(place)
    client.handler.enforce_csrf_checks = True
    assert client.post(page_of(asked, "confirm"), {"expected_version": 1}).status_code == 403
    assert state(asked) == Status.PENDING


def test_where_it_leads_back_to_is_never_taken_from_the_form(place: Location) -> None:
    asked = cast.make_request(place)
    response = receptionist(place).post(
        page_of(asked, "confirm"), {"expected_version": asked.version, "back": "https://example.org/"}
    )
    assert response.status_code == 422
    assert "Location" not in response.headers


def test_a_time_lost_to_somebody_else_cannot_be_taken_back(
    place: Location, clock: time_machine.Coordinates
) -> None:
    booked = cast.make_booked(place)
    clock.move_to(FREE_TIME + dt.timedelta(minutes=5))
    client = receptionist(place)
    press(client, booked, "no_show")
    user = cast.make_staff("desk", "receptionist", place)
    services.add(
        key=uuid4(),
        booking=services.PhoneBooking(location=place, service=cast.make_service(), starts_at=FREE_TIME),
        patient=cast.make_details(name="Anna Other"),
        actor=cast.make_actor(user),
        override=services.Override("came in"),
        now=FREE_TIME + dt.timedelta(minutes=6),
    )
    booked.refresh_from_db()
    refused = press(client, booked, "undo")
    assert "Somebody else has just taken this time." in text_of(refused)
    assert state(booked) == Status.NOSHOW
