"""What the browser tests share: Chromium, a live site with its real content, pages as a phone sees them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import Browser, BrowserContext, Page, Request
from pytest_django.live_server_helper import LiveServer

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps a loop running in this thread
PHONE = {"width": 320, "height": 640}


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not chromium:
        pytest.skip("Chromium is not on this machine")
    return {**browser_type_launch_args, "executable_path": chromium, "args": ["--no-sandbox"]}


@pytest.fixture
def site(live_server: LiveServer, settings: Any) -> LiveServer:
    """The site with the content and the clinics it ships with, answering at `site.url`."""
    # A live server speaks plain HTTP, so the cookies are those of a demo.
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "session", "csrf"
    for command in ("build_css", "load_clinics", "load_content"):
        call_command(command, verbosity=0)
    return live_server


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
def faults() -> Callable[[Page], list[str]]:
    """What axe finds wrong with a page that was opened with scripts on: a line for each."""

    def look(page: Page) -> list[str]:
        found = Axe().run(page).response["violations"]
        return [f"{fault['id']}: {node['target']}" for fault in found for node in fault["nodes"]]

    return look
