"""The site with a trivial view beside its own, for gunicorn. As a program it measures both, without a server."""

from __future__ import annotations

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

from tests.drills.trivial import CODINGS, PAGE, TRIVIAL  # noqa: E402  it reads the settings as they are now


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


if __name__ == "__main__":
    rounds, times = map(int, sys.argv[1:])
    ask(PAGE)
    taken = [(microseconds(TRIVIAL, times), microseconds(PAGE, times)) for _ in range(rounds)]
    print(json.dumps({"taken": taken, "bytes": ask(PAGE)}))
