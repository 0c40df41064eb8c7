"""Whether a form looks as if a machine had filled it in. It only suspects: nothing is refused or lost for it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.core import signing

SALT = "clinic.form-shown"


class Pace(StrEnum):
    """How long a form took, as its signed time says."""

    FINE = "fine"
    DOUBTFUL = "doubtful"  # sent faster than a person types, or without a time that we signed
    OLD = "old"  # shown so long ago that it is shown once more


def stamp(form: str, now: datetime) -> str:
    """When this form was shown (UTC), signed for this form alone."""
    # Rounded down: rounded up, a form sent at once would come from before it was shown.
    return signing.dumps(int(now.timestamp() * 10) / 10, salt=f"{SALT}.{form}")


def pace(form: str, stamped: str, now: datetime) -> Pace:
    """What the time on a sent form says. With FORM_LEAST_SECONDS=0 nobody is too fast, and no time is needed."""
    try:
        took = now.timestamp() - float(signing.loads(stamped, salt=f"{SALT}.{form}"))
    except (signing.BadSignature, TypeError, ValueError):
        return Pace.DOUBTFUL if settings.FORM_LEAST_SECONDS else Pace.FINE
    if took < settings.FORM_LEAST_SECONDS:
        return Pace.DOUBTFUL
    return Pace.OLD if took > settings.FORM_MOST_HOURS * 3600 else Pace.FINE
