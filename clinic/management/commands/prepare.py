"""Brings the database, the content and the static files up to date, step by step. Never starts anything, safe to repeat.

Each step is a command of its own that an operator can run alone; this only runs them in order in one process.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

STEPS: list[tuple[str, dict[str, Any]]] = [
    ("migrate", {"interactive": False, "verbosity": 0}),
    ("load_content", {}),
    ("load_clinics", {}),
    ("build_css", {}),
    ("collectstatic", {"interactive": False, "verbosity": 0}),
    ("check", {"databases": ["default"]}),
]
DEMO_STEPS: list[tuple[str, dict[str, Any]]] = [("load_demo", {})]  # last: it prints the logins


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []  # one of the steps is the check, after the database is there

    def handle(self, *args: Any, **options: Any) -> None:
        for name, given in STEPS + (DEMO_STEPS if settings.DEMO else []):
            self._step(name, given)

    def _step(self, name: str, given: dict[str, Any]) -> None:
        began = time.monotonic()
        self.stdout.write(self.style.MIGRATE_HEADING(f"{name} ..."))
        self.stdout.flush()
        call_command(name, stdout=self.stdout, stderr=self.stderr, **given)
        self.stdout.write(f"  {name}: {time.monotonic() - began:.1f} s")
