"""Finding a time in a real browser: on a phone without scripts, by keyboard alone, and axe on each page of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bookings.models import WorkingPattern
from clinic.models import Location
from tests import cast
from tests.browser.keys import Keyboard
from tests.browser.stops import PHONE, Faults, Show, Stops
from tests.browser.walk import choose, follow, press

Visitor = Callable[..., Page]


@pytest.fixture
def dublin(site: object) -> Location:
    """Thursday evenings and Saturday mornings."""
    place = cast.make_location("dublin")
    nurse = cast.make_clinician("Nurse Demo Dublin")
    for weekday, starts, ends in ((3, 17, 19), (5, 9, 11)):
        cast.make_pattern(
            place, clinician=nurse, weekday=weekday, starts=dt.time(starts), ends=dt.time(ends), step=30
        )
    return place


def to_times(page: Page) -> None:
    page.goto("/book/?clinic=maidenhead")
    press(page, "No, I have none of these")
    choose(page, "Fine red, blue or purple lines")
    press(page, "Continue")


def open_search(page: Page) -> None:
    page.get_by_text("Choose when and where").click()


def test_evenings_in_dublin_on_a_phone_without_scripts(
    visitor: Visitor, dublin: Location, show: Show, faults: Faults
) -> None:
    stops = Stops(visitor(viewport=PHONE))
    page = stops.page
    to_times(page)
    open_search(page)
    stops.at("times, the search open")
    page.get_by_label("From which day?").fill("someday")
    press(page, "Show these times")
    expect(page.get_by_label("From which day?")).to_have_value("someday")
    stops.at("times, a day nobody can read", error=True)
    page.get_by_label("From which day?").fill("2 march")
    page.get_by_label("Maidenhead").uncheck()
    page.get_by_label("Dublin").check()
    press(page, "Show these times")
    expect(page.locator("h1")).to_have_text("Choose a time at Dublin")
    open_search(page)
    page.get_by_label("Evenings, from 5pm").check()
    press(page, "Show these times")
    stops.at("times, evenings in Dublin")
    assert page.locator(".day h2").first.inner_text() == "Thursday 4 March"
    press(page, re.compile("^5:30pm"))
    stops.at("health 1")
    assert "Thursday 4 March, 5:30pm, Dublin" in page.locator(".so-far").inner_text()
    stops.axe(visitor(scripts=True, reduced_motion="reduce"), show, faults)


def test_a_next_free_time_leads_from_home_into_the_request(visitor: Visitor) -> None:
    page = visitor(viewport=PHONE)
    page.goto("/")
    box = page.locator(".next-free a").first.bounding_box()
    assert box
    assert box["height"] >= 48
    follow(page, page.get_by_role("link", name="Tuesday 23 February, 9am, Maidenhead"))
    assert "You chose: Tuesday 23 February, 9am, Maidenhead." in page.locator("main").inner_text()
    page.goto("/clinics/maidenhead/")
    for link in page.locator(".next-times .times a").all():
        at = link.bounding_box()
        assert at
        assert at["height"] >= 48
        assert at["width"] >= 48
    assert page.locator(".next-times .times a").count() == 3


def test_none_soon_on_a_phone(visitor: Visitor, dublin: Location, show: Show, faults: Faults) -> None:
    WorkingPattern.objects.filter(location__slug="maidenhead").update(valid_from=dt.date(2027, 4, 20))
    stops = Stops(visitor(viewport=PHONE))
    page = stops.page
    page.goto("/clinics/maidenhead/")
    stops.at("a clinic without a free time")
    to_times(page)
    stops.at("times, none soon")
    assert page.locator("main a.button").first.inner_text() == "Ask us to ring you"
    stops.axe(visitor(scripts=True, reduced_motion="reduce"), show, faults)


def test_the_search_by_keyboard(visitor: Visitor, dublin: Location) -> None:
    keyboard = Keyboard(visitor(scripts=True, viewport={"width": 1024, "height": 768}))
    to_times(keyboard.page)
    keyboard.go_to("Choose when and where").key("Enter")
    keyboard.tick("Dublin")
    keyboard.type("From which day?", "2 3 2027")
    keyboard.leave_by("Show these times")
    expect(keyboard.page.locator("h1")).to_have_text("Choose a time at Maidenhead or Dublin")
    keyboard.leave_by("Later times")
    expect(keyboard.page.locator("h1")).to_have_text("Choose a time at Maidenhead or Dublin")
