"""F3: one form sent many times at once: one appointment, one message, the same confirmation for everybody.

Control: the same without the key that a form carries.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

import pytest
from django.db import connection

from bookings import services
from bookings.models import Appointment, AppointmentEvent, Patient, Service
from bookings.services.errors import AlreadySent
from clinic.models import Location, Message
from tests import cast
from tests.cast import FREE_TIME, NOW
from tests.drills.race import Crew, Race, crew
from tests.scale import scaled

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]

POSTS = 200


def send(key: UUID, starts_at: dt.datetime = FREE_TIME) -> str:
    """One post of the form. Returns what the confirmation shows."""
    place = Location.objects.get()
    return cast.make_request(place, key=key, starts_at=starts_at).reference


def add(key: UUID, user: int) -> str:
    """One post of the desk's form."""
    place, actor = Location.objects.get(), services.Actor.staff(cast.User.objects.get(pk=user))
    booking = services.PhoneBooking(place, Service.objects.get(), FREE_TIME)
    return services.add(key=key, booking=booking, patient=cast.make_details(), actor=actor, now=NOW).reference


def hold(key: UUID, starts_at: dt.datetime = FREE_TIME) -> int:
    service = Service.objects.get()
    place = Location.objects.get()
    return services.hold(key=key, location=place, service=service, starts_at=starts_at, now=NOW).pk


def one_of_everything(race: Race) -> None:
    assert race.outcomes == {"done": len(race.told)}, (race.outcomes, race.errors[:3])
    assert set(race.done) == {Appointment.objects.get().reference}
    counted = [noun.objects.count() for noun in (Patient, AppointmentEvent, Message)]
    assert counted == [1, 1, 1]


def say(what: str, race: Race, rows: int) -> None:
    print(
        f"\n| F3 {what} | {connection.vendor} | {len(race.told)} posts | {rows} rows | "
        f"{Message.objects.count()} messages | {dict(race.outcomes)} | {race.seconds:.1f} s |"
    )


# --- Small, in every run ---------------------------------------------------------------------------------------
@pytest.fixture
def few() -> Crew:
    with crew(0, 6) as racers:
        yield racers


@pytest.mark.parametrize("pairs", [1, 2])
@pytest.mark.parametrize("held", [True, False], ids=["held", "not held"])
def test_a_form_sent_at_once_is_one_request(few: Crew, held: bool, pairs: int) -> None:
    place, key = cast.make_clinic(), uuid4()
    if pairs == 2:
        cast.make_second_pair(place)
    if held:
        hold(key)
    one_of_everything(few.race(send, [{"key": key}] * 12))


def test_a_desk_form_sent_at_once_is_one_appointment(few: Crew) -> None:
    place, key = cast.make_clinic(), uuid4()
    user = cast.make_desk(place).user.pk
    one_of_everything(few.race(add, [{"key": key, "user": user}] * 12))


def test_a_time_chosen_at_once_is_one_hold(few: Crew) -> None:
    cast.make_clinic()
    race = few.race(hold, [{"key": uuid4()}] * 12)
    assert race.outcomes == {"done": 12}, race.told
    assert set(race.done) == {Appointment.objects.get().pk}


def test_two_tabs_are_one_hold_and_the_first_to_send_is_the_request(few: Crew) -> None:
    cast.make_clinic()
    key, later = uuid4(), FREE_TIME + dt.timedelta(hours=1)
    tabs = [{"key": key, "starts_at": at} for at in (FREE_TIME, later)]
    assert few.race(hold, tabs).outcomes == {"done": 2}
    assert Appointment.objects.filter(status="hold").count() == 1
    one_of_everything(few.race(send, tabs))
    with pytest.raises(AlreadySent):  # back to the times, and another choice
        hold(key, later)
    assert send(key) == Appointment.objects.get(status="pending").reference  # back to the form, or a refresh


# --- At full figures --------------------------------------------------------------------------------------------
@pytest.mark.drill
@pytest.mark.parametrize("held", [True, False], ids=["held", "not held"])
def test_f3_identical_posts(held: bool) -> None:
    place, key = cast.make_clinic(), uuid4()
    cast.make_second_pair(place)
    if held:
        hold(key)
    with crew(*_size()) as racers:
        race = racers.race(send, [{"key": key}] * scaled(POSTS, least=50))
    say("held" if held else "not held", race, Appointment.objects.count())
    one_of_everything(race)


@pytest.mark.drill
def test_f3_control_without_the_key() -> None:
    place = cast.make_clinic()
    cast.make_second_pair(place)
    with crew(*_size()) as racers:
        race = racers.race(send, [{"key": uuid4()} for _ in range(scaled(POSTS, least=50))])
    say("control: no key", race, Appointment.objects.count())
    assert Appointment.objects.count() == 2  # the breach: one person, both places
    assert Message.objects.count() == 2
    assert race.outcomes["TimeTaken"] > 0


def _size() -> tuple[int, int]:
    return (2, 4) if connection.vendor == "sqlite" else (4, 16)
