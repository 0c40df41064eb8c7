"""Loads the bank holidays of England and Ireland: `load_bank_holidays 2027 2030`. Safe to repeat, changes nothing else."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.bank_holidays import load_bank_holidays

YEARS_AHEAD = 2  # farther than anybody can book
FIRST_KNOWN, LAST_KNOWN = 2000, 2099


class Command(BaseCommand):
    help = "Load the bank holidays of England and Ireland, by default for this year and the next two."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("first", type=int, nargs="?", help="first year, for example 2027")
        parser.add_argument("last", type=int, nargs="?", help="last year, included")

    def handle(self, *args: Any, **options: Any) -> None:
        first = options["first"] or timezone.localdate().year
        last = options["last"] or (first if options["first"] else first + YEARS_AHEAD)
        if not FIRST_KNOWN <= first <= last <= LAST_KNOWN:
            raise CommandError(
                f"Give a first and a last year between {FIRST_KNOWN} and {LAST_KNOWN}, in that order."
            )
        added = load_bank_holidays(range(first, last + 1))
        self.stdout.write(f"Bank holidays {first} to {last}: {added} added.")
