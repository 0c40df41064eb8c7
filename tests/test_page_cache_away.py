"""Kept pages while something is away: the store costs nobody a page, and the database none for seven days."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clinic import informing, page_cache
from clinic.models import PageDrop
from tests.cast import NOW
from tests.kept import another_worker, production_caches
from tests.private_redis import Redis
from tests.test_page_cache import FEES, PLACE, counted, get, rename
from tests.test_pages import database_away

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock", "content")]
Commit = Callable[..., Any]


# --- The store away


def test_a_store_that_is_away_costs_nobody_a_page_and_is_said_once(
    redis: Redis, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CACHES = production_caches(redis.url)
    page_cache.caches["pages"].clear()
    get(FEES)
    redis.stop()
    try:
        with caplog.at_level(logging.ERROR):
            statuses = []
            for path in (FEES, FEES, PLACE, "/"):
                page_cache._shared.away_until = 0.0  # five seconds later
                statuses.append(get(path).status_code)
        with counted() as asked:
            get(FEES)
        assert statuses == [200] * 4
        assert asked
        assert sum("store of pages is away" in line for line in caplog.messages) == 1
        assert redis.url not in caplog.text
    finally:
        redis.start()


def test_an_edit_while_the_store_is_away_is_not_forgotten_when_it_is_back(
    redis: Redis,
    settings: Any,
    django_capture_on_commit_callbacks: Commit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The line to the store is cut, the store itself keeps everything: the worst case."""
    settings.CACHES = production_caches(redis.url)
    page_cache.caches["pages"].clear()
    get(PLACE)
    with monkeypatch.context() as cut:
        cut.setattr(page_cache.caches["pages"], "get", away)
        cut.setattr(page_cache.caches["pages"], "set", away)
        with django_capture_on_commit_callbacks(execute=True):
            rename("Taplow")
        assert "Taplow" in get(PLACE).content.decode()
    assert PageDrop.objects.count() == 1
    page_cache._shared.away_until = 0.0  # five seconds later
    assert "Taplow" in get(PLACE).content.decode()
    assert not PageDrop.objects.exists()
    with counted() as asked:
        get(PLACE)
    assert asked == []


def test_when_the_store_is_back_and_the_database_away_nothing_doubtful_is_shown(
    redis: Redis, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CACHES = production_caches(redis.url)
    page_cache.caches["pages"].clear()
    get(PLACE)
    with monkeypatch.context() as cut:
        cut.setattr(page_cache.caches["pages"], "get", away)
        get(PLACE)
    page_cache._shared.away_until = 0.0
    with database_away():
        assert get(PLACE).status_code == 503
    assert get(PLACE).status_code == 200


def away(*_: Any, **__: Any) -> Any:
    raise ConnectionError


def test_files_that_cannot_be_written_cost_nobody_a_page(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "pages").write_text("a file where the folder ought to be")
    settings.CACHES = production_caches(f"file://{tmp_path}")
    assert [get(path).status_code for path in (FEES, FEES)] == [200, 200]
    page_cache.drop()
    assert not page_cache.settle()
    assert PageDrop.objects.count() == 1


# --- The database away


def test_while_the_database_is_away_pages_answer_for_seven_days(store: str, clock: Any) -> None:
    shown = get(FEES).content
    with database_away():
        for days in (0, 1, 6.99):
            clock.move_to(NOW + timedelta(days=days))
            assert get(FEES).content == shown
            informing._database["away_until"] = 0.0
            with another_worker():
                assert get(FEES).content == shown
        informing._database["away_until"] = 0.0
        clock.move_to(NOW + timedelta(days=7, minutes=1))
        gone = get(FEES)
        assert (gone.status_code, "Retry-After" in gone.headers) == (503, True)
        assert get(PLACE).status_code == 503  # never kept


def test_while_the_database_is_away_it_is_asked_only_now_and_then(kept_pages: None, clock: Any) -> None:
    """Each asking may take seconds, when the machine does not even refuse."""
    get(FEES)
    clock.move_to(NOW + timedelta(days=1))
    with database_away():
        get(FEES)
    with counted() as asked:
        assert get(FEES).status_code == 200
    assert asked == []
    informing._database["away_until"] = 0.0
    with counted() as asked:
        get(FEES)
    assert asked


def test_words_from_before_an_edit_are_not_shown_even_then(
    store: str, django_capture_on_commit_callbacks: Commit
) -> None:
    get(PLACE)
    with django_capture_on_commit_callbacks(execute=True):
        rename("Taplow")
    with database_away():
        assert get(PLACE).status_code == 503
        with another_worker():
            assert get(PLACE).status_code == 503
