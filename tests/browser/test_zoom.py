"""At 400% zoom, and so on the smallest phone: nothing scrolls two ways, nothing is cut off, nothing stands over the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.crawl import Seen

Show = Callable[[Page, Seen], None]
# A window of 1280 by 1024 at 400% is this many of the page's own pixels, each made of four by four.
ZOOMED = {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4}
TOO_WIDE = """() => {
  const found = [], hidden = '.hidden, .skip, svg *';
  const named = each => `${each.tagName}.${each.className} ${each.textContent.trim().slice(0, 40)}`;
  if (document.documentElement.scrollWidth > innerWidth)
    found.push(`it is ${document.documentElement.scrollWidth} wide`);
  for (const each of document.querySelectorAll('body, body *')) {
    if (each.closest(hidden) || !each.checkVisibility()) continue;
    const style = getComputedStyle(each), box = each.getBoundingClientRect();
    if (box.right > innerWidth + 1) found.push(`${named(each)} reaches ${Math.round(box.right)}`);
    const across = each.scrollWidth > each.clientWidth + 1, down = each.scrollHeight > each.clientHeight + 1;
    if (style.overflowX !== 'visible' && across) found.push(`${named(each)} is cut or scrolls`);
    if (style.overflowY === 'hidden' && down) found.push(`${named(each)} is cut below`);
    if (['fixed', 'sticky'].includes(style.position)) found.push(`${named(each)} stands over the text`);
  }
  return found;
}"""


def test_every_page_reads_downwards_at_400_percent(
    visitor: Callable[..., Page], show: Show, answers: list[Seen]
) -> None:
    assert len(answers) >= 70
    page = visitor(scripts=True, **ZOOMED)
    found = []
    for answer in answers:
        show(page, answer)
        found += [f"{answer.address} {fault}" for fault in page.evaluate(TOO_WIDE)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("planted", "says"),
    [
        ("<pre>" + "wide " * 40 + "</pre>", "wide"),
        ('<div style="overflow:auto"><pre>' + "wide " * 40 + "</pre></div>", "scrolls"),
        ('<p style="height:1em;overflow:hidden">' + "tall " * 40 + "</p>", "cut below"),
        ('<p style="position:sticky;top:0">Here</p>', "stands over"),
    ],
)
def test_a_planted_breach_is_found(
    visitor: Callable[..., Page], show: Show, answers: list[Seen], planted: str, says: str
) -> None:
    page = visitor(scripts=True, **ZOOMED)
    show(page, Seen("/planted/", answers[0].text.replace("</h1>", f"</h1>{planted}", 1)))
    assert any(says in line for line in page.evaluate(TOO_WIDE))
