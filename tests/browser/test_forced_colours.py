"""Where the system chooses every colour, no control vanishes: each keeps a line around it, or under its words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.crawl import Seen

Show = Callable[[Page, Seen], None]
# A plain link or a summary is known by its line below or its own sign; everything else has an edge of another colour.
VANISHED = """() => {
  const found = [];
  let looked = 0;
  const clear = colour => colour === 'transparent' || /^rgba\\(.*, 0\\)$/.test(colour);
  const ground = each => {
    for (let at = each; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!clear(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const line = (style, side, behind) =>
    parseFloat(style[`border${side}Width`]) >= 1 && !['none', 'hidden'].includes(style[`border${side}Style`]) &&
    style[`border${side}Color`] !== behind && !clear(style[`border${side}Color`]);
  for (const each of document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')) {
    if (!each.checkVisibility() || each.closest('.hidden, .skip')) continue;
    looked += 1;
    const style = getComputedStyle(each), behind = ground(each.parentElement);
    const framed = [style, getComputedStyle(each, '::before')].some(
      drawn => drawn.content !== 'none' && ['Top', 'Right', 'Bottom', 'Left'].every(side => line(drawn, side, behind)));
    const native = style.appearance !== 'none' && ['checkbox', 'radio'].includes(each.type);
    const words = ['A', 'SUMMARY', 'BUTTON'].includes(each.tagName) && style.color !== ground(each);
    const pressed = each.matches('button:not(.button-link), .button');
    if (framed || native || (words && !pressed)) continue;
    found.push(`${each.tagName}.${each.className} ${(each.innerText || each.name).trim().slice(0, 40)}`);
  }
  return [looked, found];
}"""


def test_no_control_vanishes_in_forced_colours(
    visitor: Callable[..., Page], show: Show, kinds: list[Seen]
) -> None:
    page = visitor(scripts=True, forced_colors="active")
    total, gone = 0, []
    for answer in kinds:
        show(page, answer)
        looked, found = page.evaluate(VANISHED)
        total += looked
        gone += [f"{answer.address} {each}" for each in found]
    assert len(kinds) >= 50
    assert total >= 1400, total
    assert not gone, "\n".join(gone)


@pytest.mark.parametrize(
    "planted",
    [
        '<button class="button" style="border:0">Send</button>',
        '<input name="phone" style="border:0">',
        '<input type="checkbox" style="appearance:none">',
        '<a href="/" style="forced-color-adjust:none;color:#fff;background:#fff">Home</a>',
    ],
)
def test_a_control_without_an_edge_is_noticed(
    visitor: Callable[..., Page], show: Show, answers: list[Seen], planted: str
) -> None:
    page = visitor(scripts=True, forced_colors="active")
    show(page, Seen("/planted/", answers[0].text.replace("</h1>", f"</h1>{planted}", 1)))
    assert len(page.evaluate(VANISHED)[1]) == 1
