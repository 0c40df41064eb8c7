"""Every page by Tab alone: each thing to press has its turn, in the order of the source, seen, outlined and not covered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.crawl import Seen

Show = Callable[[Page, Seen], None]
PHONE, DESK = {"width": 320, "height": 640}, {"width": 1280, "height": 800}
# What Tab has to reach, in the order of the source. A group of radios is one stop: the chosen one, or the first.
LIST = """() => {
  const groups = new Set();
  window.stops = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex="-1"])')]
    .filter(each => !each.disabled && each.checkVisibility({visibilityProperty: true}))
    .filter(each => {
      if (each.type !== 'radio') return true;
      const chosen = [...document.getElementsByName(each.name)].find(one => one.checked);
      if (groups.has(each.name) || (chosen && chosen !== each)) return false;
      return groups.add(each.name);
    });
  window.seen = [];
  addEventListener('keydown', () => { const here = window.look(); if (here) window.seen.push(here); }, true);
  const at = document.activeElement, put = at && at !== document.body;
  const passed = window.stops.filter(
    each => put && (each === at || each.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING));
  return {wanted: window.stops.length, before: passed.length - 1, put};
}"""
# How the focus stands. It is asked when the next key goes down: by then the page has scrolled to it.
LOOK = """window.look = () => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  const style = getComputedStyle(at), faults = [];
  const boxes = [...at.getClientRects()].filter(box => box.width > 0 && box.height > 0);
  const inside = box => box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const seen = boxes.filter(inside);
  if (!seen.length) faults.push('is out of sight');
  const top = box => document.elementFromPoint(
    (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2,
    (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2);
  const shown = box => { const there = top(box); return there && (at.contains(there) || there.contains(at)); };
  if (seen.length && !seen.some(shown)) faults.push('is covered');
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) faults.push('has no outline');
  return {index: window.stops.indexOf(at), name: (at.innerText || at.name || at.id).trim().slice(0, 40), faults};
}; 0"""


def walk(page: Page) -> tuple[int, list[str]]:
    """Tab from wherever the page puts the focus to its end: how many stops, and what was wrong at them."""
    page.evaluate(LOOK)
    begin = page.evaluate(LIST)
    wanted, before = begin["wanted"], begin["before"]
    for _ in range(wanted - before):
        page.keyboard.down("Tab")
    page.keyboard.up("Tab")
    stops: list[dict[str, Any]] = page.evaluate("window.seen")
    if begin["put"]:  # the page itself has put the focus somewhere, on its error summary perhaps
        stops = stops[1:]
    faults = [f"{stop['name']!r} {fault}" for stop in stops for fault in stop["faults"]]
    order = [stop["index"] for stop in stops]
    if order != list(range(before + 1, wanted)):
        faults.append(f"Tab goes {order} of {wanted}")
    return len(stops), faults


def tab_through(page: Page, show: Show, answers: list[Seen]) -> tuple[int, list[str]]:
    total, found = 0, []
    for answer in answers:
        show(page, answer)
        stops, faults = walk(page)
        total += stops
        found += [f"{answer.address} {fault}" for fault in faults]
    return total, found


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_by_tab_alone(
    visitor: Callable[..., Page], show: Show, kinds: list[Seen], size: dict[str, int]
) -> None:
    assert len(kinds) >= 50
    if size == DESK:  # once for each address: the phone has gone through what a mistake adds
        kinds = list({each.path: each for each in reversed(kinds)}.values())
    page = visitor(scripts=True, viewport=size, reduced_motion="reduce")
    total, found = tab_through(page, show, kinds)
    assert total >= 1400, total
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("planted", "says"),
    [
        ('<a href="/x/" tabindex="3">First</a>', "Tab goes"),
        ('<a href="/x/" style="outline:0">Bare</a>', "has no outline"),
        ('<a href="/x/" style="position:absolute;left:-999px">Away</a>', "is out of sight"),
        ('<div style="position:fixed;inset:0;background:#fff">Over</div>', "is covered"),
        ('<a href="/x/" tabindex="-1">Left out</a>', "Tab goes"),
    ],
)
def test_a_planted_breach_is_noticed(
    visitor: Callable[..., Page], show: Show, answers: list[Seen], planted: str, says: str
) -> None:
    page = visitor(scripts=True, viewport=DESK)
    home = answers[0].text.replace("</h1>", f"</h1>{planted}", 1)
    _, found = tab_through(page, show, [Seen("/planted/", home)])
    assert any(says in line for line in found), found
