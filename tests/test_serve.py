"""`manage.py serve`: starts the web server and the worker, and leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
Served = subprocess.Popen[str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an empty demo in a folder of its own."""
    folder = tmp_path_factory.mktemp("demo")
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "clinic.settings", "DEMO": "1", "EMAIL_URL": ""}
    env |= {"VAR_DIR": str(folder), "STATIC_ROOT": str(folder), "ALLOWED_HOSTS": "127.0.0.1"}
    env |= {"DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}", "SITE_URL": "http://127.0.0.1"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
    return env


@pytest.fixture
def serve(demo: dict[str, str]) -> Iterator[Callable[[int], Served]]:
    """Starts `serve` for the demo on the given port, in a session of its own."""
    started: list[Served] = []

    def start(port: int) -> Served:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env={**demo, "PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(10)


def announced(process: Served) -> str:
    """What it prints until everything answers."""
    lines: list[str] = []
    for line in process.stdout or ():
        lines.append(line)
        if "Ctrl-C" in line:
            break
    return "".join(lines)


def below(process: Served) -> dict[int, str]:
    """Every process of its session but itself, with its command line."""
    found = subprocess.run(
        ["ps", "-o", "pid=,args=", "--sid", str(process.pid)], capture_output=True, text=True, check=False
    )
    rows = re.findall(r"^ *(\d+) (.*)$", found.stdout, re.MULTILINE)
    return {int(pid): words for pid, words in rows if int(pid) != process.pid and "defunct" not in words}


def soon_gone(process: Served) -> bool:
    deadline = time.monotonic() + 20
    while below(process) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not below(process)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_it_leaves_nothing_behind(serve: Callable[[int], Served], number: signal.Signals) -> None:
    port = free_port()
    process = serve(port)
    words = announced(process)
    assert f"http://127.0.0.1:{port}/" in words
    assert "/admin/" in words
    assert len(below(process)) >= 3, "gunicorn, its workers, the worker"
    process.send_signal(number)
    process.wait(40)
    assert soon_gone(process), below(process)
    assert process.returncode == (0 if number != signal.SIGKILL else -signal.SIGKILL)


def test_when_one_ends_the_other_is_stopped(serve: Callable[[int], Served]) -> None:
    process = serve(free_port())
    announced(process)
    worker = next(pid for pid, words in below(process).items() if "run_worker" in words)
    os.kill(worker, signal.SIGKILL)
    said, _ = process.communicate(timeout=40)
    assert process.returncode == 1
    assert "The worker ended by itself" in said
    assert soon_gone(process), below(process)


def test_a_port_that_is_taken_gives_a_sentence(serve: Callable[[int], Served]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = int(other.getsockname()[1])
        said, _ = serve(port).communicate(timeout=40)
    assert said.startswith(f"CommandError: Port {port} is taken by another program.")
    assert "Traceback" not in said
