"""Workers as they run in production: processes of their own, on the database of the test, stopped by their own pid."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
RUN_WORKER = (str(ROOT / "manage.py"), "run_worker")


def database_url() -> str:
    """The database this test uses, as a variable for another process."""
    named = {key: str(value) for key, value in connection.settings_dict.items()}
    if connection.vendor == "sqlite":
        return f"sqlite:///{named['NAME']}"
    user = quote(named["USER"], safe="") + (
        f":{quote(named['PASSWORD'], safe='')}" if named["PASSWORD"] else ""
    )
    port = f":{named['PORT']}" if named["PORT"] else ""
    return f"postgres://{user}@{quote(named['HOST'], safe='')}{port}/{named['NAME']}"


def start_worker(
    *, port: int, log: Path, program: Sequence[str] = RUN_WORKER, **variables: str
) -> subprocess.Popen[bytes]:
    """A worker that sends to the SMTP server on this port of loopback, and writes its log into a file."""
    variables = {
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "DATABASE_URL": database_url(),
        "DEMO": "0",
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "WORKER_CHORES": "",
        **variables,
    }
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, *program], cwd=ROOT, env={**os.environ, **variables}, stdout=out, stderr=out
        )


def kill(worker: subprocess.Popen[bytes]) -> None:
    worker.kill()
    worker.wait()


@contextmanager
def running_worker(*, port: int, log: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    worker = start_worker(port=port, log=log, **variables)
    try:
        yield worker
    finally:
        if worker.poll() is None:
            kill(worker)
