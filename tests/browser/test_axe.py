"""axe finds nothing on any page, any booking step or any error state: narrow and wide, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Page

from tests.crawl import Seen
from tests.scale import SCALE

NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 900}
BAD = (
    '<!doctype html><html><head><link rel="stylesheet" href="/static/css/site.css"></head><body>'
    '<h1></h1><img src="/a.png"><input><p style="color:#aaa">Pale</p>'
)

Show = Callable[[Page, Seen], None]
Faults = Callable[..., list[str]]


@pytest.mark.parametrize("half", [0, 1])
def test_axe_finds_nothing_anywhere(
    visitor: Callable[..., Page],
    show: Show,
    faults: Faults,
    answers: list[Seen],
    kinds: list[Seen],
    half: int,
) -> None:
    """In two halves, so that two processes share the work. A dark page differs from a light one in its colours alone.

    One of each page and of each of its error states; at full figures every answer that differs by a word.
    """
    looked_at = answers if SCALE >= 1 else kinds
    assert len(looked_at) >= 90
    page = visitor(scripts=True, reduced_motion="reduce")  # else the colours are still on their way
    found, looks = [], 0
    for answer in looked_at[half::2]:
        show(page, answer)
        for size, scheme in product((NARROW, WIDE), ("light", "dark")):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            lines = faults(page, tags=None if scheme == "light" else ["cat.color"])
            found += [f"{answer.address} ({answer.status}) {size['width']} {scheme} {line}" for line in lines]
            looks += 1
    assert looks >= 180
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_pale_words_in_both_schemes(
    visitor: Callable[..., Page], show: Show, faults: Faults, scheme: str
) -> None:
    page = visitor(scripts=True, color_scheme=scheme)
    sheet = '<link rel="stylesheet" href="/static/css/site.css">'
    show(page, Seen("/planted/", f'<!doctype html>{sheet}<p style="color:#777">Pale</p>'))
    assert faults(page, tags=["cat.color"]) == ["color-contrast: p"]


def test_axe_finds_a_planted_breach(visitor: Callable[..., Page], show: Show, faults: Faults) -> None:
    page = visitor(scripts=True)
    show(page, Seen("/planted/", BAD))
    found = " ".join(faults(page))
    for rule in ("document-title", "html-has-lang", "image-alt", "label", "color-contrast", "empty-heading"):
        assert rule in found, rule


def test_axe_runs_on_a_page_as_it_is_served(visitor: Callable[..., Page], faults: Faults) -> None:
    """The policy refuses scripts, ours and axe's alike, so it is lifted here and here alone."""
    page = visitor(scripts=True, bypass_csp=True)
    for address in ("/", "/treatments/aftercare/", "/book/"):
        page.goto(address)
        assert faults(page) == [], address
