"""The worker's chores: each in its own time, and one that fails keeps none of the others."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
from pytest_django import Settings

from clinic.management.commands.run_worker import Command
from tests.cast import NOW

MINUTE = dt.timedelta(minutes=1)
done: list[str] = []


def often(now: dt.datetime) -> dict[str, int]:
    done.append("often")
    return {"found": 2, "nothing": 0}


def seldom(now: dt.datetime) -> None:
    done.append("seldom")


def broken(now: dt.datetime) -> None:
    raise ValueError("jo@example.org")


@pytest.fixture
def worker(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Command:
    done.clear()
    chores = ("broken@1", "often@10", "seldom")
    settings.WORKER_CHORES = [f"tests.test_chores.{name}" for name in chores]
    made: Any = Command()
    made.stopping, made.warmed, made.chores_due = False, None, {"clearsessions": NOW + dt.timedelta(days=9)}
    return made


def test_each_chore_has_its_own_time(worker: Command) -> None:
    for minute in range(0, 121, 5):
        worker._do_chores(NOW + minute * MINUTE)
    assert (done.count("often"), done.count("seldom")) == (13, 3)


def test_it_does_them_at_the_start_and_says_what_it_counted(
    worker: Command, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        worker._do_chores(NOW)
    assert done == ["often", "seldom"]
    assert "chore tests.test_chores.often: {'found': 2}" in caplog.text
    assert "chore tests.test_chores.broken failed: ValueError" in caplog.text
    assert "jo@" not in caplog.text


def test_none_is_begun_once_it_was_told_to_stop(worker: Command) -> None:
    worker.stopping = True
    worker._do_chores(NOW)
    assert done == []
