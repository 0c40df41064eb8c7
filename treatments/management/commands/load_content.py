"""`manage.py load_content`: brings the content files into the database. Ends with 1 when a person has to look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from treatments import content_files
from treatments.loading import Report, load

EXPLAINED = {
    "created": "New here",
    "updated": "Changed in the files, and so here",
    "kept": "Edited here and kept; the files have not changed",
    "conflicts": "Changed in the files and edited here: kept as it is here. Make both agree, then load again",
    "problems": "Nothing was loaded, because",
}


class Command(BaseCommand):
    help = (
        "Load treatments, pages, facts, sources and fees from treatments/content/. Edits made here are kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--folder", type=Path, default=content_files.FOLDER, help="Another folder to read."
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        report = load(folder=folder)
        self._tell(report, options["verbosity"])
        if report.problems or report.conflicts:
            raise SystemExit(1)

    def _tell(self, report: Report, verbosity: int) -> None:
        counted = {name: getattr(report, name) for name in EXPLAINED}
        for name in ("kept", "conflicts", "problems"):
            if counted[name]:
                out = self.stdout if name == "kept" else self.stderr
                out.write("\n".join([f"{EXPLAINED[name]}:", *(f"  {line}" for line in counted[name])]))
        if not report.problems and verbosity:
            counts = ", ".join(
                f"{len(lines)} {name}" for name, lines in counted.items() if name != "problems"
            )
            self.stdout.write(f"Content: {counts}, {report.unchanged} unchanged.")
