"""Sending a request: one appointment, one message, and everything the patient said is kept."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest

from bookings import services
from bookings.life import Status
from bookings.models import Appointment, AppointmentEvent, CallTask, Patient
from bookings.services.errors import NotOffered, TimeTaken
from bookings.services.requesting import MustWait
from clinic.models import Message
from tests import cast
from tests.cast import FREE_TIME, NOW
from treatments.screening import PageAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_it_turns_the_held_time_into_a_pending_appointment() -> None:
    place, key = cast.make_clinic(), uuid4()
    held = services.hold(key=key, location=place, service=cast.make_service(), starts_at=FREE_TIME, now=NOW)
    asked = cast.make_request(place, key=key)
    assert (asked.pk, asked.status, asked.starts_at) == (held.pk, Status.PENDING, FREE_TIME)
    assert asked.patient.name == "Brigid Test"
    assert asked.answer_by == dt.date(2027, 2, 19)
    assert [event.verb for event in asked.events.all()] == ["request"]
    assert asked.fees_shown[0]["words"] == "£395 per session"


def test_it_keeps_every_answer_the_consent_and_the_extra_words() -> None:
    asked = cast.make_request(cast.make_clinic(), anything_else="I come by train.")
    assert asked.answers.count() == 22  # the visit question and every tick
    assert asked.consents.get().wording.startswith("I ask for this appointment, and")
    assert asked.notes.get().text == "I come by train."


def test_it_queues_one_message_to_the_patient_and_none_to_the_public_address() -> None:
    cast.make_request(cast.make_clinic())
    message = Message.objects.get()
    assert (message.kind, message.to_address) == ("received", "brigid@example.org")
    assert "Tuesday 2 March, 10:15am, at Maidenhead" in message.text
    assert "[[manage_link]]" in message.text
    assert "vein" not in message.subject.lower()


def test_it_tells_staff_at_the_notify_address() -> None:
    place = cast.make_clinic()
    place.notify_email = "desk@example.org"
    place.save(update_fields=["notify_email"])
    cast.make_request(place)
    message = Message.objects.get(kind="new_request")
    assert message.to_address == "desk@example.org"
    assert "Brigid" not in message.text + message.subject


def test_without_an_email_the_words_become_a_call() -> None:
    cast.make_request(cast.make_clinic(), patient=cast.make_details(email=""))
    task = CallTask.objects.get()
    assert (task.why, task.kind) == ("tell", "received")
    assert "We ring you by Friday 19 February" in task.script
    assert "manage_link" not in task.script
    assert not Message.objects.exists()


def test_the_same_key_twice_makes_one_appointment() -> None:
    place, key = cast.make_clinic(), uuid4()
    first, second = (cast.make_request(place, key=key) for _ in range(2))
    assert first.pk == second.pk
    assert (Appointment.objects.count(), Patient.objects.count(), Message.objects.count()) == (1, 1, 1)
    assert AppointmentEvent.objects.count() == 1


def test_a_hold_that_ran_out_is_taken_again_silently() -> None:
    place, key = cast.make_clinic(), uuid4()
    services.hold(key=key, location=place, service=cast.make_service(), starts_at=FREE_TIME, now=NOW)
    asked = cast.make_request(place, key=key, now=NOW + dt.timedelta(hours=3))
    assert asked.status == Status.PENDING
    assert asked.events.get().verb == "request"


def test_a_hold_that_ran_out_and_was_taken_by_another_is_said() -> None:
    place, key = cast.make_clinic(), uuid4()
    services.hold(key=key, location=place, service=cast.make_service(), starts_at=FREE_TIME, now=NOW)
    later = NOW + dt.timedelta(minutes=31)
    services.hold(key=uuid4(), location=place, service=cast.make_service(), starts_at=FREE_TIME, now=later)
    with pytest.raises(TimeTaken):
        cast.make_request(place, key=key, now=later)
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    "starts_at",
    [
        FREE_TIME + dt.timedelta(minutes=1),
        FREE_TIME + dt.timedelta(days=1),
        FREE_TIME - dt.timedelta(days=14),
        NOW,
        NOW + dt.timedelta(days=365),
    ],
    ids=["off the grid", "a day without a pattern", "inside the notice", "now", "past the horizon"],
)
def test_a_time_the_clinic_does_not_offer_is_refused(starts_at: dt.datetime) -> None:
    with pytest.raises(NotOffered):
        cast.make_request(cast.make_clinic(), starts_at=starts_at)


def test_a_ring_reason_asks_a_nurse_to_ring_first_and_keeps_the_time() -> None:
    answers = {**cast.NONE_TICKED, 1: PageAnswer(ticks=frozenset({"clot"}))}
    asked = cast.make_request(cast.make_clinic(), answers=answers)
    task = CallTask.objects.get(why="health")
    assert asked.clinician_check == Appointment.Check.NEEDED
    assert asked.doctor_first
    assert task.for_clinician
    assert task.due_at == dt.datetime(2027, 2, 18, 12, 0, tzinfo=dt.UTC)


def test_all_questions_by_phone_asks_a_nurse_to_ring_first() -> None:
    asked = cast.make_request(cast.make_clinic(), answers=None, by_phone=True)
    assert asked.clinician_check == Appointment.Check.NEEDED
    assert "Ask all three lists" in CallTask.objects.get(why="health").script


def test_a_read_reason_does_not_hold_up_confirming() -> None:
    asked = cast.make_request(cast.make_clinic(), area="both")
    assert asked.clinician_check == Appointment.Check.NOT_NEEDED
    assert asked.scan_may_be_needed


def test_pregnancy_waits_and_nothing_is_kept() -> None:
    answers = {**cast.NONE_TICKED, 2: PageAnswer(ticks=frozenset({"pregnant"}))}
    with pytest.raises(MustWait):
        cast.make_request(cast.make_clinic(), answers=answers)
    assert not Patient.objects.exists()
