"""Pages of a journey that a browser without scripts was shown, kept so that axe can look at each afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response

from tests.seen import Seen

PHONE = {"width": 390, "height": 844}
Show = Callable[[Page, Seen], None]
Faults = Callable[..., list[str]]


@dataclass
class Stops:
    """What one person came past, in order. It watches her page; `at` names the stop where she is now."""

    page: Page
    seen: dict[str, Seen] = field(default_factory=dict)
    status: int = 0

    def __post_init__(self) -> None:
        self.page.on("response", self._heard)

    def _heard(self, response: Response) -> None:
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self.status = response.status

    def at(self, name: str, *, h1: str = "", status: int = 200, error: bool = False) -> None:
        """She is here: one heading, no script, the status and title that such a page has."""
        page = self.page
        assert name not in self.seen, name
        assert page.locator("h1").count() == 1, name
        assert page.locator("script:not([type='application/ld+json'])").count() == 0, name
        assert not h1 or page.locator("h1").inner_text() == h1, (name, page.locator("h1").inner_text())
        assert self.status == status, (name, self.status)
        assert page.title().startswith("Error:") == error, (name, page.title())
        parts = urlsplit(page.url)
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        self.seen[name] = Seen(address, page.content(), status)

    def says(self, *sentences: str) -> None:
        text = " ".join(self.page.locator("main").inner_text().split())
        for sentence in sentences:
            assert sentence in text, (sentence, text[:900])

    def axe(self, other: Page, show: Show, faults: Faults) -> None:
        """Every stop once more on a page where scripts may run, light and dark."""
        found, looks = [], 0
        other.set_viewport_size(PHONE)  # type: ignore[arg-type]
        for (name, answer), scheme in product(self.seen.items(), ("light", "dark")):
            other.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            show(other, answer)
            lines = faults(other, tags=None if scheme == "light" else ["cat.color"])
            found += [f"{name} {scheme} {line}" for line in lines]
            wide = other.evaluate("document.documentElement.scrollWidth")
            found += [f"{name} is {wide} wide"] if wide > PHONE["width"] else []
            looks += 1
        assert looks == 2 * len(self.seen) > 0
        assert not found, "\n".join(found)
