"""Chromium takes our rules under our policy, fetches what a pointer rests on, and never a page that asks something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request

PAGE = "/treatments/microsclerotherapy/"


@pytest.fixture
def opened(visitor: Callable[..., Page]) -> tuple[Page, list[dict[str, Any]], list[Request]]:
    """A page with what the browser made of its rules, and what it asked the site for."""
    page = visitor(viewport={"width": 1280, "height": 800})
    rules: list[dict[str, Any]] = []
    asked: list[Request] = []
    line = page.context.new_cdp_session(page)
    line.on("Preload.ruleSetUpdated", lambda event: rules.append(event["ruleSet"]))
    line.send("Preload.enable")
    page.on("request", lambda request: asked.append(request))
    page.goto(PAGE)
    page.wait_for_timeout(500)
    return page, rules, asked


def ahead(asked: list[Request]) -> list[str]:
    """The addresses that were fetched before anybody went there."""
    return [request.url for request in asked if "prefetch" in request.headers.get("sec-purpose", "")]


def test_the_rules_hold_under_our_policy_and_nothing_is_fetched_unasked(opened: Any) -> None:
    page, rules, asked = opened
    policy = page.request.get(PAGE).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert len(rules) == 1
    assert "errorType" not in rules[0], rules[0]
    assert rules[0]["url"].endswith("/speculation-rules.json")
    assert ahead(asked) == []


def test_a_page_under_the_pointer_is_there_when_it_is_pressed(opened: Any) -> None:
    page, _, asked = opened
    link = page.locator("footer a[href='/fees/']").first
    link.hover()
    page.wait_for_timeout(1500)
    assert [url.rpartition("/fees/")[1] for url in ahead(asked)] == ["/fees/"]
    link.click()
    page.wait_for_url("**/fees/")
    assert page.locator("h1").count() == 1
    assert page.context.cookies() == []


@pytest.mark.parametrize("start", ["/book/"])
def test_a_page_that_asks_something_is_never_fetched_ahead(opened: Any, start: str) -> None:
    page, _, asked = opened
    link = page.locator(f"a[href^='{start}']:visible").first
    link.hover()
    page.wait_for_timeout(1500)
    assert ahead(asked) == []
