"""Runs the web server and the worker on this machine until one of them ends or we are told to stop; then stops both.

For `make run`, where nothing else looks after them. Production uses a real supervisor (deploy/*.service).
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.urls import NoReverseMatch, reverse

from clinic import readiness

HOST = "127.0.0.1"
PATIENCE = 30  # seconds each may take to end before it is killed; longer than gunicorn's own grace
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_with_parent() -> None:
    """On Linux the kernel ends a child whose parent was killed outright and could not stop it."""
    os.setpgrp()  # Ctrl-C reaches us only, and we stop them in order
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 = PR_SET_PDEATHSIG


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []  # `prepare` runs them once the database is there

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--prepare", action="store_true", help="run `prepare` first")
        parser.add_argument("--with-parent", action="store_true", help="also stop when the caller is gone")

    def handle(self, *args: Any, **options: Any) -> None:
        self.port = self._free_port(os.environ.get("PORT") or "8000")
        self.parent = os.getppid() if options["with_parent"] else None
        if options["prepare"]:
            call_command("prepare", carry_on=True, stdout=self.stdout, stderr=self.stderr)
        try:
            readiness.refuse_start()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        connections.close_all()
        self.told: int | None = None
        for number in STOPS:
            signal.signal(number, self._tell)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        try:
            self._start()
            self._announce()
            self._watch()
        finally:
            self._stop()

    def _free_port(self, wanted: str) -> int:
        if not wanted.isdigit() or not 1 <= int(wanted) <= 65535:
            raise CommandError(f"PORT is {wanted!r}. Set it to a number from 1 to 65535.")
        port = int(wanted)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except PermissionError:
                raise CommandError(
                    f"Port {port} needs more rights. Choose one above 1023: make run PORT=8001"
                ) from None
            except OSError:
                raise CommandError(
                    f"Port {port} is taken by another program. Stop that one, or choose another port: "
                    f"make run PORT={port + 1 if port < 65535 else 8001}"
                ) from None
        return port

    def _tell(self, number: int, frame: Any) -> None:
        self.told = number

    def _start(self) -> None:
        here = {"PORT": str(self.port), "SITE_URL": f"http://{HOST}:{self.port}"}
        env = {**here, **os.environ, "PORT": str(self.port)}
        config = str(settings.BASE_DIR / "deploy" / "gunicorn.conf.py")
        web = [sys.executable, "-m", "gunicorn", "--config", config, "--log-level", "warning", "clinic.wsgi"]
        worker = [sys.executable, "manage.py", "run_worker"]
        for name, command in (("web server", web), ("worker", worker)):
            self.running[name] = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=env, stdin=subprocess.DEVNULL, preexec_fn=end_with_parent
            )

    def _announce(self) -> None:
        site = f"http://{HOST}:{self.port}"
        while not self._answers(site):
            if self._should_stop():
                return
            time.sleep(0.1)
        self.stdout.write("")
        self.stdout.write(self.style.SUCCESS(f"The site:   {site}/"))
        self.stdout.write(f"The desk:   {site}{reverse('admin:index')}")
        if settings.DEMO:
            self.stdout.write("Logins:     printed above by load_demo")
            self.stdout.write(f"Mail:       {self._mail_page(site)}{settings.MAIL_DIR}")
        self.stdout.write("Ctrl-C stops everything.")
        self.stdout.flush()

    def _mail_page(self, site: str) -> str:
        try:
            return f"{site}{reverse('clinic:mail')} and the files in "
        except NoReverseMatch:
            return "the files in "

    def _answers(self, site: str) -> bool:
        try:
            urllib.request.urlopen(site, timeout=10).close()  # noqa: S310  our own address
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def _should_stop(self) -> bool:
        if self.told is not None or (self.parent is not None and os.getppid() != self.parent):
            return True
        return any(process.poll() is not None for process in self.running.values())

    def _watch(self) -> None:
        while not self._should_stop():
            time.sleep(0.2)
        for name, process in self.running.items():
            if process.poll() is not None and self.told is None:
                raise CommandError(
                    f"The {name} ended by itself (code {process.returncode}), so everything stops."
                )

    def _stop(self) -> None:
        for number in STOPS:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave one behind
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if self.running:
            self.stdout.write("Stopped.")
