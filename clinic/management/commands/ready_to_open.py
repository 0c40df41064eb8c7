"""`manage.py ready_to_open`: lists what only the clinic knows. Ends with 1 while anything is missing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic import readiness


class Command(BaseCommand):
    help = "Say what is missing before the site may be opened. Exit code 1 while anything is."

    def handle(self, *args: Any, **options: Any) -> None:
        found = readiness.needs()
        for need in found:
            self.stdout.write(f"{'ready  ' if need.done else 'MISSING'}  {need.what}")
            if not need.done:
                self.stdout.write(f"           why: {need.why}\n           until then: {need.meanwhile}")
        lacking = sum(not need.done for need in found)
        self.stdout.write(f"{len(found) - lacking} of {len(found)} are there.")
        if lacking:
            raise CommandError(f"{lacking} things are missing.")
