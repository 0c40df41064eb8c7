"""The request queue and the counts: who waits, what is late, and what each role sees of it."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from bookings import desk
from bookings.life import Status
from bookings.models import Appointment
from clinic.models import Message
from tests import cast, desk_cast
from tests.cast import FREE_TIME, NOW
from tests.desk_cast import QUEUE, receptionist, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


def test_it_shows_the_oldest_first_with_age_and_promise(clock: time_machine.Coordinates) -> None:
    place = cast.make_clinic()
    cast.make_request(place, now=NOW + dt.timedelta(hours=1), starts_at=FREE_TIME + dt.timedelta(hours=1))
    cast.make_request(place, patient=cast.make_details(name="Anna First"))
    clock.move_to(NOW + dt.timedelta(hours=3))
    words = text_of(receptionist(place).get(QUEUE))
    assert words.index("Anna First") < words.index("Brigid Test")
    assert "3 hours" in words
    assert "Answer promised by Friday 19 February" in words


def test_the_age_counts_desk_hours_over_that_countrys_holidays(clock: time_machine.Coordinates) -> None:
    place = cast.make_clinic("dublin")
    cast.make_request(place, now=NOW)
    cast.make_bank_holiday(dt.date(2027, 2, 18), "IE")
    cast.make_bank_holiday(dt.date(2027, 2, 19), "GB")
    clock.move_to(dt.datetime(2027, 2, 19, 10, tzinfo=dt.UTC))
    assert "1 day of desk time" in text_of(receptionist(place).get(QUEUE))


def test_a_broken_promise_is_said_in_a_word_and_a_shape(clock: time_machine.Coordinates) -> None:
    place = cast.make_clinic()
    cast.make_request(place)
    assert "Overdue" not in text_of(receptionist(place).get(QUEUE))
    clock.move_to(dt.datetime(2027, 2, 20, 10, tzinfo=dt.UTC))
    assert '<span class="mark mark-late">! Overdue</span>' in receptionist(place).get(QUEUE).content.decode()


def test_two_working_days_before_its_time_a_request_stands_first(clock: time_machine.Coordinates) -> None:
    place = cast.make_clinic()
    cast.make_request(place, starts_at=FREE_TIME + dt.timedelta(days=14))
    near = cast.make_details(name="Anna Near")
    cast.make_request(place, now=NOW + dt.timedelta(hours=1), patient=near)
    clock.move_to(
        dt.datetime(2027, 2, 25, 10, tzinfo=dt.UTC)
    )  # a Thursday: Tuesday is three working days off
    words = text_of(receptionist(place).get(QUEUE))
    assert words.index("Brigid Test") < words.index("Anna Near")
    clock.move_to(dt.datetime(2027, 2, 26, 10, tzinfo=dt.UTC))
    words = text_of(receptionist(place).get(QUEUE))
    assert words.index("Anna Near") < words.index("Brigid Test")
    assert "Soon: answer or release" in words


def test_a_request_whose_time_has_passed_is_offered_to_be_closed(clock: time_machine.Coordinates) -> None:
    place = cast.make_clinic()
    asked = cast.make_request(place)
    clock.move_to(FREE_TIME + dt.timedelta(hours=1))
    page = receptionist(place).get(QUEUE).content.decode()
    assert "Its time has passed" in page
    assert desk_cast.page_of(asked, "not_answered") in page
    assert desk_cast.page_of(asked, "confirm") not in page


def test_one_press_confirms_and_leads_back() -> None:
    place = cast.make_clinic()
    asked = cast.make_request(place)
    response = desk_cast.press(receptionist(place), asked, "confirm", back="queue")
    asked.refresh_from_db()
    assert asked.status == Status.BOOKED
    assert response.redirect_chain == [(QUEUE, 302)]
    assert "Confirmed:" in text_of(response)


def test_reception_sees_that_a_nurse_rings_and_never_why() -> None:
    place = cast.make_clinic()
    asked = desk_cast.ringing_request(place)
    page = receptionist(place).get(QUEUE)
    assert "Nurse to ring first" in text_of(page)
    assert not any(word in text_of(page) for word in desk_cast.ANSWER_WORDS)
    assert desk_cast.page_of(asked, "confirm") not in page.content.decode()


def test_a_clinician_sees_what_follows_from_the_answers() -> None:
    place = cast.make_clinic()
    desk_cast.ringing_request(place)
    cast.make_request(place, area="both", starts_at=FREE_TIME + dt.timedelta(hours=1))
    words = text_of(desk_cast.nurse(place).get(QUEUE))
    assert "Doctor first" in words
    assert "Read the answers" in words


def test_a_clinician_of_another_clinic_sees_no_more_than_reception() -> None:
    place, other = cast.make_clinic(), cast.make_clinic("dublin")
    desk_cast.ringing_request(place)
    user = cast.make_staff("both", "receptionist", place)
    user.memberships.create(location=other, role="clinician")
    assert "Doctor first" not in text_of(desk_cast.at(user).get(QUEUE))


def test_nobody_waiting_is_said() -> None:
    assert "Nobody waits for an answer" in text_of(receptionist(cast.make_clinic()).get(QUEUE))


def test_only_her_clinics_requests_are_shown() -> None:
    place, other = cast.make_clinic(), cast.make_clinic("dublin")
    cast.make_request(place)
    assert "Brigid Test" not in text_of(receptionist(other).get(QUEUE))


def test_it_asks_each_table_as_often_for_fifty_as_for_five() -> None:
    place = cast.make_clinic()
    client = receptionist(place)
    desk_cast.many_requests(place, 5)
    with desk_cast.queries() as few:
        client.get(QUEUE)
    Appointment.objects.update(status=Status.CANCELLED)
    desk_cast.many_requests(place, 50)
    with desk_cast.queries() as many:
        assert text_of(client.get(QUEUE)).count("Person ") >= 50
    assert many == few
    assert all(times == 1 for table, times in many.items())


def test_the_front_page_counts_what_waits() -> None:
    place, other = cast.make_clinic(), cast.make_clinic("dublin")
    cast.make_request(place)
    desk_cast.ringing_request(place, starts_at=FREE_TIME + dt.timedelta(hours=1))
    Message.objects.filter(kind="received").update(status=Message.Status.DEAD)
    words = text_of(receptionist(place).get("/admin/"))
    assert "2 requests waiting" in words
    assert "1 call to make" in words
    assert "2 messages not sent" in words
    assert "0 requests waiting" in text_of(receptionist(other).get("/admin/"))


def test_a_promise_is_broken_at_midnight_of_our_own_clocks(clock: time_machine.Coordinates) -> None:
    """In summer the server's day is an hour behind."""
    place = cast.make_clinic()
    asked = cast.make_request(place)
    Appointment.objects.filter(pk=asked.pk).update(answer_by=dt.date(2027, 6, 30))
    user = cast.make_staff("sam", "receptionist", place)
    for minutes, late in ((-1, 0), (1, 1)):
        now = dt.datetime(2027, 6, 30, 23, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
        assert desk.counts(user, now=now).overdue == late
        assert desk.requests_waiting(user, now=now, most=9)[0].overdue is bool(late)


def test_an_editor_has_no_counts_and_no_queue() -> None:
    place = cast.make_clinic()
    editor = desk_cast.at(cast.make_staff("editor", "editor"))
    assert "What waits" not in text_of(editor.get("/admin/"))
    assert editor.get(QUEUE).status_code == 403
    assert place.name not in text_of(editor.get("/admin/"))
