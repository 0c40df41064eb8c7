"""Searching in a real browser without scripts: the words stand in no address and no cookie, and the way back works."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from playwright.sync_api import Page


def test_the_way_back_shows_what_was_found_without_asking_us_again(
    visitor: Callable[..., Page], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "clinic.requests")
    page = visitor()
    page.goto("/search/")
    page.get_by_label("What are you looking for?").fill("bruises")
    page.get_by_role("button", name="Search").click()
    page.locator("#found").wait_for()
    assert page.url.endswith("/search/")
    assert page.title() == "Search - The Vein Clinics"
    found = page.locator(".found a").first
    title = found.inner_text()
    found.click()
    page.locator("h1").wait_for()
    assert "/search/" not in page.url
    page.go_back()
    assert page.locator(".found a").first.inner_text() == title
    asked = [line for line in caplog.messages if "route=treatments:search method=POST" in line]
    assert len(asked) == 1  # the browser had it kept
    assert page.context.cookies() == []


def test_a_page_found_opens_at_the_part_that_answers(visitor: Callable[..., Page]) -> None:
    page = visitor()
    page.goto("/search/")
    page.get_by_label("What are you looking for?").fill("dermal flares")
    page.keyboard.press("Enter")
    page.locator(".found a").first.click()
    page.locator("#what").wait_for()
    assert page.url.endswith("/treatments/microsclerotherapy/#what")
