"""The first page in a real browser, as a phone without scripts sees it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

FIRST_SCREEN = {"width": 320, "height": 568}


def test_the_home_page_fits_a_small_phone_without_scripts(visitor: Callable[..., Page]) -> None:
    page = visitor()
    answer = page.goto("/")
    assert answer is not None
    assert answer.status == 200
    assert page.locator("h1").count() == 1
    assert page.context.cookies() == []
    seen = visitor(scripts=True)
    seen.goto("/")
    assert seen.evaluate("document.documentElement.scrollWidth") <= 320


def test_axe_finds_nothing_on_the_home_page(
    visitor: Callable[..., Page], faults: Callable[[Page], list[str]]
) -> None:
    page = visitor(scripts=True)
    page.goto("/")
    assert faults(page) == []


def test_the_main_button_is_on_the_first_screen_of_a_small_phone(visitor: Callable[..., Page]) -> None:
    """Name, sentence, price and button, without scrolling, on 320 by 568."""
    page = visitor(scripts=True, viewport=FIRST_SCREEN)
    page.goto("/")
    button = page.locator("main a.button").first
    assert button.inner_text() == "Ask for a consultation"
    for each in (page.locator("h1"), page.locator("main .price"), button):
        box = each.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < box["y"] + box["height"] <= FIRST_SCREEN["height"], each.inner_text()
