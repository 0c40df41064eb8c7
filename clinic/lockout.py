"""Wrong passwords, counted by the lock-out library: whom it locks, and the end of a lock. Keeps no name, no password."""

from __future__ import annotations

from datetime import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Sum

from clinic import limits, trail


def name_of(username: str) -> str:
    """How a name that was typed stands in the library's rows: somebody may have typed a password there."""
    return limits.hashed("login", username)


def is_locked(user: User, *, now: datetime) -> bool:
    """Whether from any address the next try is refused."""
    lately = AccessAttempt.objects.filter(
        username=name_of(user.get_username()), attempt_time__gt=now - settings.AXES_COOLOFF_TIME
    )
    by_address = lately.order_by().values("ip_address").annotate(wrong=Sum("failures_since_start"))
    return by_address.filter(wrong__gte=settings.AXES_FAILURE_LIMIT).exists()


def end(*, user: User, actor: User, now: datetime) -> None:
    """Let somebody try again at once, from every address."""
    with transaction.atomic(durable=True):
        AccessAttempt.objects.filter(username=name_of(user.get_username())).delete()
        trail.looked(actor, user, page="auth_user_sign_in", act=trail.Act.CORRECT, words="lock", now=now)


def delete_old(*, now: datetime) -> int:
    """Delete what locks nobody any more. Returns how many rows."""
    return AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME).delete()[0]
