"""On the day: arrived, seen, did not come, one step back, entered in error. By staff of the clinic, one version a step."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest

from bookings import services
from bookings.life import Status
from bookings.models import Appointment, CallTask
from bookings.services.chores import hourly
from bookings.services.errors import (
    BookingError,
    ChangedByAnother,
    IllegalMove,
    NotAllowed,
    TimeTaken,
    TooEarly,
    TooLate,
)
from clinic.models import Location, Message
from tests import cast
from tests.cast import FREE_TIME

pytestmark = [pytest.mark.django_db, pytest.mark.both]

SOON_AFTER = FREE_TIME + dt.timedelta(minutes=20)


def missed(place: Location | None = None) -> Appointment:
    booked = cast.make_booked(place or cast.make_clinic())
    return cast.act(services.no_show, booked, now=SOON_AFTER)


def test_she_arrives_and_is_seen() -> None:
    place = cast.make_clinic()
    desk = cast.make_desk(place)
    here = cast.act(services.arrive, cast.make_booked(place), desk, now=FREE_TIME)
    assert (here.status, here.version) == (Status.ARRIVED, 3)
    seen = cast.act(services.fulfil, here, desk, now=SOON_AFTER)
    assert (seen.status, seen.version) == (Status.FULFILLED, 4)
    steps = [(event.verb, event.version, event.actor_id) for event in seen.events.all()][-2:]
    assert steps == [("arrive", 3, desk.user.pk), ("fulfil", 4, desk.user.pk)]


def test_nothing_of_this_is_told_to_the_patient() -> None:
    booked = cast.make_booked(cast.make_clinic())
    before = Message.objects.count()
    here = cast.act(services.arrive, booked, now=FREE_TIME)
    cast.act(services.fulfil, here, now=SOON_AFTER)
    assert Message.objects.count() == before


def test_a_no_show_is_said_by_a_person_and_not_before_its_time() -> None:
    booked = cast.make_booked(cast.make_clinic())
    with pytest.raises(TooEarly):
        cast.act(services.no_show, booked, now=FREE_TIME - dt.timedelta(seconds=1))
    assert cast.act(services.no_show, booked, now=FREE_TIME).status == Status.NOSHOW


def test_no_clock_makes_a_no_show() -> None:
    booked = cast.make_booked(cast.make_clinic())
    hourly(FREE_TIME + dt.timedelta(days=3))
    booked.refresh_from_db()
    assert booked.status == Status.BOOKED


def test_a_no_show_gives_its_time_to_others() -> None:
    place = cast.make_clinic()
    missed(place)
    assert walk_in(place).status == Status.BOOKED


def walk_in(place: Location) -> Appointment:
    """Somebody else is given the time by the desk."""
    booking = services.PhoneBooking(place, cast.make_service(), FREE_TIME)
    return services.add(
        key=uuid4(),
        booking=booking,
        patient=cast.make_details(),
        actor=cast.make_desk(place),
        now=SOON_AFTER,
    )


def test_she_came_late_after_all_and_has_her_time_again() -> None:
    here = cast.act(services.arrive, missed(), now=SOON_AFTER)
    assert (here.status, here.version) == (Status.ARRIVED, 4)


def test_a_no_show_taken_back_is_booked_again() -> None:
    assert cast.act(services.undo, missed(), now=SOON_AFTER).status == Status.BOOKED


@pytest.mark.parametrize("verb", [services.arrive, services.undo])
def test_a_no_show_whose_time_was_given_away_does_not_come_back(verb) -> None:
    place = cast.make_clinic()
    gone = missed(place)
    walk_in(place)
    with pytest.raises(TimeTaken):
        cast.act(verb, gone, now=SOON_AFTER)
    gone.refresh_from_db()
    assert (gone.status, gone.version, gone.events.count()) == (Status.NOSHOW, 3, 3)


def test_here_is_taken_back_to_booked() -> None:
    here = cast.act(services.arrive, cast.make_booked(cast.make_clinic()), now=FREE_TIME)
    assert cast.act(services.undo, here, now=FREE_TIME).status == Status.BOOKED


def test_seen_is_taken_back_on_the_same_day_of_the_clinic_only() -> None:
    here = cast.act(services.arrive, cast.make_booked(cast.make_clinic()), now=FREE_TIME)
    seen = cast.act(services.fulfil, here, now=SOON_AFTER)
    midnight = dt.datetime(2027, 3, 3, tzinfo=dt.UTC)
    with pytest.raises(TooLate, match="same day"):
        cast.act(services.undo, seen, now=midnight)
    undone = cast.act(services.undo, seen, now=midnight - dt.timedelta(minutes=1))
    assert undone.status == Status.ARRIVED


@pytest.mark.parametrize("verb", [services.arrive, services.no_show, services.fulfil, services.undo])
def test_a_request_has_not_got_that_far(verb) -> None:
    asked = cast.make_request(cast.make_clinic())
    with pytest.raises(IllegalMove):
        cast.act(verb, asked, now=SOON_AFTER)


@pytest.mark.parametrize("verb", [services.arrive, services.no_show, services.fulfil, services.undo])
def test_a_cancelled_one_stays_cancelled(verb) -> None:
    ended = cast.act(services.cancel, cast.make_booked(cast.make_clinic()))
    with pytest.raises(IllegalMove):
        cast.act(verb, ended, now=SOON_AFTER)


@pytest.mark.parametrize("verb", [services.arrive, services.no_show])
def test_a_second_press_says_who_was_faster(verb) -> None:
    place = cast.make_clinic()
    booked, desk = cast.make_booked(place), cast.make_desk(place)
    cast.act(verb, booked, desk, now=SOON_AFTER)
    with pytest.raises(ChangedByAnother, match=r"Desk-Maidenhead Demo was faster, at 10:35am"):
        cast.act(verb, booked, desk, now=SOON_AFTER)


@pytest.mark.parametrize("verb", [services.arrive, services.no_show, services.fulfil, services.undo])
def test_a_desk_of_another_clinic_may_not(verb) -> None:
    booked, stranger = cast.make_booked(cast.make_clinic()), cast.make_desk(cast.make_location("dublin"))
    with pytest.raises(NotAllowed):
        cast.act(verb, booked, stranger, now=SOON_AFTER)


# --- Entered in error -----------------------------------------------------------------------------------------
def void(appointment: Appointment, actor: services.Actor, reason: str = "Typed in twice") -> Appointment:
    return cast.act(services.void, appointment, actor, now=SOON_AFTER, reason=reason)


def manager() -> services.Actor:
    return cast.make_actor(cast.make_staff("morgan", "manager"))


def test_a_manager_takes_it_out_with_a_reason_and_nothing_is_deleted() -> None:
    place = cast.make_clinic()
    booked, morgan = cast.make_booked(place), manager()
    gone = void(booked, morgan)
    assert (gone.status, gone.version, gone.link_version) == (Status.ENTERED_IN_ERROR, 3, 1)
    assert gone.notes.get(author=morgan.user).text == "Entered in error: Typed in twice"
    assert gone.events.last().verb == "void"
    assert walk_in(place).status == Status.BOOKED


def test_it_needs_a_reason() -> None:
    booked, morgan = cast.make_booked(cast.make_clinic()), manager()
    with pytest.raises(BookingError, match="Say in a few words"):
        void(booked, morgan, " ")


@pytest.mark.parametrize("role", ["receptionist", "clinician", "editor"])
def test_only_a_manager_may(role: str) -> None:
    booked = cast.make_booked(cast.make_clinic())
    with pytest.raises(NotAllowed):
        void(booked, cast.make_actor(cast.make_staff("sam", role)))


def test_a_manager_of_another_clinic_may_not() -> None:
    booked = cast.make_booked(cast.make_clinic())
    sam = cast.make_staff("sam", "manager", cast.make_location("dublin"))
    with pytest.raises(NotAllowed):
        void(booked, cast.make_actor(sam))


def test_nobody_rings_about_it_any_more() -> None:
    place = cast.make_clinic()
    void(walk_in(place), manager())
    assert not CallTask.objects.open().exists()


def test_even_one_that_was_seen_can_be_taken_out_but_not_twice() -> None:
    here = cast.act(services.arrive, cast.make_booked(cast.make_clinic()), now=FREE_TIME)
    morgan = manager()
    gone = void(cast.act(services.fulfil, here, now=SOON_AFTER), morgan)
    with pytest.raises(IllegalMove):
        void(gone, morgan)
