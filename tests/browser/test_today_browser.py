"""Today in a real browser: eight people on one screen of 1280 by 800, a phone's width, and the sheet on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bookings import services
from clinic.models import Location
from tests import cast, desk_cast
from tests.browser.test_admin_axe import log_in
from tests.cast import FREE_TIME

MORNING = FREE_TIME.replace(hour=8, minute=0)
HALF_HOUR = dt.timedelta(minutes=30)
THREE_LINES = 80  # pixels of a row with its padding
Faults = Callable[[Page], list[str]]


@pytest.fixture
def eight(site: LiveServer) -> Iterator[Location]:
    """A day as full as a desk knows it: a session that is here, one whom a nurse rings, needs, marks, a long name."""
    here = Location.objects.get(slug="maidenhead")
    cast.make_service("session")
    cast.make_gap()
    session = cast.make_session(here, patient=cast.make_details(name="Anna Session"))
    at = [FREE_TIME + dt.timedelta(hours=1) + nth * HALF_HOUR for nth in range(7)]
    for nth, starts in enumerate(at[:6]):
        who = cast.make_details(name=f"Person Featherstone {nth}", email=f"p{nth}@example.org")
        cast.make_booked(here, starts_at=starts, patient=who, access_needs=["step-free", "faints"][: nth % 3])
    desk_cast.ringing_request(here, starts_at=at[6], patient=cast.make_details(name="Ring Ona"))
    cast.make_staff("desk", "receptionist", here)
    cast.make_staff("sister", "clinician", here)
    with time_machine.travel(MORNING):
        cast.act(services.arrive, session, cast.make_desk(here), now=MORNING)
        yield here


def today(page: Page, name: str) -> Page:
    log_in(page, name)
    page.goto(f"{reverse('admin:bookings_appointment_today')}?day=2027-03-02")
    assert page.locator(".today-list > li:not(.today-gap)").count() == 8
    return page


@pytest.mark.parametrize("name", ["desk", "sister"])
def test_eight_people_need_no_scrolling(visitor: Callable[..., Page], eight: Location, name: str) -> None:
    page = today(visitor(viewport={"width": 1280, "height": 800}), name)
    assert page.evaluate("document.documentElement.scrollHeight") <= 800
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    rows = page.locator(".today-list > li").all()
    tall = [row.inner_text() for row in rows if (row.bounding_box() or {"height": 0})["height"] > THREE_LINES]
    assert not tall, "more than three lines"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320), ("light", 768)])
def test_axe_finds_nothing_on_it(
    visitor: Callable[..., Page], faults: Faults, eight: Location, scheme: str, width: int
) -> None:
    page = today(
        visitor(scripts=True, bypass_csp=True, viewport={"width": width, "height": 800}, color_scheme=scheme),
        "sister",
    )
    assert page.get_by_role("button", name="Save and send aftercare").count() == 1
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_it_is_the_list_alone(visitor: Callable[..., Page], eight: Location) -> None:
    page = today(visitor(viewport={"width": 794, "height": 1123}), "sister")
    page.emulate_media(media="print")
    assert page.locator(".today-list > li").first.is_visible()
    for gone in ("#header", ".desk-menu", ".today-person", ".today-nav", ".today-waits", ".desk-button"):
        assert not any(each.is_visible() for each in page.locator(gone).all()), gone
    assert page.evaluate("document.documentElement.scrollHeight") <= 1123, "one sheet of A4"
