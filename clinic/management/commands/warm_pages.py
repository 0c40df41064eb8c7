"""`manage.py warm_pages`: makes every page that informs and keeps it, for the web processes to serve. Changes no content."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic import page_cache, warming


class Command(BaseCommand):
    help = "Make every page that informs, and keep it. Exit 1 when one does not answer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--drop",
            action="store_true",
            help="first let no kept page be served again: after a change that neither the admin nor a load made",
        )

    def handle(self, *args: Any, drop: bool, **options: Any) -> None:
        if drop:
            page_cache.drop()
        warmed = warming.warm()
        if page_cache.edition() is None:
            self.stdout.write("Nothing keeps pages: CACHE_URL is dummy://, or its store is away.")
        if options["verbosity"]:
            self.stdout.write(f"Pages: {warmed.ready} ready.")
        if warmed.failed:
            raise CommandError("These do not answer:\n" + "\n".join(f"  {line}" for line in warmed.failed))
