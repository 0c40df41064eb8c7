"""The diary in a real browser: a mouse drags an appointment to a free time, links do the same without a script."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bookings.models import Appointment
from clinic.models import Location
from tests import cast
from tests.browser.hands import Hand, Keys, Mouse
from tests.browser.test_admin_axe import log_in
from tests.browser.walk import follow
from tests.cast import FREE_TIME

DESK = {"width": 1280, "height": 800}
ON = FREE_TIME.replace(hour=10, minute=0)


@pytest.fixture
def booked(site: LiveServer) -> Appointment:
    place = Location.objects.get(slug="maidenhead")
    cast.make_staff("desk", "receptionist", place)
    return cast.make_booked(place, starts_at=ON)


def diary(page: Page) -> Page:
    log_in(page, "desk")
    page.goto(f"{reverse('admin:bookings_appointment_diary')}?day=2027-03-02&clinic=maidenhead")
    return page


def starts(booked: Appointment) -> str:
    booked.refresh_from_db()
    return f"{booked.starts_at:%H:%M}"


def test_dragging_asks_and_only_the_press_moves(visitor: Callable[..., Page], booked: Appointment) -> None:
    page = diary(visitor(scripts=True, viewport=DESK))
    hers, free = page.locator("[data-move]"), page.locator("[data-slot$='T14:00Z']")
    assert (hers.count(), free.count()) == (1, 1)
    with page.expect_navigation():
        hers.drag_to(free)
    assert "Move to Tuesday 2 March, 2pm, Maidenhead?" in page.locator("#content").inner_text()
    assert starts(booked) == "10:00", "dragging alone changes nothing"
    follow(page, page.get_by_role("button", name="Move it"))
    assert "Moved:" in page.locator(".messagelist").inner_text()
    assert starts(booked) == "14:00"


def test_what_is_not_free_takes_nothing(visitor: Callable[..., Page], booked: Appointment) -> None:
    page = diary(visitor(scripts=True, viewport=DESK))
    before = page.url
    page.locator("[data-move]").drag_to(page.locator("thead th").last)
    page.locator("[data-slot]").first.drag_to(page.locator("[data-slot]").last)
    assert page.url == before
    assert page.locator("td.drop").count() == 0


def test_somebody_faster_is_told_after_a_drag_too(visitor: Callable[..., Page], booked: Appointment) -> None:
    page = diary(visitor(scripts=True, viewport=DESK))
    with page.expect_navigation():
        page.locator("[data-move]").drag_to(page.locator("[data-slot$='T14:00Z']"))
    cast.act(cast.services.cancel, booked)
    follow(page, page.get_by_role("button", name="Move it"))
    assert "was faster" in page.locator("#content, .messagelist").all_inner_texts()[0]
    assert starts(booked) == "10:00"


@pytest.mark.parametrize("hand", [Mouse, Keys], ids=["mouse", "keyboard"])
def test_without_a_script_links_do_the_same(
    visitor: Callable[..., Page], booked: Appointment, hand: type[Hand]
) -> None:
    page = diary(visitor(viewport=DESK))
    at_work = hand(page)  # type: ignore[call-arg]
    at_work.press("Booked · Brigid T")
    at_work.press("Move")
    at_work.press("3:00pm")
    assert starts(booked) == "15:00"


def test_the_page_is_no_wider_than_the_screen(visitor: Callable[..., Page], booked: Appointment) -> None:
    for slug in ("amersham", "london", "dublin"):
        cast.make_clinic(slug)
    page = visitor(viewport=DESK)
    log_in(page, "desk")
    for view, width in product(("day", "week", "month"), (320, 768, 1280)):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{reverse('admin:bookings_appointment_diary')}?day=2027-03-02&view={view}")
        assert page.evaluate("document.documentElement.scrollWidth", None) <= width, (view, width)
