"""How many requests a page takes and how many bytes go over the wire, as Chromium counts them. Sets no limit."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Page

ICON = "link[rel~=icon]"
SETTLE = 60  # milliseconds: the last counts come just after the page stands


@dataclass
class Weight:
    """What one page took with nothing kept from before. `bytes` has the headers of the answers in it."""

    requests: int = 0
    bytes: int = 0
    of_each: dict[str, int] = field(default_factory=dict)  # address -> bytes

    def add(self, address: str, size: int) -> None:
        self.of_each[address] = self.of_each.get(address, 0) + size
        self.requests += 1
        self.bytes += size

    def take_away(self, address: str) -> None:
        self.bytes -= self.of_each.pop(address)
        self.requests -= 1


class Scales:
    """Opens pages in one tab with an empty cache.

    What only serves a next page is not counted: the rules for fetching ahead that the page's answer names, and what
    they fetch. A browser that does not know them asks for neither.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.line = page.context.new_cdp_session(page)
        self.line.send("Network.enable")
        self.line.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.line.on("Network.requestWillBeSent", self._asked)
        self.line.on("Network.responseReceived", self._answered)
        self.line.on("Network.loadingFinished", self._came)
        self.weight, self.names, self.ahead = Weight(), dict[str, str](), set[str]()

    def weigh(self, address: str) -> Weight:
        self.weight, self.names, self.ahead = Weight(), {}, set()
        self.page.goto(address, wait_until="load")
        self.page.wait_for_timeout(SETTLE)
        icons = self.page.locator(ICON).evaluate_all("all => all.map(each => each.href)")
        missed = [icon for icon in icons if icon not in self.weight.of_each]
        for rules in self.ahead & set(self.weight.of_each):
            self.weight.take_away(rules)
        if icons and len(missed) == len(
            icons
        ):  # without a window nothing draws the icon of a tab, so nothing fetches it
            sizes = {icon: _size(icon) for icon in icons}
            heaviest = max(sizes, key=lambda icon: sizes[icon])
            self.weight.add(heaviest, sizes[heaviest])
        return self.weight

    def _asked(self, told: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in told["request"]["headers"].items()}
        if told.get("type") != "Prefetch" and "prefetch" not in headers.get("sec-purpose", ""):
            self.names[told["requestId"]] = told["request"]["url"]

    def _answered(self, told: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in told["response"]["headers"].items()}
        named = re.findall(r'"([^"]+)"', headers.get("speculation-rules", ""))
        self.ahead |= {urljoin(told["response"]["url"], each) for each in named}

    def _came(self, told: dict[str, Any]) -> None:
        if told["requestId"] in self.names:
            self.weight.add(self.names[told["requestId"]], int(told["encodedDataLength"]))


def _size(address: str) -> int:
    place = urlsplit(address)
    line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    line.request("GET", place.path, headers={"Accept-Encoding": "br, gzip"})
    came = line.getresponse()
    head = sum(len(name) + len(value) + 4 for name, value in came.getheaders())
    size = head + len(came.read())
    line.close()
    return size
