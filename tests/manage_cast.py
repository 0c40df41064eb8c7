"""A patient at her own link: what the tests of each verb behind it share. No rule of its own."""

from __future__ import annotations

import pytest

from bookings import links, services
from bookings.models import Appointment, AppointmentEvent, CallTask, Patient, ScreeningAnswer
from clinic.models import Location, Message
from tests import cast
from tests.cast import NOW
from tests.reader import Reader

KEPT = (Appointment, AppointmentEvent, Patient, ScreeningAnswer, CallTask, Message)


# A test file takes it by giving it a name: `booked = manage_cast.told`.
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
