"""`manage.py review_due`: lists the pages and figures that wait for a clinician. Ends with 1 while there are any."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.signing import day_of
from clinic.wording import calendar_day
from treatments.models import Fact
from treatments.reviewing import due


class Command(BaseCommand):
    help = (
        "List pages that nobody has checked or whose check is due, and figures unsigned or signed a year ago."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = due(on=day_of(timezone.now()))
        for page, why in waiting.pages:
            hidden = "" if page.published else " It is not published."
            self.stdout.write(f"{page.path}: {why}{hidden}")
        for fact in waiting.facts:
            self.stdout.write(f"{fact.key}, “{fact.text}”: {_signed(fact)}")
        if waiting.pages or waiting.facts:
            raise CommandError(
                f"Pages to check: {len(waiting.pages)}. Figures to sign: {len(waiting.facts)}."
            )
        self.stdout.write("Every page is checked and every figure is signed.")


def _signed(fact: Fact) -> str:
    if fact.signed_on is None:
        return "Nobody has signed it."
    return f"Signed by {fact.signed_by} on {calendar_day(fact.signed_on)}, a year ago or more."
