"""A whole site of its own, as `make run` serves it: its database, its files, web server and worker. Judges nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.drills.web import LiveClient, _free_port
from tests.workers import ROOT

PATIENCE = 120  # seconds, on two busy cores


class Site:
    """The variables of one demo, in a folder of its own."""

    def __init__(self, folder: Path, database_url: str, **more: str) -> None:
        self.folder = folder
        self.env = {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in ("DJANGO_SETTINGS_MODULE", "TEST_RUN_DIR")
            },
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
            "SECRET_KEY": "only-for-drills-never-a-secret-0123456789-abcdefghij",
            "DEMO": "1",
            "DEBUG": "0",
            "ALLOWED_HOSTS": "127.0.0.1",
            "EMAIL_URL": "",
            "SITE_URL": "http://127.0.0.1",
            "VAR_DIR": str(folder),
            "STATIC_ROOT": str(folder / "static"),
            "DATABASE_URL": database_url,
            **more,
        }

    def manage(self, *words: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env={**self.env, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{words}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    @contextmanager
    def serve(self, *, wait_for: str = "/", **more: str) -> Iterator[LiveClient]:
        """`manage.py serve` on a free port, ended by its own pid. Yields a browser once a page answers."""
        port = _free_port()
        log = self.folder / f"serve-{port}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env={**self.env, **more, "PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        try:
            browser = LiveClient(port)
            _wait(browser, wait_for, process, log)
            yield browser
            assert process.poll() is None, f"it ended by itself:\n{log.read_text()[-2000:]}"
        finally:
            process.terminate()
            process.wait(60)


def _wait(browser: LiveClient, path: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if browser.get(path).status_code == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"it does not answer:\n{log.read_text()[-3000:]}")


def pages_of(browser: LiveClient) -> dict[str, bytes]:
    """Every page that links lead to from the first one and that asks nothing, with what it says now."""
    found: dict[str, bytes] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        answer = browser.get(path)
        if path in found or answer.status_code != 200 or "Speculation-Rules" not in answer:
            continue
        found[path] = answer.content
        waiting += re.findall(r'href="(/[^"#?]*)', answer.content.decode())
    return found
