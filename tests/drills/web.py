"""The site as it is served: gunicorn on loopback over the test's database, and a client for it. Judges nothing."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.workers import ROOT, database_url

SITE = "clinic.wsgi:application"


class Answer(http.client.HTTPMessage):
    """What came back, in the words of Django's test client: the headers by name, and these two."""

    status_code = 0
    content = b""


class LiveClient:
    """One browser: its cookies, and a connection for each request, as a new tab makes one."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None, source: str = "127.0.0.1") -> None:
        """`source` is the address it asks from: any of 127.0.0.0/8."""
        self.port, self.cookies, self.source = port, dict(cookies or {}), source

    def get(self, url: str) -> Answer:
        return self._ask("GET", url, None, {})

    def post(self, url: str, data: dict[str, Any], headers: dict[str, str] | None = None) -> Answer:
        body = urlencode(data, doseq=True)
        return self._ask(
            "POST", url, body, {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        )

    def twin(self) -> LiveClient:
        """The same browser in another tab."""
        return LiveClient(self.port, self.cookies, self.source)

    def _ask(self, method: str, url: str, body: str | None, headers: dict[str, str]) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(self.source, 0))
        held = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        line.request(method, url, body, {**headers, **({"Cookie": held} if held else {})})
        came = line.getresponse()
        answer = Answer()
        answer._headers = came.headers._headers  # type: ignore[attr-defined]
        answer.status_code, answer.content = came.status, came.read()
        line.close()
        for cookie in came.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(cookie).items()}
        return answer


@contextmanager
def gunicorn(
    log: Path,
    application: str = SITE,
    *,
    workers: int = 2,
    threads: int = 8,
    level: str = "warning",
    config: str = "/dev/null",
    **variables: str,
) -> Iterator[int]:
    """Yields the port of a gunicorn with the settings of the tests; ends it by its own pid."""
    port = _free_port()
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "ALLOW_NOT_READY": "1",  # nobody has told a test what only a clinic knows
        **variables,
    }
    words = [
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        str(workers),
        "--threads",
        str(threads),
        "--log-level",
        level,
    ]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        config,
        "--no-control-socket",
        *words,
        application,
    ]
    with log.open("ab") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=out)
    try:
        _wait_until_it_answers(port, server, log)
        yield port
    finally:
        server.terminate()
        server.wait(40)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_until_it_answers(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError):
            if LiveClient(port).get("/clinics/").status_code == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"gunicorn did not start:\n{log.read_text()}")
