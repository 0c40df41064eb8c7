"""Booking somebody who phones: at once, at any clinic's free time, with the nurse's call and the consent by phone."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

import pytest

from bookings import services
from bookings.life import Status
from bookings.models import Appointment, CallTask, Patient
from bookings.services import Actor, Override, PhoneBooking
from bookings.services.errors import BookingError, NotAllowed, NotOffered, TimeTaken
from bookings.services.sessions import NotDecided
from clinic.models import Location, Message
from tests import cast
from tests.cast import FREE_TIME, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def add(
    place: Location,
    actor: Actor | None = None,
    *,
    at: dt.datetime = FREE_TIME,
    key: UUID | None = None,
    kind: str = "consultation",
    override: Override | None = None,
    email: str = "brigid@example.org",
    now: dt.datetime = NOW,
    note: str = "",
) -> Appointment:
    return services.add(
        key=key or uuid4(),
        booking=PhoneBooking(place, cast.make_service(kind), at, note=note),
        patient=cast.make_details(email=email),
        actor=actor or cast.make_desk(place),
        override=override,
        now=now,
    )


def test_it_is_booked_at_once_and_says_by_whom() -> None:
    place = cast.make_clinic()
    desk = cast.make_desk(place)
    booked = add(place, desk, note="Comes with her sister.")
    assert (booked.status, booked.version) == (Status.BOOKED, 1)
    event = booked.events.get()
    assert (event.verb, event.from_status, event.actor) == ("add", "", desk.user)
    assert booked.notes.get().author == desk.user
    assert booked.consents.get().taken_by == desk.user
    assert booked.consents.get().wording.startswith("Read out by phone")


def test_the_service_decides_the_length() -> None:
    booked = add(cast.make_clinic(), kind="review")
    assert booked.ends_at - booked.starts_at == dt.timedelta(minutes=15)


def test_nobody_new_is_booked_for_a_treatment_session() -> None:
    with pytest.raises(NotDecided):
        add(cast.make_clinic(), kind="session")
    assert not Appointment.objects.exists()


def test_the_patient_gets_the_confirmation() -> None:
    add(cast.make_clinic())
    assert Message.objects.get().kind == "confirmed"
    assert Message.objects.get().calendar_method == "REQUEST"


def test_without_an_email_two_calls_wait_the_words_and_the_health_questions() -> None:
    add(cast.make_clinic(), email="")
    assert set(CallTask.objects.open().values_list("why", flat=True)) == {"tell", "health"}


def test_a_nurse_rings_by_noon_of_the_working_day_before() -> None:
    place = cast.make_clinic()
    add(place)
    task = CallTask.objects.get(why="health")
    assert task.for_clinician
    assert task.due_at == dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)


def test_for_a_visit_within_hours_the_call_is_due_now() -> None:
    place = cast.make_clinic()
    now = FREE_TIME - dt.timedelta(minutes=30)
    add(place, now=now)
    assert CallTask.objects.get(why="health").due_at == now


def test_the_same_form_twice_books_once() -> None:
    place, key = cast.make_clinic(), uuid4()
    assert add(place, key=key) == add(place, key=key)
    assert (Appointment.objects.count(), Patient.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_staff_have_no_notice_to_keep() -> None:
    place = cast.make_clinic()
    assert add(place, now=FREE_TIME - dt.timedelta(minutes=5)).status == Status.BOOKED


def test_a_taken_time_is_taken_for_staff_too() -> None:
    place = cast.make_clinic()
    cast.make_request(place)
    with pytest.raises(TimeTaken):
        add(place)
    with pytest.raises(TimeTaken):
        add(place, override=Override("Please"))
    assert Patient.objects.count() == 1


def test_a_held_time_is_taken_for_staff_too() -> None:
    place = cast.make_clinic()
    services.hold(key=uuid4(), location=place, service=cast.make_service(), starts_at=FREE_TIME, now=NOW)
    with pytest.raises(TimeTaken):
        add(place)


def test_outside_the_hours_only_with_a_reason_that_is_kept() -> None:
    place = cast.make_clinic()
    desk, evening = cast.make_desk(place), FREE_TIME.replace(hour=19)
    with pytest.raises(NotOffered):
        add(place, desk, at=evening)
    with pytest.raises(BookingError, match="Say why"):
        add(place, desk, at=evening, override=Override(""))
    booked = add(place, desk, at=evening, override=Override("She works by day"))
    assert (booked.override_reason, booked.override_by) == ("She works by day", desk.user)
    assert booked.events.get().reason_code == "override"


def test_a_desk_adds_at_any_clinic() -> None:
    place, dublin = cast.make_clinic(), cast.make_clinic("dublin")
    assert add(dublin, cast.make_desk(place)).location == dublin


def test_an_editor_a_patient_and_the_system_add_nobody() -> None:
    place = cast.make_clinic()
    editor = cast.make_actor(cast.make_staff("eden", "editor"))
    for actor in (editor, services.PATIENT, services.SYSTEM):
        with pytest.raises(NotAllowed):
            add(place, actor)
    assert not Appointment.objects.exists()
