"""Blanks what its time has come for, or with --dry-run counts it. Prints figures by country and kind, never a person."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from bookings.services.retention import blank_old_records


class Command(BaseCommand):
    help = "Blank the records that no rule keeps any more. The worker does this once a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Count only, and change nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run = bool(options["dry_run"])
        counted = blank_old_records(now=timezone.now(), dry_run=dry_run)
        for line, count in sorted(counted.items()):
            outcome = "would be blanked" if dry_run and line.outcome == "blanked" else line.outcome
            self.stdout.write(f"{line.country or 'any'}\t{line.kind}\t{count} {outcome}")
        if not counted:
            self.stdout.write("Nothing is due.")
