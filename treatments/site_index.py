"""The pages of the site ready to be searched, kept in memory until the content changes. Never keeps what is searched for."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from django.http import Http404, HttpRequest
from django.urls import resolve

from clinic import page_cache
from clinic.warming import warm_paths
from treatments.models import MEDICINE_PATH
from treatments.outline import Part, outline
from treatments.search import Index, Page, index

# Pages that name everything once stand behind the page that explains it.
WEIGHTS = {
    "/about/how-we-check/": 0.15,
    "/privacy/": 0.5,
    "/cookies/": 0.6,
    "/terms/": 0.5,
    "/accessibility/": 0.6,
    "/pictures/": 0.4,
    "/": 0.5,
    "/treatments/": 0.7,
}
SAID_TWICE = re.compile(r"/leaflets/.+")  # the same words as the pages that they print
# Pages where something is asked, so that nobody keeps them whole; what each is for, in a few words.
DOORS = (
    (
        "/book/",
        "Ask for a consultation",
        "Choose a clinic and a time. Book a first visit, or change your appointment.",
    ),
    (
        "/book/ring-me/",
        "Ask us to ring you",
        "Leave a phone number, and we call you. No health question is asked.",
    ),
)
SECONDS_WITHOUT_EDITION = 30.0  # the store is away: look again for edits after this


class _Kept:
    """The one index of this process."""

    def __init__(self) -> None:
        self.index: Index | None = None
        self.edition: str | None = None
        self.made_at = 0.0

    def current(self) -> Index:
        edition = page_cache.edition()
        known = edition is not None and edition == self.edition
        recent = edition is None and time.monotonic() - self.made_at < SECONDS_WITHOUT_EDITION
        if self.index is None or not (known or recent):
            self.index = index(_pages())
            self.edition, self.made_at = edition, time.monotonic()
        return self.index


_kept = _Kept()


def current() -> Index:
    """The index of the content as it is now."""
    return _kept.current()


def forget() -> None:
    """As if this process had just started."""
    _kept.__init__()  # type: ignore[misc]


def _pages() -> Iterator[Page]:
    """Each page as everybody is shown it: from the pages that are kept, or made now."""
    for path in warm_paths():
        if not SAID_TWICE.match(path):
            yield Page(path, outline(_html(path)), _weight(path), quiet=path == MEDICINE_PATH)
    for path, title, text in DOORS:
        yield Page(path, [Part(title, "", text)])


def _html(path: str) -> str:
    """Empty for a page that is not published."""
    match = resolve(path)
    request = HttpRequest()
    request.method, request.path, request.path_info, request.resolver_match = "GET", path, path, match
    try:
        return str(match.func(request, *match.args, **match.kwargs).content.decode())
    except Http404:
        return ""


def _weight(path: str) -> float:
    return WEIGHTS.get(path, WEIGHTS["/pictures/"] if path.startswith("/pictures/") else 1.0)
