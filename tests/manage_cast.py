"""A patient at her own link: what the tests of each verb behind it share. No rule of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from bookings import links, services
from bookings.models import Appointment, AppointmentEvent, CallTask, Patient, ScreeningAnswer
from clinic.models import Location, Message
from tests import cast
from tests.cast import NOW
from tests.reader import Reader

KEPT = (Appointment, AppointmentEvent, Patient, ScreeningAnswer, CallTask, Message)


# --- Fixtures: a test file takes one by giving it a name, as in `clock = manage_cast.clock` ------------------------
@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    """It is NOW, and stays so until the test moves it."""
    with time_machine.travel(NOW, tick=False) as stopped:
        yield stopped


@pytest.fixture
def place() -> Location:
    return cast.make_clinic()


@pytest.fixture
def booked(place: Location) -> Appointment:
    return cast.make_booked(place)


@pytest.fixture
def told(place: Location) -> Appointment:
    """Booked, and every letter about it has gone out."""
    made = cast.make_booked(place)
    cast.post_went()
    return made


def opened(appointment: Appointment) -> Reader:
    """The page behind the link, as it stands in a message."""
    return Reader().open(f"/book/link/{links.token(appointment)}/")


def fresh(appointment: Appointment) -> Appointment:
    return Appointment.objects.select_related("location", "patient", "service").get(pk=appointment.pk)


def everything() -> list[object]:
    """Every row that a press might change."""
    return [list(model._default_manager.order_by("pk").values()) for model in KEPT]


def by_staff(verb, appointment: Appointment, **given: object) -> Appointment:  # type: ignore[no-untyped-def]
    """Somebody at the desk is faster."""
    now_it_is = fresh(appointment)
    return verb(
        appointment_id=now_it_is.pk,
        expected_version=now_it_is.version,
        actor=services.SYSTEM,
        now=NOW,
        **given,
    )


def kinds() -> list[str]:
    return list(Message.objects.filter(audience="patient").order_by("pk").values_list("kind", flat=True))
