"""Runs a verb in one durable transaction and says in our words why the database refused. Knows no appointment rule."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction

from bookings.models import guard
from bookings.services.errors import DiaryBusy, TimeTaken

P = ParamSpec("P")
R = TypeVar("R")

LOCK_TIMEOUT = "3s"
# deadlock_detected, lock_not_available, serialization_failure
_POSTGRES_BUSY = {"40P01", "55P03", "40001"}
_SQLITE_BUSY = ("database is locked", "database table is locked", "busy")


def durable(verb: Callable[P, R]) -> Callable[P, R]:
    """One durable transaction around `verb`, tried twice when others were in the way.

    Raises TimeTaken where the database refused an overlap, DiaryBusy where the second try was in the way too.
    Any other database error passes as it is.
    """

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return _once(verb, *args, **kwargs)
        except (OperationalError, IntegrityError) as error:
            if not (_is_busy(error) or _is_chance(error)):
                raise
        try:
            return _once(verb, *args, **kwargs)
        except OperationalError as error:
            if _is_busy(error):
                raise DiaryBusy from error
            raise

    return run


def _once(verb: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        with transaction.atomic(durable=True):
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = %s", [LOCK_TIMEOUT])
            return verb(*args, **kwargs)
    except IntegrityError as error:
        if _is_overlap(error):
            raise TimeTaken from error
        raise


def _is_overlap(error: IntegrityError) -> bool:
    """Whether one of the two guards refused: by name, so that no other broken rule is taken for "just taken"."""
    return _constraint(error) in guard.GUARDED


def _is_chance(error: OperationalError | IntegrityError) -> bool:
    """What the second try puts right: the same form sent twice at once, and a reference that was drawn before."""
    name = _constraint(error) if isinstance(error, IntegrityError) else ""
    return "idempotency_key" in name or "reference" in name


def _constraint(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    return (diagnosis.constraint_name or "") if diagnosis else str(error)


def _is_busy(error: Exception) -> bool:
    code = getattr(error.__cause__, "pgcode", None)
    return code in _POSTGRES_BUSY or str(error).lower().startswith(_SQLITE_BUSY)
