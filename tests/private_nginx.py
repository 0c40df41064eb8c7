"""An nginx of our own on a free port of loopback, with the sample site of deploy/ but for its paths, names and TLS."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.missing import leave_out

SAMPLE = Path(__file__).resolve().parent.parent / "deploy" / "nginx.conf"
SECONDS = 15


def sample_site(*, port: int, upstream: int, static: Path, logs: Path) -> str:
    """deploy/nginx.conf for a test: one server, plain HTTP on this port, in front of that one."""
    site = re.sub(
        r"server \{\n    listen 80;.*?\n\}\n", "", SAMPLE.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    site = re.sub(r"^ +(ssl_\w+|listen \[::\]).*\n", "", site, flags=re.MULTILINE)
    changes = {
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port};",
        "server_name clinic.example.org;": "server_name 127.0.0.1;",
        "server 127.0.0.1:8000": f"server 127.0.0.1:{upstream}",
        "/srv/clinic/staticfiles": str(static),
        "/var/log/nginx": str(logs),
    }
    for old, new in changes.items():
        assert old in site, f"deploy/nginx.conf has no {old!r} any more"
        site = site.replace(old, new)
    return site


@contextmanager
def private_nginx(
    folder: Path, *, upstream: int, static: Path, also: dict[str, str] | None = None
) -> Iterator[int]:
    """Yields the port. `also` are further changes to the sample.

    Without the program the test is skipped loudly; with CI=true it fails.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        leave_out("nginx is not on this machine: install the package nginx")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    folder.mkdir(parents=True, exist_ok=True)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"    {kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    site = sample_site(port=port, upstream=upstream, static=static, logs=folder)
    for old, new in (also or {}).items():
        assert old in site, f"deploy/nginx.conf has no {old!r} any more"
        site = site.replace(old, new)
    conf = folder / "nginx.conf"
    conf.write_text(
        f"{user}daemon off;\npid {folder}/pid;\nworker_processes 1;\nevents {{}}\nhttp {{\n{temporary}"
        f"    include /etc/nginx/mime.types;\n{site}\n}}\n",
        encoding="utf-8",
    )
    words = [str(program), "-c", str(conf), "-e", str(folder / "error.log"), "-p", str(folder)]
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(SECONDS)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("nginx did not start")
