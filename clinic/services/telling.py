"""What a reader thinks of a page: kept without a name, and read by staff."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from clinic import limits
from clinic.limits import Caller
from clinic.models import Feedback


def tell(
    *,
    path: str,
    helped: str,
    lacked: str,
    key: str,
    caller: Caller | None = None,
    suspected: bool = False,
    now: datetime,
) -> Feedback:
    """Keep what somebody said. The same `key` again is the same row. Raises TooMany."""
    said = {"path": path, "helped": helped, "lacked": lacked, "suspected": suspected, "received_at": now}
    with transaction.atomic(durable=True):
        if not Feedback.objects.filter(key=key).exists():
            limits.count_caller("feedback", caller, now=now)
        return Feedback.objects.get_or_create(key=key, defaults=said)[0]


def read_feedback(*, ids: Collection[int], now: datetime) -> int:
    """Mark these as read. Returns how many were not read before."""
    return Feedback.objects.unread().filter(pk__in=ids).update(read_at=now)
