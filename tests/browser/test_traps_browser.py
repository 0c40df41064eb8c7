"""The box for machines in a real browser: no person sees it, reaches it or prints it. And the page of every limit."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bookings.models import CallTask
from tests import cast
from tests.browser.keys import Keyboard
from tests.browser.walk import follow, press

FORMS = ("/book/ring-me/", "/complaints/write/", "/feedback/", "/book/find/")


@pytest.mark.parametrize("path", FORMS)
def test_no_person_sees_the_box_whatever_her_settings(visitor: Callable[..., Page], path: str) -> None:
    for way in (
        {},
        {"forced_colors": "active"},
        {"color_scheme": "dark"},
        {"contrast": "more"},
        {"media": "print"},
    ):
        page = visitor(scripts=True)
        page.emulate_media(**way)  # type: ignore[arg-type]
        page.goto(path)
        box = page.locator("input[name=website]")
        assert box.count() == 1
        assert box.bounding_box() is None, way
        assert "Leave this empty" not in page.locator("body").inner_text()
        assert "Leave this empty" not in str(page.locator("body").aria_snapshot())


@pytest.mark.parametrize("path", FORMS)
def test_the_box_is_reached_by_no_key(visitor: Callable[..., Page], path: str) -> None:
    page = visitor(scripts=True)
    page.goto(path)
    names = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        names.add(page.evaluate("document.activeElement.getAttribute('name')"))
    assert "website" not in names
    assert len(names) >= 2
    assert Keyboard(page).at()


def test_a_password_manager_finds_nothing_to_fill_in(visitor: Callable[..., Page]) -> None:
    page = visitor(scripts=True)
    page.goto("/book/ring-me/")
    assert page.locator("input[name=website]").get_attribute("autocomplete") == "off"


def test_a_text_browser_says_what_the_box_is(site: LiveServer, w3m: str) -> None:
    told = subprocess.run(
        [w3m, "-dump", f"{site.url}/book/ring-me/"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert "Leave this empty" in told


def test_a_person_at_a_real_browser_is_not_suspected(visitor: Callable[..., Page], settings: Any) -> None:
    settings.FORM_LEAST_SECONDS = 2
    page = visitor()
    page.goto("/book/ring-me/")
    page.get_by_label("Your name").fill("Brigid Test")
    page.get_by_label("Phone number").fill("020 7946 0000")
    page.get_by_label("Maidenhead").check()
    page.get_by_label("Any time").check()
    page.get_by_label("Yes").check()
    page.wait_for_timeout(2200)
    press(page, "Ring me")
    assert page.locator("h1").inner_text() == "We will ring you"
    assert CallTask.objects.get().kind == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_sees_and_releases_what_is_suspected(
    visitor: Callable[..., Page], faults: Callable[..., list[str]], site: LiveServer, scheme: str
) -> None:
    place = cast.make_location("maidenhead")
    cast.make_staff("desk", "receptionist", place)
    for nth in range(2):
        cast.services.request(
            key=cast.uuid4(),
            wish=cast.make_wish(place, starts_at=cast.FREE_TIME + nth * cast.dt.timedelta(minutes=30)),
            patient=cast.make_details(name=f"Bot {nth}"),
            suspected=True,
            now=cast.NOW,
        )
    page = visitor(
        scripts=True, bypass_csp=True, color_scheme=scheme, viewport={"width": 1280, "height": 900}
    )
    page.goto("/admin/login/")
    page.get_by_label("Username").fill("desk")
    page.get_by_label("Password").fill(cast.PASSWORD)
    follow(page, page.get_by_role("button", name="Log in"))
    page.goto("/admin/bookings/appointment/queue/")
    assert faults(page) == []
    follow(page, page.get_by_role("link", name="Release suspected requests"))
    assert faults(page) == []
    page.get_by_label("Bot 1").uncheck()
    follow(page, page.get_by_role("button", name="Release the ticked ones"))
    assert "Released: 1" in page.locator("body").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page_of_every_limit(
    visitor: Callable[..., Page], faults: Callable[..., list[str]], settings: Any, scheme: str
) -> None:
    settings.LIMITS = {**settings.LIMITS, "feedback-address": "1/120"}
    page = visitor(scripts=True, bypass_csp=True, color_scheme=scheme, reduced_motion="reduce")
    for title in ("Thank you", "Please try again later, or phone us"):
        page.goto("/feedback/")
        page.get_by_label("What helped you?").fill("The drawings")
        press(page, "Send")
        assert page.locator("h1, .panel").first.inner_text().startswith(title)
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert faults(page) == [], width
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), width
