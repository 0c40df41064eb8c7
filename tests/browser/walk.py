"""The way from a clinic's page to "We have your request" in a real browser, one stop at a time. It judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from playwright.sync_api import Locator, Page

TYPED = {
    "Your name": "Brigid Test",
    "Phone number": "020 7946 0000",
    "Email": "brigid@example.org",
    "Date of birth": "27 3 1958",
}


def follow(page: Page, control: Locator) -> None:
    """Press what leads to another page, and wait until that page stands: a click alone returns before it is read."""
    with page.expect_navigation(wait_until="load"):
        control.click()


def press(page: Page, name: str | re.Pattern[str]) -> None:
    follow(page, page.locator("main").get_by_role("button", name=name).first)


def choose(page: Page, label: str) -> None:
    page.get_by_label(label).first.check()


def to_health(page: Page, time: str | re.Pattern[str] = "10:15am") -> Iterator[str]:
    page.goto("/clinics/maidenhead/")
    yield "the clinic"
    follow(page, page.get_by_role("link", name="Ask at this clinic"))
    yield "start"
    press(page, "No, I have none of these")
    yield "visit"
    press(page, "Continue")
    yield "visit, nothing chosen"
    choose(page, "Fine red, blue or purple lines")
    press(page, "Continue")
    yield "time"
    press(page, time)
    yield "health 1"


def by_questions(page: Page, time: str | re.Pattern[str] = "10:15am") -> Iterator[str]:
    """The full route, with an empty answer at each step that can be answered wrongly."""
    yield from to_health(page, time)
    press(page, "Continue")
    yield "health 1, nothing ticked"
    for number in (2, 3, 4):
        choose(page, "No, none of these")
        press(page, "Continue")
        yield f"health {number}" if number < 4 else "details"
    yield from _from_details(page)


def by_phone(page: Page, time: str | re.Pattern[str] = "10:15am") -> Iterator[str]:
    """The short route: the health questions on the phone."""
    yield from to_health(page, time)
    press(page, "Ask me all of this on the phone")
    yield "details"
    yield from _from_details(page)


def _from_details(page: Page) -> Iterator[str]:
    press(page, "Continue")
    yield "details, nothing typed"
    for label, text in TYPED.items():
        page.get_by_role("textbox", name=label).fill(text)
    choose(page, "You may leave a message")
    press(page, "Continue")
    yield "check"
    press(page, "Send my request")
    yield "check, not agreed"
    choose(page, "I ask for this appointment")
    press(page, "Send my request")
    yield "sent"
    follow(page, page.get_by_role("link", name="See your request"))
    yield "your request"
