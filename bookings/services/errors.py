"""Everything a verb may answer instead of doing it. Each error carries one sentence that a person can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bookings.life import WORDS, IllegalMove
from clinic.wording import clock_at

if TYPE_CHECKING:
    from bookings.models import Appointment, AppointmentEvent

__all__ = [
    "AlreadySent",
    "BookingError",
    "ChangedByAnother",
    "DiaryBusy",
    "HealthAnswersOld",
    "IllegalMove",
    "NotAllowed",
    "NotCleared",
    "NotOffered",
    "TimeTaken",
    "TooEarly",
    "TooLate",
]


class BookingError(Exception):
    """A verb that could not be done. `sentence` says why, for the person in front of the screen."""

    sentence = "We could not do that."

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence or self.sentence
        super().__init__(self.sentence)


class TimeTaken(BookingError):
    """Somebody else has this clinician or room at this time."""

    sentence = "Somebody else has just taken this time. Please choose another."


class NotOffered(BookingError):
    """The rota, a closure, the notice or the horizon leaves this time out."""

    sentence = "This clinic does not offer that time. Please choose another."


class DiaryBusy(BookingError):
    """Too many people were booking at once: nothing was changed, and the same press may work now."""

    sentence = "We are busy this second. Nothing is lost. Please press again."


class AlreadySent(BookingError):
    """This journey was sent before. `appointment` is what it made."""

    sentence = "You have already sent this request."

    def __init__(self, appointment: Appointment) -> None:
        self.appointment = appointment
        super().__init__()


class ChangedByAnother(BookingError):
    """Somebody was faster. `event` is what they did, if it was an event."""

    def __init__(self, appointment: Appointment, event: AppointmentEvent | None) -> None:
        self.appointment, self.event = appointment, event
        super().__init__(self._say())

    def _say(self) -> str:
        now = WORDS[self.appointment.state].lower()
        if self.event is None:
            return f"This has changed since you opened it. It is now: {now}. Please look again."
        who = {"patient": "The patient", "system": "The system"}.get(self.event.by) or self._staff_name()
        at = clock_at(self.event.at, self.appointment.location.time_zone)
        return f"{who} was faster, at {at}. The appointment is now: {now}. Please look again."

    def _staff_name(self) -> str:
        actor = self.event.actor if self.event else None
        return (actor.get_full_name() or actor.get_username()) if actor else "Somebody else"


class NotAllowed(BookingError):
    """This person may not do this at this clinic."""

    sentence = "Your role does not allow this at this clinic."


class NotCleared(BookingError):
    """A clinician has to ring first."""

    sentence = "A nurse has to ring first. You can confirm once a clinician has cleared the call."


class HealthAnswersOld(BookingError):
    """The health answers are older than HEALTH_ANSWERS_DAYS: they are asked again before a new time."""

    sentence = "You answered our health questions some time ago. Please tell us if anything has changed."


class TooEarly(BookingError):
    """The time for this verb has not come."""


class TooLate(BookingError):
    """The time for this verb has passed."""
