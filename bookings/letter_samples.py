"""Every kind of message as it reads, for staff to look at: about a made-up visit, or about one of theirs. Sends nothing.

Nothing here is stored, and a link in a sample opens nothing: a page for staff must not hold a patient's way in.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.conf import settings

from bookings import messages
from bookings.fees import fees_as_shown
from bookings.life import Status
from bookings.messages import Words
from bookings.models import Appointment, Patient, VisitRecord
from bookings.promises import promise
from bookings.working_time import working_day_at
from clinic import letters
from clinic import messages as clinic_messages
from clinic.models import Complaint, Location
from clinic.wording import moment

EXAMPLES = {"manage_link": "/book/link/example/", "reminders_off": "/book/reminders/example/"}
_DAY = timedelta(days=1)


class Letter(NamedTuple):
    """`when` says to staff at what moment it goes; `to` is "Patient" or "Staff"."""

    kind: str
    title: str
    when: str
    to: str
    words: Words


class Sort(NamedTuple):
    title: str
    when: str
    write: Callable[[Appointment], Words]
    to: str = "Patient"


def sample(place: Location, now: datetime) -> Appointment:
    """A visit of nobody, in three weeks, at this clinic. Not stored."""
    day = now.astimezone(place.zone).date() + 21 * _DAY
    starts_at = working_day_at(day, time(10, 15), place.time_zone)
    return Appointment(
        reference="7K4M2P",
        location=place,
        patient=Patient(name="Brigid Example", email="brigid@example.org", phone="+442079460000"),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        status=Status.BOOKED,
        fees_shown=fees_as_shown(place),
        answer_by=promise(place, now, frozenset()).answer_by,
    )


def every_letter(appointment: Appointment) -> list[Letter]:
    """One of each kind, as it would be written about this visit."""
    return [letter(kind, appointment) for kind in SORTS]


def letter(kind: str, appointment: Appointment) -> Letter:
    """Raises KeyError for a kind that there is not."""
    sort = SORTS[kind]
    subject, text, html = _plain(sort.write(appointment))
    return Letter(kind, sort.title, sort.when, sort.to, Words(subject, text, html))


def _plain(words: Words) -> tuple[str, str, str]:
    full = {name: f"{settings.SITE_URL}{path}" for name, path in EXAMPLES.items()}
    return words.subject, letters.with_examples(words.text, full), letters.with_examples(words.html, full)


def _of(kind: str, status: Status, **extra: Any) -> Callable[[Appointment], Words]:
    def write(appointment: Appointment) -> Words:
        seen = copy(appointment)
        seen.status = status
        return messages.preview(kind, seen, **extra)

    return write


def _moved(appointment: Appointment) -> Words:
    zone, place = appointment.location.time_zone, appointment.location.name
    before = f"{moment(appointment.starts_at - 7 * _DAY, zone)}, at {place}"
    return _of("moved", Status.BOOKED, before=before)(appointment)


def _two(kind: str) -> Callable[[Appointment], Words]:
    """A reminder of two visits under one address."""

    def write(appointment: Appointment) -> Words:
        second = copy(appointment)
        second.starts_at, second.patient = appointment.starts_at + timedelta(hours=1), _second(appointment)
        return messages.reminder_words(kind, [appointment, second])

    return write


def _second(appointment: Appointment) -> Patient:
    email = appointment.patient.email if appointment.patient else ""
    return Patient(name="Mary Example", email=email)


def _after_session(appointment: Appointment) -> Words:
    record = VisitRecord(stocking_days=7, next_not_before=_local(appointment) + 42 * _DAY)
    return _of("visit_today", Status.FULFILLED, **messages.after_session(appointment, record))(appointment)


def _local(appointment: Appointment) -> date:
    return appointment.starts_at.astimezone(appointment.location.zone).date()


def _complaint(kind: str) -> Callable[[Appointment], Words]:
    def write(appointment: Appointment) -> Words:
        due = _local(appointment) + timedelta(days=settings.COMPLAINT_DAYS)
        made_up = Complaint(pk=0, reference="C7K4M2PX", location=appointment.location, due_on=due)
        words = clinic_messages.preview(kind, made_up)
        return Words(words.subject, words.text, words.html)

    return write


SORTS = {
    "received": Sort("Received", "At once, when a request came.", _of("received", Status.PENDING)),
    "confirmed": Sort("Confirmed", "When staff confirm or add a visit.", _of("confirmed", Status.BOOKED)),
    "declined": Sort(
        "Declined",
        "When staff decline a request, or release it.",
        _of("declined", Status.CANCELLED, reason=messages.REASONS["no-time"]),
    ),
    "moved": Sort("Moved", "When a visit has another time or clinic.", _moved),
    "cancelled": Sort(
        "Cancelled",
        "When a visit is called off, by anybody.",
        _of("cancelled", Status.CANCELLED, reason=messages.REASONS["clinic"]),
    ),
    "reminder_week": Sort(
        "Reminder, 7 days before",
        "If the visit was confirmed more than 8 days ahead.",
        lambda visit: messages.reminder_words("week", [visit]),
    ),
    "reminder_day": Sort(
        "Reminder, 1 day before",
        "If the visit was confirmed more than 36 hours ahead.",
        lambda visit: messages.reminder_words("day", [visit]),
    ),
    "reminder_day_of_two": Sort(
        "Reminder of two visits", "When one address has several on one day at one clinic.", _two("day")
    ),
    "visit_today": Sort("After a session", "When a clinician has written down a session.", _after_session),
    "link_again": Sort("The link again", "When somebody asks for it.", _of("link_again", Status.BOOKED)),
    "address_changed": Sort(
        "Another email",
        "To the old address, when it is no longer hers.",
        _of("address_changed", Status.BOOKED, link="", name=""),
    ),
    "write_later": Sort(
        "Write to me later",
        "On the date somebody asked for.",
        lambda visit: messages.write_later_words(visit.location),
    ),
    "complaint_received": Sort(
        "Complaint received", "At once, when a complaint came.", _complaint("complaint_received")
    ),
    "new_request": Sort(
        "New request",
        "To the clinic's notify address.",
        _of("new_request", Status.PENDING),
        to="Staff",
    ),
    "complaint_new": Sort(
        "New complaint", "To the clinic's notify address.", _complaint("complaint_new"), to="Staff"
    ),
}
