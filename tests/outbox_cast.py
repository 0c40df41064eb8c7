"""Messages for tests: one to a patient, a dead letter, and how a few of them stand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from clinic import outbox
from clinic.models import Message

NOW = dt.datetime(2027, 2, 17, 10, 0, tzinfo=dt.UTC)
Status = Message.Status


def make_message(**changes: Any) -> Message:
    values: dict[str, Any] = {
        "kind": "received",
        "audience": "patient",
        "to": "jo@example.org",
        "subject": "We have your request",
        "text": "Good morning.",
        "now": NOW,
    }
    return outbox.queue(**{**values, **changes})


def make_dead(**changes: Any) -> Message:
    message = make_message(**changes)
    Message.objects.filter(pk=message.pk).update(status=Status.DEAD, last_problem="recipient-550", attempts=3)
    return message


def statuses(*messages: Message) -> list[str]:
    found = Message.objects.in_bulk([message.pk for message in messages])
    return [found[message.pk].status for message in messages]
