"""One appointment to read: who, when, what she agreed to, what happened, and what may be pressed next."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from bookings.admin.verbs import ACTS
from bookings.admin.words import (
    SUSPECTED,
    Mark,
    at_place,
    event_words,
    gate_mark,
    reach,
    status_mark,
    when,
)
from bookings.desk import Eyes, eyes_of
from bookings.life import Status, Verb, allowed
from bookings.models import Appointment, CallTask
from bookings.needs import STAFF_NEEDS
from bookings.services.answers import newest
from clinic.models import Membership, Role
from clinic.phones import phone_words
from clinic.wording import calendar_day, day_year, reference
from treatments.screening import AREAS, Level

AREA_WORDS = {area.code: area.staff for area in AREAS}
LEVEL_WORDS = {Level.CLEAR: "Nothing ticked", Level.READ: "Read before the visit", Level.RING: "Ring first"}
# Offered only once its time has come or gone; before that the service would refuse.
AFTER_ITS_TIME = (Verb.NO_SHOW, Verb.NOT_ANSWERED)


class Button(NamedTuple):
    """What may be pressed: at once (a POST), or on a page of its own."""

    label: str
    url: str
    at_once: bool
    second: bool


def read_page(request: HttpRequest, appointment: Appointment) -> dict[str, Any]:
    """Everything the page shows to this member of staff."""
    eyes, place = eyes_of(request.user), appointment.location
    sees = eyes.see_answers_at(appointment.location_id)
    answers = newest(appointment) if sees else []
    return {
        "title": f"Appointment {reference(appointment.reference)}",
        "appointment": appointment,
        "marks": [mark for mark in _all_marks(appointment) if mark],
        "visit": _visit(appointment),
        "person": _person(appointment),
        "buttons": _buttons(request, appointment),
        "sees_answers": sees,
        "health": health_rows(appointment) if sees else [],
        "answers": answers,
        "ticked": [answer for answer in answers if answer.level > Level.CLEAR],
        "consents": [consent_words(each, place) for each in appointment.consents.select_related("taken_by")],
        "sent": _all_sent(appointment),
        "notes": [_note(each, place) for each in appointment.notes.select_related("author")],
        "calls": [_call(each, eyes, place) for each in appointment.call_tasks.all()],
        "history": [
            (at_place(event.at, place), event_words(event, place))
            for event in appointment.events.select_related("actor", "from_location")
        ],
        "current": "appointments",
    }


def _all_marks(appointment: Appointment) -> tuple[Mark | None, ...]:
    doubt = SUSPECTED if appointment.suspected else None
    return status_mark(appointment), doubt, gate_mark(appointment)


def _visit(appointment: Appointment) -> list[tuple[str, str]]:
    rows = [
        ("When", when(appointment)),
        ("Where", f"{appointment.location.name}, {appointment.room.name}"),
        ("Visit", f"{appointment.service}, with {appointment.clinician}"),
        ("To look at", AREA_WORDS.get(appointment.area, "")),
        ("Answer promised by", day_year(appointment.answer_by) if appointment.answer_by else ""),
        ("Outside the usual hours", _override(appointment)),
        *((f"{fee['label']}, as shown", fee["words"]) for fee in appointment.fees_shown[:2]),
    ]
    return [(label, words) for label, words in rows if words]


def _override(appointment: Appointment) -> str:
    if not appointment.override_reason:
        return ""
    by = appointment.override_by
    return f"{appointment.override_reason} ({_name(by)})" if by else appointment.override_reason


def _person(appointment: Appointment) -> list[tuple[str, str]]:
    patient = appointment.patient
    if patient is None:
        return []
    needs = [STAFF_NEEDS.get(need, need) for need in appointment.access_needs]
    rows = [
        ("Name", patient.name),
        ("Asked by", f"{patient.asked_by}, {patient.asked_by_relation}".strip(", ")),
        ("Phone", phone_words(patient.phone)),
        ("How to reach", reach(patient)),
        ("Email", patient.email or "None: messages become calls"),
        ("Born", calendar_day(patient.date_of_birth) if patient.date_of_birth else ""),
        ("Travels on", calendar_day(appointment.travel_on) if appointment.travel_on else ""),
        ("Would help", ", ".join(needs)),
    ]
    return [(label, words) for label, words in rows if words]


def health_rows(appointment: Appointment) -> list[tuple[str, str]]:
    """For a clinician alone: what the answers led to, and who cleared it."""
    rows = [
        ("Level", LEVEL_WORDS.get(Level(appointment.screening_level), "Ring first")),
        ("Doctor first", "Yes" if appointment.doctor_first else ""),
        ("Scan", "May be needed" if appointment.scan_may_be_needed else ""),
    ]
    if appointment.cleared_by and appointment.cleared_at:
        who = _name(appointment.cleared_by)
        rows.append(("Rung", f"{who}, {at_place(appointment.cleared_at, appointment.location)}"))
    return [(label, words) for label, words in rows if words]


def _buttons(request: HttpRequest, appointment: Appointment) -> list[Button]:
    """The legal next verbs of the table of life that this role may press, each with the version on this page."""
    state, version = appointment.state, urlencode({"version": appointment.version})
    legal = [act for act in ACTS if act.verb in allowed(state)]
    if appointment.starts_at > timezone.now():
        legal = [act for act in legal if act.verb not in AFTER_ITS_TIME]
    gate_shut = appointment.clinician_check in (Appointment.Check.NEEDED, Appointment.Check.REFUSED)
    legal = [act for act in legal if not (act.verb == Verb.CONFIRM and gate_shut)]
    if not Membership.objects.places_of(request.user, (Role.MANAGER,)).cover(appointment.location_id):
        legal = [act for act in legal if act.verb != Verb.VOID]
    buttons: list[Button] = []
    if appointment.suspected and state == Status.PENDING:
        real = reverse("admin:bookings_appointment_real", args=[appointment.pk])
        buttons.append(Button("It is real", real, True, False))
    for act in legal:
        url = reverse(act.url_name, args=[appointment.pk])
        at_once = not act.own_page
        buttons.append(
            Button(act.label, url if at_once else f"{url}?{version}", at_once, bool(buttons) or not at_once)
        )
    if Verb.MOVE in allowed(state):
        url = reverse("admin:bookings_appointment_move", args=[appointment.pk])
        buttons.insert(
            1 if state == Status.BOOKED else len(buttons), Button("Move", f"{url}?{version}", False, True)
        )
    return buttons


def consent_words(consent: Any, place: Any) -> tuple[str, str]:
    by = f", taken down by {_name(consent.taken_by)}" if consent.taken_by else ""
    return f"{at_place(consent.given_at, place)}, version {consent.version}{by}", consent.wording


def _all_sent(appointment: Appointment) -> list[tuple[str, str, str]]:
    """Letters, then reminders; a reminder without a message is a call, which stands among the calls."""
    place = appointment.location
    letters = appointment.messages.select_related("message")
    reminders = appointment.reminders.exclude(message=None).select_related("message")
    return [_sent(each, place) for each in (*letters, *reminders)]


def _sent(row: Any, place: Any) -> tuple[str, str, str]:
    message = row.message
    at = at_place(message.sent_at or message.queued_at, place)
    kind = message.kind.replace("_", " ").capitalize()
    return at, f"{kind}, to {message.get_audience_display().lower()}", message.get_status_display()


def _note(note: Any, place: Any) -> tuple[str, str, str]:
    return at_place(note.at, place), _name(note.author) if note.author else "The patient", note.text


def _call(task: CallTask, eyes: Eyes, place: Any) -> dict[str, Any]:
    outcome = task.get_outcome_display() if task.outcome else f"Due {at_place(task.due_at, place)}"
    if task.outcome and task.for_clinician and not eyes.see_script(task):
        outcome = "Done by a clinician"
    return {"task": task, "why": task.get_why_display(), "outcome": outcome}


def _name(user: Any) -> str:
    return user.get_full_name() or user.get_username()
