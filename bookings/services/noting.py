"""Staff write a few words beside an appointment. A note never changes what was agreed, and may be erased."""

from __future__ import annotations

from datetime import datetime

from bookings.models import Note
from bookings.services.errors import BookingError
from bookings.services.transaction import durable
from bookings.services.walking import Actor, read, require


@durable
def note(*, appointment_id: int, text: str, actor: Actor, now: datetime) -> Note:
    """Keep the words with who wrote them and when. Raises NotAllowed, BookingError for no words."""
    if not text.strip():
        raise BookingError("Write the note first.")
    appointment = read(appointment_id)
    require(actor, appointment.location_id)
    return Note.objects.create(appointment=appointment, author=actor.user, text=text.strip(), at=now)
