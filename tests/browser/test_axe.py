"""axe finds nothing on any page, any booking step or any error state: narrow and wide, light and dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.crawl import Seen

NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 900}
BAD = (
    '<!doctype html><html><head></head><body><h1></h1><img src="/a.png"><input><p style="color:#aaa">Pale</p>'
)

Show = Callable[[Page, Seen], None]
Faults = Callable[[Page], list[str]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["320", "1280"])
def test_axe_finds_nothing_anywhere(
    visitor: Callable[..., Page],
    show: Show,
    faults: Faults,
    answers: list[Seen],
    size: dict[str, int],
    scheme: str,
) -> None:
    assert len(answers) >= 70
    page = visitor(scripts=True, viewport=size, color_scheme=scheme)
    found = []
    for answer in answers:
        show(page, answer)
        found += [f"{answer.address} ({answer.status}) {fault}" for fault in faults(page)]
    assert not found, f"of {len(answers)} answers:\n" + "\n".join(found)


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
