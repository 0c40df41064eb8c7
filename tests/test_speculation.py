"""A browser may fetch a page that informs before its link is pressed, and nothing else; fetching changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from clinic import routes

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("content")]
RULES = "/speculation-rules.json"


def get(path: str, **headers: str) -> Any:
    return Client().get(path, headers=headers)


def test_the_rules_name_the_pages_that_inform_and_no_other() -> None:
    answer = get(RULES)
    assert answer.headers["Content-Type"].startswith("application/speculationrules+json")
    assert "max-age" in answer.headers["Cache-Control"]
    assert not answer.cookies
    (rule,) = json.loads(answer.content)["prefetch"]
    assert (rule["source"], rule["eagerness"]) == ("document", "moderate")
    named = rule["where"]["href_matches"]
    assert set(named) == {route.pattern for route in routes.information()}
    assert {"/", "/fees/", "/treatments/:slug/"} <= set(named)
    assert not [
        path for path in named if path.startswith(("/book", "/admin", "/demo", "/search", "/feedback"))
    ]
    assert "/complaints/write/" not in named


def test_only_pages_that_inform_name_the_rules() -> None:
    for path in ("/", "/fees/", "/clinics/dublin/"):
        for _ in ("cold", "warm"):
            assert get(path).headers["Speculation-Rules"] == f'"{RULES}"'
    for path in ("/book/", "/book/ring-me/", "/admin/login/", "/nowhere/", RULES):
        assert "Speculation-Rules" not in get(path).headers


@pytest.mark.parametrize("path", ["/", "/fees/", "/clinics/dublin/"])
def test_a_page_fetched_ahead_is_the_page_and_sets_nothing(kept_pages: None, path: str) -> None:
    ahead = get(path, sec_purpose="prefetch")
    assert ahead.content == get(path).content
    assert ahead.status_code == 200
    assert not ahead.cookies


def test_the_start_of_the_booking_fetched_ahead_by_others_begins_nothing() -> None:
    for purpose in ("prefetch", "prefetch;prerender"):
        ahead = get("/book/", sec_purpose=purpose)
        assert ahead.status_code == 200
        assert "sessionid" not in ahead.cookies
        assert "__Host-session" not in ahead.cookies
        assert "no-store" in ahead.headers["Cache-Control"]
