"""Moving: one update in place, never a second row; what the patient is told is what is true in the end."""

from __future__ import annotations

import datetime as dt

import pytest

from bookings import links, services
from bookings.life import Status
from bookings.models import Appointment, CallTask
from bookings.services import PATIENT, SYSTEM, Actor, Override
from bookings.services.errors import (
    BookingError,
    ChangedByAnother,
    IllegalMove,
    NotAllowed,
    NotOffered,
    TimeTaken,
    TooLate,
)
from clinic.models import Clinician, Location, Message
from tests import cast
from tests.cast import FREE_TIME, NOW
from treatments.screening import PageAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.both]

MINUTE = dt.timedelta(minutes=1)
LATER = FREE_TIME + 120 * MINUTE


def move(
    appointment: Appointment,
    to: dt.datetime = LATER,
    actor: Actor = SYSTEM,
    location: Location | None = None,
    now: dt.datetime = NOW,
    override: Override | None = None,
) -> Appointment:
    place = location or appointment.location
    return cast.act(
        services.move, appointment, actor, now=now, location=place, starts_at=to, override=override
    )


def test_it_changes_the_same_row_and_frees_the_old_time() -> None:
    place = cast.make_clinic()
    booked = cast.make_booked(place)
    moved = move(booked)
    assert (moved.pk, moved.starts_at, moved.ends_at) == (booked.pk, LATER, LATER + 30 * MINUTE)
    assert (moved.status, moved.version) == (Status.BOOKED, 3)
    assert cast.make_request(place).starts_at == FREE_TIME


def test_the_event_says_from_where_and_when() -> None:
    place = cast.make_clinic()
    moved = move(cast.make_booked(place), actor=cast.make_desk(place))
    event = moved.events.last()
    assert (event.verb, event.from_starts_at, event.from_location) == ("move", FREE_TIME, place)


def test_a_request_stays_a_request() -> None:
    asked = cast.make_request(cast.make_clinic())
    moved = move(asked, actor=PATIENT)
    assert (moved.status, moved.first_requested_at) == (Status.PENDING, NOW)


def test_the_link_lives_on() -> None:
    booked = cast.make_booked(cast.make_clinic())
    token = links.token(booked)
    assert links.open_link(token) == move(booked)


def test_a_taken_time_leaves_it_where_it_was() -> None:
    place = cast.make_clinic()
    booked = cast.make_booked(place)
    cast.make_request(place, starts_at=LATER)
    with pytest.raises(TimeTaken):
        move(booked)
    booked.refresh_from_db()
    assert (booked.starts_at, booked.version, booked.events.count()) == (FREE_TIME, 2, 2)


def test_half_an_hour_later_is_no_conflict_with_itself() -> None:
    assert move(cast.make_booked(cast.make_clinic()), FREE_TIME + 15 * MINUTE).version == 3


def test_a_session_needs_its_whole_hour() -> None:
    place = cast.make_clinic()
    session = cast.make_session(place, starts_at=LATER)
    cast.make_request(place)
    with pytest.raises(TimeTaken):
        move(session, FREE_TIME - 45 * MINUTE)
    assert move(session, FREE_TIME - 60 * MINUTE).ends_at == FREE_TIME


def test_of_two_moves_the_second_is_told() -> None:
    place = cast.make_clinic()
    booked, desk = cast.make_booked(place), cast.make_desk(place)
    move(booked, actor=desk)
    with pytest.raises(ChangedByAnother, match="Desk-Maidenhead Demo was faster"):
        move(booked, FREE_TIME + 60 * MINUTE)
    booked.refresh_from_db()
    assert booked.starts_at == LATER


def test_the_patient_is_told_both_times_and_gets_a_new_calendar_entry() -> None:
    booked = cast.make_booked(cast.make_clinic())
    cast.post_went()
    move(booked)
    told = Message.objects.get(kind="moved")
    assert "Tuesday 2 March, 12:15pm, at Maidenhead" in told.text
    assert "It was Tuesday 2 March, 10:15am" in told.text
    assert told.calendar_method == "REQUEST"
    assert "SEQUENCE:3" in told.calendar


def test_a_later_move_takes_the_place_of_an_earlier_one() -> None:
    booked = cast.make_booked(cast.make_clinic())
    cast.post_went()
    move(move(booked), FREE_TIME + 180 * MINUTE)
    kinds = list(Message.objects.filter(kind="moved").order_by("pk").values_list("status", flat=True))
    assert kinds == ["superseded", "queued"]


def test_moved_and_moved_back_tells_nothing() -> None:
    booked = cast.make_booked(cast.make_clinic())
    cast.post_went()
    move(move(booked), FREE_TIME)
    assert not Message.objects.unsent().exists()


def test_moved_back_after_a_send_that_may_have_arrived_is_told() -> None:
    booked = cast.make_booked(cast.make_clinic())
    cast.post_went()
    moved = move(booked)
    Message.objects.filter(kind="moved").update(attempts=1)  # sent once, the reply was lost
    move(moved, FREE_TIME)
    assert "10:15am" in Message.objects.unsent().get().text


def test_without_an_email_somebody_rings() -> None:
    move(cast.make_booked(cast.make_clinic(), patient=cast.make_details(email="")))
    task = CallTask.objects.open().get()
    assert (task.why, task.kind) == ("tell", "moved")
    assert "12:15pm" in task.script


def test_a_patient_keeps_to_the_cut_off_and_to_the_notice() -> None:
    booked = cast.make_booked(cast.make_clinic())
    with pytest.raises(TooLate):
        move(booked, LATER, PATIENT, now=FREE_TIME - 23 * 60 * MINUTE)
    with pytest.raises(NotOffered):
        move(booked, LATER, PATIENT, now=FREE_TIME - 25 * 60 * MINUTE)


def test_a_patient_who_goes_to_another_clinic_asks_again_and_both_are_told() -> None:
    booked, other = cast.make_booked(cast.make_clinic("maidenhead")), cast.make_clinic("amersham")
    other.notify_email = "desk@example.org"
    other.save(update_fields=["notify_email"])
    cast.post_went()
    moved = move(booked, actor=PATIENT, location=other, now=NOW + dt.timedelta(days=2))
    assert (moved.status, moved.location, moved.first_requested_at) == (Status.PENDING, other, NOW)
    assert moved.answer_by == dt.date(2027, 2, 23)
    assert moved.events.last().verb == "move_elsewhere"
    told = Message.objects.get(kind="moved")
    assert "It is a request: the clinic still has to confirm it." in told.text
    assert told.calendar_method == "CANCEL"
    assert Message.objects.get(kind="new_request").to_address == "desk@example.org"


def test_the_desk_moves_to_another_clinic_and_it_stays_booked() -> None:
    booked, other = cast.make_booked(cast.make_clinic("maidenhead")), cast.make_clinic("dublin")
    moved = move(booked, location=other)
    assert (moved.status, moved.location) == (Status.BOOKED, other)
    assert moved.fees_shown == services.changing.fees_as_shown(other)


def test_a_patient_does_not_move_abroad_here() -> None:
    booked, dublin = cast.make_booked(cast.make_clinic()), cast.make_clinic("dublin")
    with pytest.raises(BookingError, match="please phone 01 293 7839"):
        move(booked, actor=PATIENT, location=dublin)


def test_an_open_call_goes_along() -> None:
    ring = {**cast.NONE_TICKED, 1: PageAnswer(ticks=frozenset({"clot"}))}
    asked, dublin = cast.make_request(cast.make_clinic(), answers=ring), cast.make_clinic("dublin")
    move(asked, location=dublin)
    task = CallTask.objects.open().get(why="health")
    assert (task.location, task.country) == (dublin, "IE")


def test_the_desk_may_set_the_hours_aside_with_a_reason() -> None:
    place = cast.make_clinic()
    desk, evening = cast.make_desk(place), FREE_TIME.replace(hour=20)
    booked = cast.make_booked(place)
    with pytest.raises(NotOffered):
        move(booked, evening, desk)
    with pytest.raises(BookingError, match="Say why"):
        move(booked, evening, desk, override=Override("  "))
    moved = move(booked, evening, desk, override=Override("Cannot come by day"))
    assert (moved.starts_at, moved.override_reason) == (evening, "Cannot come by day")
    assert moved.override_by == desk.user


def test_nobody_sets_an_overlap_aside() -> None:
    place = cast.make_clinic()
    booked, desk = cast.make_booked(place), cast.make_desk(place)
    cast.make_request(place, starts_at=LATER)
    with pytest.raises(TimeTaken):
        move(booked, LATER + 5 * MINUTE, desk, override=Override("Please"))


def test_nobody_sets_the_travel_between_clinics_aside() -> None:
    amersham, maidenhead = cast.make_clinic("amersham"), cast.make_location("maidenhead")
    cast.make_pattern(maidenhead, clinician=Clinician.objects.get())
    cast.make_request(amersham, starts_at=LATER)
    booked, desk = cast.make_booked(amersham), cast.make_staff("sam", "manager")
    with pytest.raises(TimeTaken):
        move(booked, LATER + 45 * MINUTE, cast.make_actor(desk), maidenhead, override=Override("Please"))


def test_a_closure_gives_way_to_a_reason_only() -> None:
    place = cast.make_clinic()
    booked, desk = cast.make_booked(place), cast.make_desk(place)
    cast.make_closure(LATER - 60 * MINUTE, LATER + 60 * MINUTE, location=place)
    with pytest.raises(NotOffered):
        move(booked, actor=desk)
    assert move(booked, actor=desk, override=Override("We open for her")).starts_at == LATER


def test_a_patient_cannot_override() -> None:
    booked = cast.make_booked(cast.make_clinic())
    with pytest.raises(NotAllowed):
        move(booked, FREE_TIME.replace(hour=20), PATIENT, override=Override("I want it"))


def test_what_has_ended_or_happened_stays_where_it_was() -> None:
    booked = cast.make_booked(cast.make_clinic())
    here = cast.act(services.arrive, booked, now=FREE_TIME)
    with pytest.raises(IllegalMove):
        move(here)
    cancelled = cast.act(services.undo, here, now=FREE_TIME)
    with pytest.raises(IllegalMove):
        move(cast.act(services.cancel, cancelled))


def test_a_desk_moves_its_own_clinics_people_only() -> None:
    booked, dublin = cast.make_booked(cast.make_clinic()), cast.make_clinic("dublin")
    with pytest.raises(NotAllowed):
        move(booked, actor=cast.make_desk(dublin))
