"""The first page in a real browser, as a phone without scripts sees it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page


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
