"""Every page that informs is made before somebody asks: at the start, after an edit, on a new day. None is left out."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path, resolve

from clinic import page_cache, routes, urls, warming
from clinic.informing import informs
from clinic.management.commands.run_worker import Command as Worker
from clinic.models import PageDrop
from tests import cast
from tests.cast import NOW
from tests.kept import another_worker, forget
from tests.site_content import load_site_content
from treatments.models import Page

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]

# Addresses outside the booking, the desk and the demo that are not kept whole, and why.
NOT_KEPT = {
    "clinic:speculation": "rules for browsers, which keep them themselves",
    "clinic:photo": "a file",
    "clinic:security": "a text file",
    "treatments:robots": "a text file",
    "treatments:sitemap": "a file for search engines",
    "treatments:search": "its answer depends on the words asked for",
    "clinic:styleguide": "for staff",
    "clinic:healthz": "for a machine that watches the site, as it is this second",
    "clinic:readyz": "for a machine that watches the site, as it is this second",
    "clinic:complain": "a form",
    "clinic:complained": "what somebody has just sent",
    "clinic:feedback": "a form",
    "clinic:feedback_sent": "what somebody has just sent",
}


def queries(path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert Client().get(path).status_code == 200
    return len(seen)


# --- Which


def addresses(patterns: list[Any], space: str = "") -> Iterator[tuple[str, Any]]:
    for each in patterns:
        if hasattr(each, "url_patterns"):
            yield from addresses(each.url_patterns, f"{each.namespace}:" if each.namespace else space)
        else:
            yield f"{space}{each.name}", each.callback


def unclassed(patterns: list[Any]) -> list[str]:
    """Names of public addresses that neither inform nor are known not to."""
    found = dict(addresses(patterns))
    public = {name: view for name, view in found.items() if name.startswith(("treatments:", "clinic:"))}
    assert len(public) >= 15
    return [name for name, view in public.items() if not hasattr(view, "informs") and name not in NOT_KEPT]


def test_every_public_address_informs_or_is_known_not_to() -> None:
    assert unclassed(urls.urlpatterns) == []


def test_a_public_address_that_forgot_to_inform_is_found() -> None:
    planted = path("", include(([path("new/", HttpResponse, name="new")], "clinic")))
    assert unclassed([planted, *urls.urlpatterns]) == ["clinic:new"]


def left_out(found: tuple[routes.Route, ...], paths: list[str]) -> list[str]:
    """Routes that inform and are the route of no listed path."""
    listed = {f"/{resolve(path).route}" for path in paths}
    return [route.path for route in found if route.path not in listed]


def test_no_page_that_informs_is_left_out(content: None) -> None:
    found, paths = routes.information(), warming.warm_paths()
    assert len(found) >= 15
    assert len(paths) >= 28
    assert len(set(paths)) == len(paths)
    assert left_out(found, paths) == []


def test_a_page_left_out_is_found(content: None) -> None:
    found = (*routes.information(), routes.Route("clinic:person", "/people/<slug:slug>/"))
    assert left_out(found, warming.warm_paths()) == ["/people/<slug:slug>/"]
    missing = [path for path in warming.warm_paths() if not path.startswith("/pictures/")]
    assert left_out(routes.information(), missing) == ["/pictures/<slug:slug>/"]


@pytest.mark.parametrize("start", ["/book/", "/admin/", "/demo/", "/complaints/", "/feedback/", "/search/"])
def test_nothing_that_asks_somebody_something_is_warmed_or_fetched_ahead(content: None, start: str) -> None:
    allowed = {"/complaints/"}  # what happens to a complaint; the form is another page
    ahead = [route.pattern for route in routes.information()]
    assert not [
        path for path in (*warming.warm_paths(), *ahead) if path.startswith(start) and path not in allowed
    ]


def test_an_address_is_a_pattern_that_browsers_read() -> None:
    assert routes.Route("a", "/treatments/<slug:slug>/").pattern == "/treatments/:slug/"
    assert routes.Route("a", "/a/<b>/").pattern == "/a/:b/"
    assert not routes.Route("a", "/a/<b>/").is_one_page


# --- Warmed


def test_what_was_warmed_by_one_process_is_ready_for_another(content: None, kept_pages: None) -> None:
    out = io.StringIO()
    call_command("warm_pages", stdout=out)
    assert out.getvalue() == f"Pages: {len(warming.warm_paths())} ready.\n"
    with another_worker():
        assert queries("/fees/") == 0


def test_warming_again_makes_nothing_anew(content: None, kept_pages: None) -> None:
    call_command("warm_pages", verbosity=0)
    with CaptureQueriesContext(connection) as seen:
        call_command("warm_pages", verbosity=0)
    assert [row["sql"] for row in seen if "treatments_section" in row["sql"]] == []


def test_it_passes_the_rules_about_hosts_and_https(content: None, kept_pages: None, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert warming.warm().ready >= 28


def test_a_page_that_is_not_published_is_no_failure(content: None, kept_pages: None) -> None:
    Page.objects.filter(path="/terms/").update(published=False)
    assert warming.warm().failed == []


def test_a_page_that_breaks_is_named_and_the_others_are_ready(
    content: None, kept_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treatments.views.totals", lambda fees: 1 / 0)
    with pytest.raises(CommandError, match="/fees/ 500"):
        call_command("warm_pages", verbosity=0)
    assert queries("/clinics/") == 0


def test_drop_first_for_a_change_that_nobody_told_of(
    content: None, kept_pages: None, django_capture_on_commit_callbacks: Any
) -> None:
    call_command("warm_pages", verbosity=0)
    Page.objects.filter(path="/fees/").update(title="Another title")
    with django_capture_on_commit_callbacks(execute=True):
        call_command("warm_pages", "--drop", verbosity=0)
    assert "Another title" in Client().get("/fees/").content.decode()


def test_it_says_when_nothing_keeps_pages(content: None) -> None:
    out = io.StringIO()
    call_command("warm_pages", stdout=out)
    assert "Nothing keeps pages" in out.getvalue()


# --- By the worker


@pytest.fixture
def worker(settings: Any) -> Worker:
    """A worker between two turns, without its endless loop and with no chore to do."""
    settings.WORKER_CHORES = []
    made = Worker()
    made.stopping, made.failures, made.warmed = False, 0, None
    made.chores_due = {"clearsessions": NOW + timedelta(days=9)}
    return made


def test_the_worker_warms_at_its_start_after_an_edit_and_on_a_new_day(
    content: None, kept_pages: None, worker: Worker, clock: Any
) -> None:
    worker._work(NOW)
    assert queries("/fees/") == 0
    Page.objects.filter(path="/fees/").update(title="Another title")
    page_cache.drop()  # and the process was killed before it could tell the others
    worker._work(NOW)
    assert not PageDrop.objects.exists()
    assert queries("/fees/") == 0
    assert "Another title" in Client().get("/fees/").content.decode()
    tomorrow = NOW + timedelta(days=1)
    clock.move_to(tomorrow)
    worker._work(tomorrow)
    assert queries("/fees/") == 0


def test_the_worker_warms_no_page_twice(
    content: None, kept_pages: None, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []
    monkeypatch.setattr(warming, "warm", lambda **_: rounds.append(1))
    for _ in range(3):
        worker._work(NOW)
    assert len(rounds) == 1


def test_a_worker_without_a_store_warms_nothing(content: None, worker: Worker) -> None:
    worker._work(NOW)
    assert worker.warmed is None


def test_a_view_that_informs_is_known_by_its_mark() -> None:
    forget()
    assert informs(cast.make_fees).informs  # type: ignore[arg-type, attr-defined]


def test_no_visitor_is_logged_where_none_came(caplog: pytest.LogCaptureFixture) -> None:
    load_site_content()
    with caplog.at_level(logging.INFO, logger="clinic.requests"):
        assert warming.warm().ready >= 30
        assert not caplog.records
        Client().get("/fees/")
    assert len(caplog.records) == 1
