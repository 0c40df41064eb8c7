"""The same form sent twice at once is one form: the slower one answers with what the faster one made."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from bookings.models import Appointment
from bookings.services.errors import ChangedByAnother, TimeTaken

P = ParamSpec("P")
R = TypeVar("R")


def once_per_key(verb: Callable[P, R]) -> Callable[P, R]:
    """Around a durable verb with a `key` that looks the key up first.

    Who lost a time to herself, by a double click or in a second tab, must not read that somebody else has it: the
    verb runs again and finds her own appointment. The same when her hold was swept while she sent.
    """

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return verb(*args, **kwargs)
        except ChangedByAnother:
            pass  # the sweep, or a twin of this form, was faster: look again
        except TimeTaken:
            if not Appointment.objects.filter(idempotency_key=str(kwargs["key"])).exists():
                raise
        return verb(*args, **kwargs)

    return run
