"""Brings the database, the content and the static files up to date, step by step. Never starts anything, safe to repeat.

Each step is a command of its own that an operator can run alone; this only runs them in order in one process.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

STEPS: list[tuple[str, dict[str, Any]]] = [
    ("migrate", {"interactive": False, "verbosity": 0}),
    ("load_content", {}),
    ("load_clinics", {}),
    ("load_bank_holidays", {}),
    ("build_css", {}),
    ("collectstatic", {"interactive": False, "verbosity": 0}),
    ("build_error_pages", {}),
    ("check", {"databases": ["default"]}),
]
WARM = "warm_pages"  # last, and in a process of its own: this one began with the static files of before
DEMO_STEPS: list[tuple[str, dict[str, Any]]] = [("load_demo", {})]  # last: it prints the logins


def static_sources() -> str:
    """One digest over all that `collectstatic` would take: compressing it again costs more than all other steps."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            digest.update(f"\0{name}\0".encode())
            digest.update(Path(storage.path(name)).read_bytes())
    return digest.hexdigest()


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []  # one of the steps is the check, after the database is there

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--carry-on",
            action="store_true",
            help="go on where text was edited here and in the files: what is here is kept",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for name, given in STEPS + (DEMO_STEPS if settings.DEMO else []):
            try:
                self._step(name, given)
            except CommandError as error:
                # The way to make both agree is the admin, so a start must not wait for it.
                if name != "load_content" or not options["carry_on"]:
                    raise
                self.stderr.write(self.style.WARNING(f"load_content: {error}"))
        self._warm()

    def _step(self, name: str, given: dict[str, Any]) -> None:
        began = time.monotonic()
        if name == "collectstatic" and self._collected():
            self.stdout.write("collectstatic: nothing has changed")
            return
        self.stdout.write(self.style.MIGRATE_HEADING(f"{name} ..."))
        self.stdout.flush()
        call_command(name, stdout=self.stdout, stderr=self.stderr, **given)
        if name == "collectstatic":
            self._stamp().write_text(static_sources())
        self.stdout.write(f"  {name}: {time.monotonic() - began:.1f} s")

    def _warm(self) -> None:
        """Whatever goes wrong here, the first visitor's request makes the page."""
        done = subprocess.run(
            [sys.executable, "manage.py", WARM, "--drop"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        self.stdout.write(done.stdout, ending="")
        if done.returncode:
            self.stderr.write(self.style.WARNING(f"Not every page answers: `manage.py {WARM}` lists them."))

    def _stamp(self) -> Path:
        return Path(settings.STATIC_ROOT) / ".collected"

    def _collected(self) -> bool:
        return self._stamp().exists() and self._stamp().read_text() == static_sources()
