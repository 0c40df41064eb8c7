"""The store of pages as production has it, for tests that ask for it, and other workers beside this one. Judges nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.core.cache import caches
from django.db import connection

from clinic import filling, fleeting, informing, page_cache
from tests.test_settings import PRODUCTION, ROOT

SHOW = "import json; from django.conf import settings; print(json.dumps(settings.CACHES))"


@cache
def _sample(url: str) -> dict[str, Any]:
    """`CACHES` as the settings make them of this CACHE_URL."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env={**os.environ, **PRODUCTION, "CACHE_URL": url},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def production_caches(url: str) -> dict[str, Any]:
    """`CACHES` of production, with its store at this address: `file:///folder` or `redis://host:port/0`."""
    if url.startswith("redis"):
        return {name: {**each, "LOCATION": url} for name, each in _sample("redis://127.0.0.1:6379/0").items()}
    folder = url.removeprefix("file://")
    return {name: {**each, "LOCATION": f"{folder}/{name}"} for name, each in _sample("file:///kept").items()}


def forget() -> None:
    """As if this process had just started."""
    page_cache._memory.clear()
    page_cache._shared = page_cache._Shared()
    fleeting.memory = fleeting._Memory()
    filling._filled.clear()
    informing._database["away_until"] = 0.0
    connection.errors_occurred = False  # what an earlier test provoked


@contextmanager
def another_worker() -> Iterator[None]:
    """Inside, this process is another one: it remembers no page and reaches the store over a line of its own."""
    mine = page_cache._memory, page_cache._shared, fleeting.memory
    page_cache._memory, page_cache._shared = {}, page_cache._Shared()
    fleeting.memory = fleeting._Memory()
    line = caches["pages"]
    del caches["pages"]
    try:
        yield
    finally:
        page_cache._memory, page_cache._shared, fleeting.memory = mine
        caches["pages"] = line
