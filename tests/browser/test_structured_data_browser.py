"""A browser reads the data for search engines as data: it runs nothing, and the content policy has nothing to refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

WATCH = """
window.refused = [];
document.addEventListener('securitypolicyviolation', event => refused.push(event.violatedDirective));
"""
DATA = 'script[type="application/ld+json"]'


def watched(visitor: Callable[..., Page], path: str) -> tuple[Page, list[str]]:
    """A page with scripts allowed, and what its console said."""
    page = visitor(scripts=True)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.add_init_script(WATCH)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return page, said


@pytest.mark.parametrize("path", ["/", "/treatments/sclerotherapy/", "/fees/", "/clinics/dublin/"])
def test_the_policy_refuses_nothing_of_it(visitor: Callable[..., Page], path: str) -> None:
    page, said = watched(visitor, path)
    assert page.locator(DATA).count() == page.locator("script").count() == 1
    assert (
        page.evaluate(f"JSON.parse(document.querySelector('{DATA}').textContent)['@context']")
        == "https://schema.org"
    )
    assert page.evaluate("refused") == []
    assert said == []


def test_a_script_that_runs_would_be_refused_and_seen(visitor: Callable[..., Page]) -> None:
    """The control: the same page, with a script of the ordinary kind put into it."""
    page, said = watched(visitor, "/fees/")
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
    )
    page.wait_for_function("refused.length")
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in each for each in said)
