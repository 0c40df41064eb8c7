"""A leaflet on paper: the sheet has its clinics at the top, everything stands open, nothing leads anywhere by a press."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.test_print import HIDDEN, on_paper, sheets
from treatments.leaflets import LEAFLETS

MOST_SHEETS = {"aftercare": 5, "before-your-visit": 3}  # sides of A4, with the widest of the usual fonts


@pytest.mark.parametrize("slug", LEAFLETS)
def test_the_sheet_has_clinics_and_no_navigation(visitor: Callable[..., Page], slug: str) -> None:
    page = on_paper(visitor, f"/leaflets/{slug}/")
    assert [
        each.inner_text() for each in page.locator(f"{HIDDEN}, .no-print, .foot").all() if each.is_visible()
    ] == []
    head = page.locator(".print-head")
    for words in ("0800 783 6106", "01 293 7839", "24-28 The Broadway", "62 Wimpole Street", "76 Furze Road"):
        assert words in head.inner_text()
    assert page.locator(".by-hand").is_visible()
    assert 1 <= sheets(page) <= MOST_SHEETS[slug]


def test_a_link_prints_its_whole_address(visitor: Callable[..., Page], site: object) -> None:
    page = on_paper(visitor, "/leaflets/before-your-visit/")
    link = page.locator('main a[data-address$="/help-now/"]')
    printed = link.evaluate("each => getComputedStyle(each, '::after').content")
    assert "testserver/help-now/" in printed


@pytest.mark.parametrize("slug", LEAFLETS)
def test_on_a_screen_it_says_how_to_print_and_shows_no_second_head(
    visitor: Callable[..., Page], slug: str
) -> None:
    page = visitor()
    page.goto(f"/leaflets/{slug}/")
    assert page.get_by_text("choose Print in the menu of your browser").is_visible()
    assert not page.locator(".print-head").is_visible()
    assert page.locator(".masthead").is_visible()
