"""Walks a running site over HTTP from its first page and its sitemap, and checks every link on the way. Opens no browser."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

from tests.seen import Seen

NOT_WALKED = ("/admin/", "/demo/")
MISSING = "/no-such-page/"  # the answer for an address that nobody has
FETCHED = {"link": "href", "img": "src", "source": "srcset", "script": "src", "use": "href"}
OUTSIDE = re.compile(r"https://[\w.-]+\.[a-z]{2,}(/\S*)?|tel:\+?\d+|mailto:[\w.+-]+@[\w.-]+")
_LOCATION = re.compile(r"<loc>([^<]+)</loc>")


@dataclass
class Walked:
    """Every HTML answer by its address; the faults of the links by the page they stand on; what was looked at."""

    answers: dict[str, Seen] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    links: int = 0

    @property
    def pages(self) -> list[Seen]:
        """One answer for each path, the shortest address first: a clinic chosen in the query makes no other page."""
        found: dict[str, Seen] = {}
        for answer in sorted(self.answers.values(), key=lambda each: (len(each.address), each.address)):
            found.setdefault(answer.path, answer)
        return [found[path] for path in sorted(found)]

    def at(self, path: str) -> list[str]:
        """Every address that was seen under this path, whatever its query."""
        return [address for address, answer in self.answers.items() if answer.path == path]


class Walk:
    """One walk. It keeps the status of each address, so that nothing is fetched twice."""

    def __init__(self, site: str) -> None:
        self.site, self.status = site, dict[str, int]()
        self.walked = Walked()

    def go(self) -> Walked:
        waiting = ["/", *self._sitemap()]
        while waiting:
            address = waiting.pop(0)
            if address in self.status or address.startswith(NOT_WALKED):
                continue
            answer = self._fetch(address)
            if answer:
                self.walked.answers[address] = answer
                waiting += [urldefrag(link).url for link in answer.links]
        for answer in self.walked.answers.values():
            self.walked.faults[answer.address] = list(self._faults(answer))
        self.walked.answers[MISSING] = self._fetch(MISSING) or Seen(MISSING, "", 0)
        return self.walked

    def _sitemap(self) -> list[str]:
        status, _, text = self._ask("/sitemap.xml")
        named = [urlsplit(found) for found in _LOCATION.findall(text)] if status == 200 else []
        return [each.path + (f"?{each.query}" if each.query else "") for each in named]

    def _fetch(self, address: str) -> Seen | None:
        """The page there; None for a file. A broken address has its status in `self.status`."""
        status, kind, text = self._ask(address)
        self.status[address] = status
        return Seen(address, text, status) if kind.startswith("text/html") and status in (200, 404) else None

    def _ask(self, address: str) -> tuple[int, str, str]:
        place = urlsplit(self.site)
        line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        line.request("GET", address)
        came = line.getresponse()
        status, kind, body = came.status, came.headers.get("Content-Type", ""), came.read()
        line.close()
        return status, kind, body.decode("utf-8", "replace")

    def _faults(self, page: Seen) -> Iterator[str]:
        """Every address on this site answers 200 and has the anchor; one outside it is written as such an address is."""
        if page.status != 200:
            yield f"answers {page.status}"
        for link in (each.get("href", "") for each in page.all("a")):
            self.walked.links += 1
            address, anchor = urldefrag(urljoin(page.address, link))
            if urlsplit(address).scheme or address.startswith("//"):
                if not OUTSIDE.fullmatch(address):
                    yield f"{link!r} is no address"
                continue
            yield from self._inside(page, address, anchor)
        for address in _files(page):
            self.walked.links += 1
            if self._known(address) != 200:
                yield f"{address} answers {self._known(address)}"

    def _inside(self, page: Seen, address: str, anchor: str) -> Iterator[str]:
        if address.startswith("/demo/"):
            return
        if self._known(address) not in (200, 302 if address.startswith("/admin/") else 200):
            yield f"{address} answers {self._known(address)}"
        there = self.walked.answers.get(address)
        if anchor and there and anchor not in there.ids:
            yield f"{address} has no #{anchor}"

    def _known(self, address: str) -> int:
        if address not in self.status:
            self.status[address] = self._ask(address)[0]
        return self.status[address]


def _files(page: Seen) -> Iterator[str]:
    """What a browser fetches with the page: stylesheets, icons, pictures at each of their widths."""
    for each in page.all(*FETCHED):
        named = each.get(FETCHED[each.tag], "")
        if each.tag == "link" and each.get("rel") in ("canonical", "alternate"):
            continue
        for candidate in named.split(",") if each.tag == "source" else [named]:
            address = candidate.strip().split(" ")[0]
            if address.startswith("/"):
                yield address
