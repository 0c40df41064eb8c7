"""`manage.py load_content`: brings the content files into the database. Ends with 1 when a person has to look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from treatments import content_files
from treatments.loading import Report, load

KEPT = "Edited here and kept; the files have not changed:"
CONFLICTS = (
    "Changed in the files and edited here. They are kept as they are here; make both agree, then load again:"
)
HELD = "Not published: REQUIRE_REVIEW is on and no clinician has checked them. In the admin: preview, check, publish:"
PROBLEMS = "Nothing was loaded."


class Command(BaseCommand):
    help = (
        "Load treatments, pages, facts, sources and fees from treatments/content/. Edits made here are kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--folder", type=Path, default=content_files.FOLDER, help="Another folder to read."
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        report = load(folder=folder, now=timezone.now())
        if report.problems:
            raise CommandError(_listed(PROBLEMS, report.problems))
        if report.kept:
            self.stdout.write(_listed(KEPT, report.kept))
        if report.held:
            self.stdout.write(_listed(HELD, report.held))
        if options["verbosity"]:
            self.stdout.write(_counted(report))
        if report.conflicts:
            raise CommandError(_listed(CONFLICTS, report.conflicts))


def _listed(heading: str, lines: list[str]) -> str:
    return "\n".join([heading, *(f"  {line}" for line in lines)])


def _counted(report: Report) -> str:
    counts = [f"{len(getattr(report, name))} {name}" for name in ("created", "updated", "kept", "conflicts")]
    return f"Content: {', '.join(counts)}, {report.unchanged} unchanged."
