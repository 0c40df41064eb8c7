"""What staff read: marks, moments and short words for codes. Decides nothing."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bookings.life import DONE, WORDS, Status, Verb
from bookings.models import Appointment, AppointmentEvent, Patient
from clinic.models import Location
from clinic.wording import clock_at, day_year, moment, reference

Check = Appointment.Check
STATUS_MARKS = {
    Status.HOLD: "quiet",
    Status.PENDING: "asked",
    Status.BOOKED: "confirmed",
    Status.ARRIVED: "here",
    Status.FULFILLED: "quiet",
    Status.NOSHOW: "warn",
    Status.CANCELLED: "none",
    Status.ENTERED_IN_ERROR: "none",
}
GATE_MARKS = {
    Check.NEEDED: ("ring", "? Nurse to ring first"),
    Check.CLEARED: ("done", "Cleared"),
    Check.REFUSED: ("late", "! Not now"),
}
# Why a request is turned down or an appointment called off, for the person who picks it.
REASON_WORDS = {
    "no-time": "No time we can offer",
    "not-reached": "Could not reach the patient",
    "not-now": "Not now, after a talk",
    "clinic": "The clinic's plans changed",
    "asked": "The patient asked",
    "not-answered": "Not answered in time",
    "other": "Another reason: the patient is told none",
}


class Mark(NamedTuple):
    """A word in a border: `kind` names its shape and colour in admin.css."""

    kind: str
    word: str


SUSPECTED = Mark("warn", "? Suspected")


def status_mark(appointment: Appointment) -> Mark:
    state = appointment.state
    signs = {Status.PENDING: "? ", Status.ARRIVED: "● ", Status.FULFILLED: "✓ "}
    return Mark(STATUS_MARKS[state], signs.get(state, "") + WORDS[state])


def gate_mark(appointment: Appointment) -> Mark | None:
    kind, word = GATE_MARKS.get(Check(appointment.clinician_check), ("", ""))
    return Mark(kind, word) if word else None


def when(appointment: Appointment) -> str:
    """Its day with the year, for lists that reach far back."""
    return at_place(appointment.starts_at, appointment.location)


def at_place(at: datetime, place: Location) -> str:
    return f"{day_year(at.astimezone(place.zone).date())}, {clock_at(at, place.time_zone)}"


def soon(appointment: Appointment) -> str:
    return f"{moment(appointment.starts_at, appointment.location.time_zone)}, {appointment.location.name}"


def spoken(appointment: Appointment) -> str:
    """How staff name it to each other: reference, time, clinic. Never a person's name."""
    return f"{reference(appointment.reference)}, {soon(appointment)}"


def short_name(name: str) -> str:
    """ "Brigid Test" reads "Brigid T" on a wall of names."""
    first, *rest = name.split()
    return f"{first} {rest[-1][:1]}" if rest else first


def reach(patient: Patient) -> str:
    """When and how this patient wants to be reached."""
    if patient.reach_by == Patient.ReachBy.WRITE:
        return "Text or email, do not ring"
    ring = {"any": "any time", "morning": "in the morning", "afternoon": "in the afternoon"}
    leave = "may leave a message" if patient.leave_message else "leave no message"
    return f"Ring {ring[patient.ring_when]}, {leave}"


def told(appointment: Appointment) -> str:
    """What happens next so that the patient knows."""
    if appointment.suspected:
        return "It is suspected, so nothing was sent to the address."
    if appointment.patient and appointment.patient.email:
        return "The patient gets an email."
    return "There is no email: a call to tell the patient is on the list."


def event_words(event: AppointmentEvent, place: Location) -> str:
    """What happened, by whom and why; for a move also from where."""
    who = {"patient": "the patient", "system": "the system"}.get(event.by, "staff")
    if event.actor:
        who = event.actor.get_full_name() or event.actor.get_username()
    words = f"{DONE[Verb(event.verb)].capitalize()} by {who}"
    if event.from_starts_at:
        before = event.from_location or place
        words += f", from {at_place(event.from_starts_at, before)} at {before.name}"
    if event.reason_code:
        words += f": {_reason(event.reason_code)}"
    return f"{words}."


def _reason(code: str) -> str:
    words = REASON_WORDS.get(code, code.replace("-", " "))
    return words[:1].lower() + words[1:]
