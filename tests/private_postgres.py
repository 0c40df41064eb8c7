"""A PostgreSQL server of our own, in a folder that goes away with it. Never touches a server that is already running."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "jit=off",
)  # a test run outlives no power cut


def binaries() -> Path | None:
    """The newest server on this machine, or None."""
    kept = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name.split(".")[0])
    )
    found = shutil.which("postgres")
    kept = ([Path(found).resolve().parent] if found else []) + kept
    return kept[-1] if kept and (kept[-1] / "initdb").exists() else None


def _owner() -> dict[str, Any]:
    """The server refuses to run as root, so root hands it to the user its package made."""
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


def _end_with_parent() -> None:
    """On Linux the kernel stops the server if whoever started it is killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)  # 1 = PR_SET_PDEATHSIG; SIGINT = a fast shutdown


class Server:
    """One server with its data in a folder. It may be stopped and started again, always under the same address."""

    def __init__(self, folder: Path, binaries: Path, settings: tuple[str, ...], connections: int) -> None:
        self.folder, self.binaries = folder, binaries
        self.process: subprocess.Popen[bytes] | None = None
        self.quiet: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.DEVNULL,
            "cwd": folder,
            **_owner(),
        }
        own = (f"unix_socket_directories={folder}", "listen_addresses=", f"max_connections={connections}")
        self.flags = [part for setting in (*own, *settings) for part in ("-c", setting)]

    @property
    def url(self) -> str:
        return f"postgres://postgres@{quote(str(self.folder), safe='')}/clinic"

    def make(self) -> None:
        """The data folder, and in it the empty database `clinic`. Leaves the server running."""
        made = [
            str(self.binaries / "initdb"),
            "-D",
            str(self.folder / "data"),
            "-U",
            "postgres",
            "-A",
            "trust",
        ]
        subprocess.run([*made, "-N", "-E", "UTF8", "--locale=C.UTF-8"], check=True, **self.quiet)
        self.start()
        create = [str(self.binaries / "createdb"), "-h", str(self.folder), "-U", "postgres", "clinic"]
        subprocess.run(create, check=True, **self.quiet)

    def start(self) -> None:
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.folder / "data", *self.flags],
                stderr=log,
                preexec_fn=_end_with_parent,
                **self.quiet,
            )
        _wait_until_ready(self.binaries, self.folder, self.process)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is a fast shutdown, SIGQUIT an immediate one."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)


@contextmanager
def private_server(*, settings: tuple[str, ...] = FAST, connections: int = 100) -> Iterator[Server]:
    """A running server with an empty database. Needs no port: it listens on a socket."""
    found = binaries()
    if found is None:
        raise RuntimeError("No PostgreSQL server found. On Debian: apt install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has 107 characters at most
    if _owner():
        shutil.chown(folder, "postgres", "postgres")
    folder.chmod(0o711)  # others may reach the socket, not read the folder
    server = Server(folder, found, settings, connections)
    try:
        server.make()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def private_postgres(*, settings: tuple[str, ...] = FAST, connections: int = 100) -> Iterator[str]:
    """The same for who needs its address alone: the DATABASE_URL of its empty database."""
    with private_server(settings=settings, connections=connections) as server:
        yield server.url


def _wait_until_ready(server: Path, folder: Path, process: subprocess.Popen[bytes]) -> None:
    ask = [str(server / "pg_isready"), "-q", "-h", str(folder), "-d", "postgres"]
    deadline = time.monotonic() + 30
    while subprocess.run(ask, check=False).returncode != 0:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The private PostgreSQL did not start:\n{(folder / 'log').read_text()}")
        time.sleep(0.1)
