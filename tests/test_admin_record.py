"""The after-visit record, written down on Today: saved at once, kept as typed where it is refused, one window at a time."""

from __future__ import annotations

import pytest

from bookings import services
from bookings.life import Status
from bookings.models import Appointment, VisitRecord
from clinic.models import Location, Message
from tests import cast, today_cast
from tests.desk_cast import nurse, press, text_of
from tests.today_cast import DAY, MORNING, booked

clock, place = today_cast.clock, today_cast.place
pytestmark = [pytest.mark.django_db, pytest.mark.both]


def asked(place: Location) -> Appointment:
    here = cast.act(services.arrive, cast.make_session(place), cast.make_desk(place), now=MORNING)
    return cast.act(services.nothing_changed, here, cast.make_nurse(place), now=MORNING)


RECORD = {
    "areas": ["right-thigh", "left-thigh"],
    "stocking_days": "5",
    "stocking_size": "Medium",
    "stocking_class": "2",
}


def test_saving_it_sends_the_letter_and_says_seen(place: Location) -> None:
    row = asked(place)
    page = press(nurse(place), row, "visit", back="today", **RECORD)
    words = text_of(page)
    assert "Written down" in words
    assert "✓ Seen" in words
    assert VisitRecord.objects.get(appointment=row).areas == ["left-thigh", "right-thigh"]
    assert Message.objects.filter(kind="visit_today").count() == 1


def test_refused_it_comes_back_as_it_was_typed(place: Location) -> None:
    row = asked(place)
    page = press(nurse(place), row, "visit", back="today", note="Small bruise", stocking_days="5")
    assert page.status_code == 409
    words = page.content.decode()
    assert "Tick where the session was." in words
    assert "Small bruise" in words
    row.refresh_from_db()
    assert row.status == Status.ARRIVED


@pytest.mark.parametrize(
    "typed",
    [{"stocking_days": "9"}, {"areas": ["nose"]}, {"next_not_before": "soon"}, {"sessions_planned": "-1"}],
)
def test_what_no_form_could_send_gets_a_sentence(place: Location, typed: dict[str, object]) -> None:
    page = press(nurse(place), asked(place), "visit", back="today", **{**RECORD, **typed})
    assert page.status_code == 422
    assert "Please look at this again" in text_of(page)


def test_two_windows_never_overwrite_each_other(place: Location) -> None:
    row = asked(place)
    press(nurse(place), row, "visit", back="today", **RECORD)
    page = press(nurse(place), row, "visit", back="today", **{**RECORD, "stocking_days": "7"})
    assert page.status_code == 409
    assert VisitRecord.objects.get(appointment=row).stocking_days == 5


def test_a_consultation_asks_for_the_decision_alone(place: Location) -> None:
    here = cast.act(services.arrive, booked(place, 0), cast.make_desk(place), now=MORNING)
    client = nurse(place)
    assert "Areas treated" not in text_of(client.get(f"{DAY}&who={here.pk}"))
    press(client, here, "visit", back="today", decision="treat", sessions_planned="3")
    assert VisitRecord.objects.get(appointment=here).sessions_planned == 3
    assert not Message.objects.filter(kind="visit_today").exists()
