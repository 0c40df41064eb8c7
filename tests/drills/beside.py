"""The site with a trivial view beside its own, for gunicorn. As a program it measures both, without a server."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import sys
import time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from django.conf import settings

from clinic.wsgi import application

settings.ROOT_URLCONF = "tests.drills.trivial"

from clinic import page_cache  # noqa: E402  both read the settings as they are now
from tests.drills.trivial import CODINGS, PAGE, TRIVIAL  # noqa: E402


def ask(address: str) -> int:
    """One request to the WSGI callable. Returns the bytes of its body."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_ACCEPT_ENCODING": CODINGS,
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    told: list[str] = []
    answer: Any = application(environ, lambda status, headers: told.append(status))
    length = sum(map(len, answer))
    answer.close()
    assert told == ["200 OK"], told
    return length


def microseconds(address: str, times: int) -> float:
    """CPU time of one request."""
    began = time.process_time()
    for _ in range(times):
        ask(address)
    return (time.process_time() - began) / times * 1e6


def without_gaps(times: int) -> float:
    """The same page, as if nothing on it changed by the minute."""
    kept = page_cache._memory[PAGE]
    page_cache._memory[PAGE] = dataclasses.replace(kept, gaps=())
    try:
        return microseconds(PAGE, times)
    finally:
        page_cache._memory[PAGE] = kept


if __name__ == "__main__":
    rounds, times = map(int, sys.argv[1:])
    ask(PAGE)
    taken, filled = [], []
    for _ in range(rounds):
        trivial, page, bare = microseconds(TRIVIAL, times), microseconds(PAGE, times), without_gaps(times)
        taken.append((trivial, page))
        filled.append((bare, page))
    print(json.dumps({"taken": taken, "filled": filled, "bytes": ask(PAGE)}))
