"""Sends all that is due, once, and says what became of it. For an operator, without a running worker."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic import outbox
from clinic.letters import RealMailInDemo


class Command(BaseCommand):
    help = "Send what is due now, then stop. Exits with 1 when a message could not be sent for good."

    def handle(self, *args: Any, **options: Any) -> None:
        total = outbox.Sent(more=True)
        try:
            while total.more and not total.away:
                total += outbox.send_due(now=timezone.now(), limit=settings.MESSAGE_BATCH)
        except RealMailInDemo as error:
            raise CommandError(str(error)) from None
        self.stdout.write(str(total))
        if total.away:
            raise CommandError("The mail server could not be reached. Nothing is lost: run this again later.")
        if total.dead or total.expired:
            raise CommandError(
                "Some messages were not sent. They stand in the admin under Messages, as Not sent."
            )
