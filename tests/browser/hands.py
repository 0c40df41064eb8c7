"""Two ways to work at the desk: with a mouse, and by the keyboard alone. The same steps run with either."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Page

from tests.browser.keys import AT, FARTHEST, Keyboard
from tests.browser.walk import follow


class Hand(Protocol):
    page: Page

    def press(self, name: str) -> None:
        """What leads to another page: a button or a link, by the words it starts with."""

    def type(self, field: str, text: str) -> None:
        """Into a field, by its CSS selector."""

    def tick(self, field: str) -> None: ...

    def pick(self, field: str, option: str) -> None: ...


class Mouse:
    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, name: str) -> None:
        main = self.page.locator("#container")
        button = main.get_by_role("button", name=name)
        follow(self.page, button.or_(main.get_by_role("link", name=name)).first)

    def type(self, field: str, text: str) -> None:
        self.page.locator(field).fill(text)

    def tick(self, field: str) -> None:
        self.page.locator(field).check()

    def pick(self, field: str, option: str) -> None:
        self.page.locator(field).select_option(label=option)


class Keys:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.keyboard = Keyboard(page)

    def press(self, name: str) -> None:
        self.keyboard.leave_by(name)

    def type(self, field: str, text: str) -> None:
        self._go_to(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def tick(self, field: str) -> None:
        self._go_to(field)
        if not self.page.evaluate("document.activeElement.checked"):
            self.page.keyboard.press("Space")

    def pick(self, field: str, option: str) -> None:
        self._go_to(field)
        self.page.keyboard.type(option)

    def _go_to(self, field: str) -> None:
        """Tab until the focus is on the field; on to the wanted radio of a group with the arrows."""
        for _ in range(FARTHEST):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(AT) is None:
                continue
            self.keyboard.at()
            for _ in range(12):
                if self.page.evaluate("field => document.activeElement.matches(field)", field):
                    return
                if not self.page.evaluate(
                    """field => { const at = document.activeElement, to = document.querySelector(field);
                       return at.type === 'radio' && to && to.type === 'radio' && at.name === to.name }""",
                    field,
                ):
                    break
                self.keyboard.key("ArrowDown")
        raise AssertionError(f"no Tab leads to {field!r} on {self.page.url}")
