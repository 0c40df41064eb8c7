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

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # a test run outlives no power cut


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


@contextmanager
def private_postgres(*, settings: tuple[str, ...] = FAST, connections: int = 100) -> Iterator[str]:
    """A running server; yields the DATABASE_URL of its empty database `clinic`. Needs no port: it listens on a socket."""
    server = binaries()
    if server is None:
        raise RuntimeError("No PostgreSQL server found. On Debian: apt install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has 107 characters at most
    owner = _owner()
    if owner:
        shutil.chown(folder, "postgres", "postgres")
    folder.chmod(0o711)  # others may reach the socket, not read the folder
    quiet: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
        "cwd": folder,
        **owner,
    }
    data = folder / "data"
    made = [str(server / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-N"]
    made += ["-E", "UTF8", "--locale=C.UTF-8"]
    process = None
    try:
        subprocess.run(made, check=True, **quiet)
        own = (f"unix_socket_directories={folder}", "listen_addresses=", f"max_connections={connections}")
        flags = [part for setting in (*own, *settings) for part in ("-c", setting)]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [server / "postgres", "-D", data, *flags], stderr=log, preexec_fn=_end_with_parent, **quiet
            )
        _wait_until_ready(server, folder, process)
        subprocess.run(
            [str(server / "createdb"), "-h", str(folder), "-U", "postgres", "clinic"], check=True, **quiet
        )
        yield f"postgres://postgres@{quote(str(folder), safe='')}/clinic"
    finally:
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(server: Path, folder: Path, process: subprocess.Popen[bytes]) -> None:
    ask = [str(server / "pg_isready"), "-q", "-h", str(folder), "-d", "postgres"]
    deadline = time.monotonic() + 30
    while subprocess.run(ask, check=False).returncode != 0:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The private PostgreSQL did not start:\n{(folder / 'log').read_text()}")
        time.sleep(0.1)
