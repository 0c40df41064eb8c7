"""The whole journey by keyboard alone, with the focus in sight at every stop."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.keys import Keyboard
from tests.browser.walk import TYPED
from tests.crawl import Seen


@pytest.fixture
def keyboard(visitor: Callable[..., Page]) -> Keyboard:
    return Keyboard(visitor(scripts=True, viewport={"width": 1024, "height": 768}))


def test_the_whole_journey_by_keyboard(keyboard: Keyboard) -> None:
    page = keyboard.page
    page.goto("/clinics/maidenhead/")
    keyboard.leave_by("Ask at this clinic")
    keyboard.leave_by("No, I have none of these", "Space")
    keyboard.leave_by("Continue")
    expect(page.locator("#problem")).to_be_focused()
    keyboard.key("Tab")
    keyboard.key("Enter")
    assert keyboard.at()["type"] == "radio"
    keyboard.page.keyboard.press("Space")
    assert keyboard.key("ArrowDown")["name"].startswith("Wider")
    keyboard.leave_by("Continue")
    keyboard.leave_by("10:15am")
    for _ in range(3):
        keyboard.tick("No, none of these").leave_by("Continue")
    for label, text in TYPED.items():
        keyboard.type(label, text)
    keyboard.tick("You may leave a message").leave_by("Continue")
    keyboard.tick("I ask for this appointment").leave_by("Send my request")
    expect(page.locator("h1")).to_have_text("We have your request")
    keyboard.leave_by("See your request")
    expect(page.locator("h1")).to_have_text("Your request")
    assert len(keyboard.stops) >= 100


def test_the_skip_link_leads_to_the_text(keyboard: Keyboard) -> None:
    for path in ("/", "/treatments/aftercare/", "/book/"):
        keyboard.page.goto(path)
        assert keyboard.key("Tab")["name"] == "Skip to the main text"
        keyboard.page.keyboard.press("Enter")
        assert keyboard.key("Tab")["in_main"], path


def test_the_menu_of_a_phone_opens_by_keyboard(visitor: Callable[..., Page]) -> None:
    keyboard = Keyboard(visitor(scripts=True))
    keyboard.page.goto("/")
    keyboard.go_to("Menu").key("Enter")
    assert keyboard.key("Tab")["name"] == "Treatments"
    keyboard.leave_by("Fees")
    assert keyboard.page.url.endswith("/fees/")


def test_every_error_takes_the_focus_and_leads_to_its_field(
    visitor: Callable[..., Page], show: Callable[[Page, Seen], None], answers: list[Seen]
) -> None:
    keyboard = Keyboard(visitor(scripts=True))
    page, followed = keyboard.page, 0
    wrong = [answer for answer in answers if "problem" in answer.ids]
    assert len(wrong) >= 9
    for answer in wrong:
        show(page, answer)
        expect(page.locator("#problem")).to_be_focused()
        keyboard.at()
        for link in page.locator("#problem a").all():
            target = (link.get_attribute("href") or "").removeprefix("#")
            link.focus()
            page.keyboard.press("Enter")
            expect(page.locator(f"#{target}")).to_be_focused()
            assert keyboard.at()["id"] == target
            followed += 1
    assert followed >= 15


def test_a_focus_that_is_not_seen_is_noticed(visitor: Callable[..., Page]) -> None:
    keyboard = Keyboard(visitor(scripts=True))
    keyboard.page.set_content('<style>a{outline:0 !important}</style><main><a href="/">Home</a></main>')
    with pytest.raises(AssertionError, match="no outline"):
        keyboard.go_to("Home")
