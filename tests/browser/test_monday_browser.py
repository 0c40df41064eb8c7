"""A day at the desk in a real browser, scripts off: by mouse, and once more by the keyboard alone.

Reception books somebody who phones at another clinic, a nurse rings and clears, reception confirms; the nurse falls ill
next week; somebody arrives, is asked whether anything has changed, is treated and written to; the day sheet is printed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bookings.life import Status
from bookings.models import Appointment, CallTask, Closure, VisitRecord
from clinic.models import Location, Message, TrailRow
from tests import cast, desk_cast
from tests.browser.hands import Hand, Keys, Mouse
from tests.browser.test_admin_axe import log_in
from tests.cast import FREE_TIME

MORNING = FREE_TIME.replace(hour=8, minute=0)
WEEK, HALF_HOUR = dt.timedelta(weeks=1), dt.timedelta(minutes=30)
DESK = {"width": 1280, "height": 800}
QUEUE = "admin:bookings_appointment_queue"


@pytest.fixture
def place(site: LiveServer) -> Location:
    """A session today, a request that a nurse rings about, six booked visits next week, and three members of staff."""
    here, there = Location.objects.get(slug="maidenhead"), cast.make_clinic("london")
    cast.make_service("session")
    cast.make_session(here, patient=cast.make_details(name="Anna Session"))
    desk_cast.ringing_request(
        here, starts_at=FREE_TIME + 2 * WEEK, patient=cast.make_details(name="Ring Ona")
    )
    for nth in range(6):
        who = cast.make_details(name=f"Person {nth}", email=f"p{nth}@example.org")
        cast.make_booked(
            here, starts_at=FREE_TIME.replace(hour=9, minute=0) + WEEK + nth * HALF_HOUR, patient=who
        )
    cast.make_staff("desk", "receptionist", here, there)
    cast.make_staff("sister", "clinician", here)
    cast.make_staff("boss", "manager", here)
    return here


@pytest.mark.parametrize("hand", [Mouse, Keys], ids=["mouse", "keyboard"])
def test_a_day_at_the_desk(visitor: Callable[..., Page], place: Location, hand: type[Hand]) -> None:
    def sit_down(name: str) -> Hand:
        page = visitor(viewport=DESK)
        log_in(page, name)
        return hand(page)  # type: ignore[call-arg]

    with time_machine.travel(MORNING):
        reception, nurse, manager = sit_down("desk"), sit_down("sister"), sit_down("boss")
        phone_booking(reception)
        nurse_rings(nurse)
        reception_confirms(reception)
        nurse_falls_ill(manager, place)
    with time_machine.travel(FREE_TIME):  # two hours later everybody has to log in again
        reception, nurse = sit_down("desk"), sit_down("sister")
        somebody_arrives(reception)
        somebody_is_treated(nurse)
        day_sheet(nurse)
    assert {row.actor.username for row in TrailRow.objects.select_related("actor")} == {
        "desk",
        "sister",
        "boss",
    }


def phone_booking(hand: Hand) -> None:
    """At another clinic: no health question is asked, and a nurse rings with them."""
    hand.page.goto(reverse(QUEUE))
    assert "Ring Ona" in hand.page.locator("#content").inner_text()
    hand.press("Add")
    hand.pick("#id_clinic", "London")
    hand.press("Show times")
    hand.press("2:00pm")
    for field, text in {
        "name": "Phoebe Phoned",
        "phone": "020 7946 0009",
        "date_of_birth": "1 2 1960",
    }.items():
        hand.type(f"#id_{field}", text)
    hand.tick("input[name=missed_call][value=leave]")
    hand.press("Book it")
    made = Appointment.objects.get(patient__name="Phoebe Phoned")
    assert (made.status, made.location.slug) == (Status.BOOKED, "london")
    assert CallTask.objects.open().filter(appointment=made, why="health").exists()


def nurse_rings(hand: Hand) -> None:
    hand.page.goto(reverse("admin:bookings_calltask_changelist"))
    assert "Past clot" in hand.page.locator("#content").inner_html()
    hand.press("Open")
    hand.press("Spoke, come as planned")
    assert Appointment.objects.get(patient__name="Ring Ona").clinician_check == Appointment.Check.CLEARED


def reception_confirms(hand: Hand) -> None:
    hand.page.goto(reverse(QUEUE))
    hand.press("Confirm")
    assert Appointment.objects.get(patient__name="Ring Ona").status == Status.BOOKED
    assert "Confirmed" in hand.page.locator(".messagelist").inner_text()


def nurse_falls_ill(hand: Hand, place: Location) -> None:
    """Leave that hits six: one is moved from the list of hits, the others are cancelled and told."""
    hand.page.goto(reverse("admin:bookings_closure_add"))
    hand.pick("#id_kind", "Leave")
    hand.pick("#id_location", place.name)
    day = (FREE_TIME + WEEK).strftime("%Y-%m-%d")
    for field, text in {
        "starts_at_0": day,
        "starts_at_1": "08:00",
        "ends_at_0": day,
        "ends_at_1": "17:00",
    }.items():
        hand.type(f"#id_{field}", text)
    hand.type("#id_reason", "The nurse is ill")
    hand.press("Save")
    asked = hand.page.locator("#content").inner_text()
    assert "6 coming appointments lie in the way" in asked
    assert not Closure.objects.filter(reason="The nurse is ill").exists()
    for nth in range(1, 6):
        row = Appointment.objects.get(patient__name=f"Person {nth}")
        hand.tick(f'input[name=chosen][value="{row.pk}.{row.version}"]')
    hand.press("Save, and cancel the ticked ones")
    ended = Appointment.objects.filter(patient__name__startswith="Person", status=Status.CANCELLED)
    assert ended.count() == 5
    assert Message.objects.filter(kind="cancelled").count() == 5
    hand.page.goto(reverse("admin:bookings_appointment_hits"))
    hand.press("Move")
    hand.press("3:00pm")
    left = Appointment.objects.get(patient__name="Person 0")
    assert left.status == Status.BOOKED
    assert left.starts_at.date() != (FREE_TIME + WEEK).date()
    assert Message.objects.filter(kind="moved", to_address="p0@example.org").exists()


def somebody_arrives(hand: Hand) -> None:
    hand.page.goto(f"{reverse('admin:bookings_appointment_today')}?clinic=maidenhead")
    assert "Anna Session" in hand.page.locator(".today-list").inner_text()
    hand.press("Arrived")
    assert (
        Appointment.objects.get(patient__name="Anna Session", service__kind="session").status
        == Status.ARRIVED
    )


def somebody_is_treated(hand: Hand) -> None:
    hand.page.goto(reverse("admin:bookings_appointment_today"))
    hand.press("Ask")
    hand.press("Nothing has changed")
    hand.tick("#after_areas_0")
    hand.tick("#after_areas_6")
    hand.tick("input[name=stocking_days][value='5']")
    hand.press("Save and send aftercare")
    record = VisitRecord.objects.get(appointment__service__kind="session")
    assert (record.areas, record.stocking_days) == (["left-calf", "right-thigh"], 5)
    assert "until Sunday 7 March" in Message.objects.get(kind="visit_today").text


def day_sheet(hand: Hand) -> None:
    """On paper: the list alone, in black on white, with nothing to press."""
    hand.page.goto(reverse("admin:bookings_appointment_today"))
    hand.page.emulate_media(media="print")
    assert "Anna Session" in hand.page.locator(".today-list").inner_text()
    for gone in (
        "#header",
        ".desk-menu",
        ".today-person",
        ".today-nav",
        ".today-do button",
        ".today-do .desk-button",
    ):
        for each in hand.page.locator(gone).all():
            assert not each.is_visible(), gone
    hand.page.emulate_media(media="screen")
