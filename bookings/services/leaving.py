"""Staff leave an appointment as it is although a closure or the rota hits it, and say why. The time itself never changes."""

from __future__ import annotations

from datetime import datetime

from bookings import hits
from bookings.life import Verb
from bookings.models import Appointment, Note
from bookings.services.errors import BookingError
from bookings.services.transaction import durable
from bookings.services.walking import Actor, read, require, walk

LONGEST_CODES = 40  # as the column of an event has it


@durable
def leave_as_is(
    *, appointment_id: int, expected_version: int, reason: str, actor: Actor, now: datetime
) -> Appointment:
    """Keep the reason as a note, and let the list of hits forget this one until another closure hits it.

    Raises ChangedByAnother, NotAllowed, BookingError without a reason and where nothing hits it.
    """
    if not reason.strip():
        raise BookingError("Say why it stays as it is.")
    appointment = read(appointment_id)
    require(actor, appointment.location_id)
    codes = hits.codes_of(appointment)
    left = walk(
        appointment,
        Verb.LEAVE,
        expected_version=expected_version,
        actor=actor,
        now=now,
        reason_code=_fitting(codes),
    )
    if not codes:  # told last: that somebody was faster says more; the step itself is rolled back
        raise BookingError(
            "No closure hits it any more, and its clinician works then. There is nothing to leave."
        )
    Note.objects.create(appointment=left, author=actor.user, text=reason.strip(), at=now)
    return left


def _fitting(codes: tuple[str, ...]) -> str:
    """As many as one event can name; what does not fit stays on the list."""
    words = ""
    for code in codes:
        longer = f"{words} {code}".strip()
        if len(longer) <= LONGEST_CODES:
            words = longer
    return words
