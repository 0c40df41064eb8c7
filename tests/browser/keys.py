"""A person at a keyboard: goes to things with Tab and the arrows, and minds at each stop that the focus is seen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

FARTHEST = 120  # presses of Tab before a thing counts as out of reach
AT = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  return {
    id: at.id, tag: at.tagName, type: at.type || '',
    name: (at.labels && at.labels[0] ? at.labels[0].innerText
      : at.getAttribute('aria-label') || at.innerText || (at.type === 'submit' && at.value) || at.name || '').trim(),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    in_main: !!at.closest('main'),
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
  };
}"""


class Keyboard:
    """Goes through a page by keys alone. `stops` lists every place where the focus has been."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.stops: list[dict[str, Any]] = []

    def at(self) -> dict[str, Any]:
        """Where the focus is; it has to be there, on the screen and outlined."""
        now = self.page.evaluate(AT)
        assert now, f"the focus is nowhere on {self.page.url}"
        assert now["seen"], f"the focus is out of sight on {self.page.url}: {now}"
        assert now["outlined"], f"the focus has no outline on {self.page.url}: {now}"
        self.stops.append(now)
        return now

    def key(self, name: str) -> dict[str, Any]:
        self.page.keyboard.press(name)
        return self.at()

    def go_to(self, name: str) -> Keyboard:
        """Tab until the focus is on what is called so; on to the right radio of a group with the arrows.

        After the end of the page the next Tab comes in at the top again, as from a browser's own bar.
        """
        for _ in range(FARTHEST):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(AT) is None:
                continue
            now = self.at()
            first = now["name"]
            while now["type"] == "radio" and name not in now["name"] and name in self._group(now["id"]):
                now = self.key("ArrowDown")
                assert now["name"] != first, f"the arrows do not reach {name!r}"
            if name in now["name"]:
                return self
        raise AssertionError(f"no Tab leads to {name!r} on {self.page.url}")

    def leave_by(self, name: str, key: str = "Enter") -> None:
        """Press what leads to another page."""
        self.go_to(name)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def tick(self, name: str) -> Keyboard:
        self.go_to(name)
        if not self.page.evaluate("document.activeElement.checked"):
            self.page.keyboard.press("Space")
        return self

    def type(self, name: str, text: str) -> Keyboard:
        self.go_to(name)
        self.page.keyboard.type(text)
        return self

    def _group(self, ident: str) -> str:
        return self.page.evaluate(
            """ident => [...document.getElementsByName(document.getElementById(ident).name)]
               .map(each => each.labels[0].innerText).join(' | ')""",
            ident,
        )
