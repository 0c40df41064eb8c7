"""What the browser tests share: Chromium, a live site with its real content and times, pages as a phone sees them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route
from pytest_django.live_server_helper import LiveServer

from bookings import links
from tests import cast
from tests.crawl import Crawl, Seen, crawl
from tests.missing import leave_out
from tests.run import chromium
from tests.site_content import load_site_content
from tests.stylesheet import bring_up_to_date

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps a loop running in this thread
PHONE = {"width": 320, "height": 640}
_TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+')
# Only the lines come back: the whole of what axe tells takes longer to carry than to find.
_VIOLATIONS = """asked => axe.run(document, asked).then(told => told.violations.flatMap(
  fault => fault.nodes.map(node => `${fault.id}: ${node.target.join(' ')}`)))"""
_kept: list[Crawl] = []


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    program = chromium()
    if program is None:
        leave_out("Chromium is not on this machine: install the package chromium, or set CHROMIUM")
    return {**browser_type_launch_args, "executable_path": program, "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture
def w3m() -> str:
    """The program of a browser that shows text alone."""
    return shutil.which("w3m") or leave_out("w3m is not on this machine: nobody looked in a text browser")


@pytest.fixture(scope="session")
def stylesheet() -> None:
    bring_up_to_date()


@pytest.fixture
def site(
    live_server: LiveServer, settings: Any, monkeypatch: pytest.MonkeyPatch, stylesheet: None
) -> Iterator[LiveServer]:
    """The site with the content and the clinics it ships with, times at Maidenhead, on the day the cast lives."""
    # A live server speaks plain HTTP, so the cookies are those of a demo.
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.SECURE_COOKIES = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "session", "csrf"
    monkeypatch.setattr(links, "COOKIE", "manage")
    load_site_content()
    cast.make_clinic("maidenhead")
    with time_machine.travel(cast.NOW):
        yield live_server


@pytest.fixture
def visitor(browser: Browser, site: LiveServer) -> Iterator[Callable[..., Page]]:
    """Opens a page as somebody with a phone 320 pixels wide; `visitor(scripts=True)` lets scripts run.

    Whatever the test does, no request may have left our own site when it ends.
    """
    contexts: list[BrowserContext] = []
    strayed: list[str] = []

    def watch(request: Request) -> None:
        if urlsplit(request.url).netloc not in (urlsplit(site.url).netloc, ""):
            strayed.append(request.url)

    def open_one(*, scripts: bool = False, **more: Any) -> Page:
        context = browser.new_context(
            base_url=site.url, **{"viewport": PHONE, "java_script_enabled": scripts, **more}
        )
        context.on("request", watch)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert not strayed, f"asked for something off the site: {strayed}"


@pytest.fixture
def answers(site: LiveServer) -> list[Seen]:
    """Every different answer that the walk over the whole site saw: pages, booking steps, their error states."""
    if not _kept:
        _kept.append(crawl())
    different = {_TOKEN.sub(r"\1", each.text): each for each in _kept[0].everything}
    return list(different.values())


@pytest.fixture
def kinds(answers: list[Seen]) -> list[Seen]:
    """One of each page and each of its error states: a clinic named in the address changes a few words alone."""
    different = {(each.path, each.status, tuple(each.ids)): each for each in answers}
    return list(different.values())


@pytest.fixture
def show(site: LiveServer) -> Callable[[Page, Seen], None]:
    """Puts an answer of the walk before a browser again, with the styles and pictures that the site serves now."""

    def put(page: Page, answer: Seen) -> None:
        def fulfil(route: Route) -> None:
            route.fulfill(status=answer.status, content_type="text/html; charset=utf-8", body=answer.text)

        address = f"{site.url}{answer.address}"
        page.route(address, fulfil, times=1)
        page.goto(address)
        assert page.locator("html").evaluate("() => document.styleSheets.length"), (
            "it stands without its styles"
        )

    return put


@pytest.fixture
def faults() -> Callable[..., list[str]]:
    """What axe finds wrong with a page that was opened with scripts on: a line for each.

    `faults(page, tags=["cat.color"])` asks only the rules of that kind.
    """

    def look(page: Page, tags: list[str] | None = None) -> list[str]:
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        asked: dict[str, Any] = {"resultTypes": ["violations"]}
        if tags:
            asked["runOnly"] = {"type": "tag", "values": tags}
        return page.evaluate(_VIOLATIONS, asked)

    return look
