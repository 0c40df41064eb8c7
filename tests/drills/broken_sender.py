"""Runs a worker with one guard taken out, for the control runs of drill F6. Says on its command line which."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from clinic import letters, outbox  # noqa: E402
from clinic.models import Message  # noqa: E402


def mark_first() -> None:
    """Writes "sent" before sending, as a sender without at-least-once does."""

    def send(message: Message, post: outbox._Post, done: outbox.Sent, clock: outbox.Clock) -> None:
        done.sent += outbox._release(message, status=Message.Status.SENT, sent_at=clock())
        try:
            post.send(letters.compose(message, clock()))
        except Exception:
            post.close()

    outbox._send = send


def no_lease() -> None:
    """Reads a message without claiming it."""

    def lease(pk: int, now: datetime) -> Message | None:
        return Message.objects.due(now).filter(pk=pk).first()

    outbox._lease = lease


def new_message_ids() -> None:
    """Lets every attempt have a Message-ID of its own, as Django does by default."""
    letters.message_id = lambda message: f"<{uuid.uuid4()}@testserver>"


FAULTS: dict[str, Callable[[], None]] = {
    "mark-first": mark_first,
    "no-lease": no_lease,
    "new-message-ids": new_message_ids,
}

if __name__ == "__main__":
    FAULTS[sys.argv[1]]()
    call_command("run_worker")
