"""`manage.py load_clinics`: creates the clinics that are not there yet, and lists what differs. Changes no clinic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.loading import FILE, ClinicsProblem, load_clinics


class Command(BaseCommand):
    help = "Create the clinics of clinic/content/locations.toml that are missing. Edits made here are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, default=FILE, help="Another file to read.")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            report = load_clinics(file=file)
        except ClinicsProblem as problem:
            raise CommandError(str(problem)) from problem
        for line in report.different:
            self.stdout.write(f"  kept as it is here: {line}")
        if options["verbosity"]:
            self.stdout.write(f"Clinics: {len(report.created)} created.")
