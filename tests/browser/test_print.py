"""On paper: no navigation, the phone numbers, the extras opened; the page for an emergency is one sheet of A4."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

HIDDEN = ".topline, .masthead, .skip, .foot nav, .to-top, .trail"


def on_paper(visitor: Callable[..., Page], path: str) -> Page:
    page = visitor(scripts=True, viewport={"width": 794, "height": 1123})
    page.goto(path)
    page.emulate_media(media="print")
    return page


def sheets(page: Page) -> int:
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.parametrize("path", ["/treatments/aftercare/", "/help-now/", "/treatments/before-your-visit/"])
def test_a_leaflet_has_phones_and_no_navigation(visitor: Callable[..., Page], path: str) -> None:
    page = on_paper(visitor, path)
    hidden = page.locator(HIDDEN)
    assert hidden.count() >= 4
    assert [each.inner_text() for each in hidden.all() if each.is_visible()] == []
    head = page.locator(".print-head")
    assert head.is_visible()
    assert "0800 783 6106" in head.inner_text()
    assert "01 293 7839" in head.inner_text()


def test_help_now_is_one_sheet(visitor: Callable[..., Page]) -> None:
    assert sheets(on_paper(visitor, "/help-now/")) == 1


def test_the_sheets_are_counted(visitor: Callable[..., Page]) -> None:
    """The control of the test above: a longer text takes more sheets."""
    assert sheets(on_paper(visitor, "/treatments/aftercare/")) >= 2


def test_the_sources_stand_open_on_paper(visitor: Callable[..., Page]) -> None:
    page = on_paper(visitor, "/treatments/aftercare/")
    opened = page.locator("details.more > ul").first.evaluate("each => each.checkVisibility()")
    assert opened, "the list of sources is shut"
