"""The site as a visitor gets it: prepared in a folder of its own, compressed files, gunicorn on loopback. Judges nothing."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
PATIENCE = 60  # seconds until it answers; a busy machine takes about ten
_PASSWORD = re.compile(r"all with the password (\S+)")


@dataclass(frozen=True)
class Served:
    """A running site: `url` without a slash at its end, and the password of the made-up staff."""

    url: str
    password: str


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """A demo's content on a free port; its database and files lie in `folder`. Ended by its own process id."""
    port = _free_port()
    site = f"http://{HOST}:{port}"
    environ = _variables(folder) | {"PORT": str(port), "SITE_URL": site}
    log = folder / "log.txt"
    said = _prepare(environ)
    with log.open("ab") as out:
        config = str(ROOT / "deploy" / "gunicorn.conf.py")
        command = [sys.executable, "-m", "gunicorn", "--config", config, "--log-level", "warning"]
        server = subprocess.Popen([*command, "clinic.wsgi"], cwd=ROOT, env=environ, stdout=out, stderr=out)
    try:
        _wait(port, server, log)
        yield Served(site, said.group(1) if (said := _PASSWORD.search(said)) else "")
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _variables(folder: Path) -> dict[str, str]:
    """Every variable at the default that `.env.example` documents, so that no developer's .env is heard."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    return {
        **os.environ,
        **dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE)),
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'clinic.sqlite3'}",
        "VAR_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": f"localhost,{HOST}",
        "DEMO": "1",
    }


def _prepare(environ: dict[str, str]) -> str:
    command = [sys.executable, "manage.py", "prepare"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the site could not be prepared:\n{done.stdout}{done.stderr}")
    return done.stdout


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        line = http.client.HTTPConnection(HOST, port, timeout=10)
        with suppress(OSError):
            line.request("GET", "/")
            if line.getresponse().status == 200:
                line.close()
                return
        line.close()
        time.sleep(0.2)
    raise RuntimeError(f"the site did not start:\n{log.read_text()}")
