"""A Redis of our own on a free port of loopback, which keeps nothing on disk. Never touches one that is already running."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.missing import leave_out

BINARY = "redis-server"
SECONDS = 15


class Redis:
    """One server that a test may stop and start again, always at the same address."""

    def __init__(self) -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = int(one.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        words = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen([BINARY, *words], stdin=quiet, stdout=quiet, stderr=quiet)
        deadline = time.monotonic() + SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{BINARY} did not start")
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(SECONDS)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextmanager
def private_redis() -> Iterator[Redis]:
    """A running server. Without the program the test is skipped loudly; with CI=true it fails."""
    if shutil.which(BINARY) is None:
        leave_out(f"{BINARY} is not on this machine: install the package {BINARY}")
    server = Redis()
    try:
        server.start()
        yield server
    finally:
        server.stop()
