"""One patient to read: everything her clinics know of her, one query a table, and one line of time. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils import timezone

from bookings import legs
from bookings.admin.reading import consent_words
from bookings.admin.words import at_place, event_words, reach, status_mark, when
from bookings.desk import Eyes, eyes_of
from bookings.models import (
    Appointment,
    AppointmentEvent,
    AppointmentMessage,
    CallTask,
    Consent,
    Note,
    Patient,
    Reminder,
    ScreeningAnswer,
    VisitRecord,
)
from bookings.services.merging import look_alike
from bookings.services.records import manages
from clinic.models import Location
from clinic.phones import phone_words
from clinic.wording import calendar_day, day_year, reference

MOST_ALIKE = 10


class Moment(NamedTuple):
    """One line of her timeline."""

    at: datetime
    when: str
    what: str


@dataclass(frozen=True)
class Answers:
    """What she answered for one visit, newest answer to each question; only made for eyes that may see it."""

    reference: str
    answered_on: str
    rows: list[ScreeningAnswer]


def patient_page(request: HttpRequest, patient: Patient) -> dict[str, Any]:
    """Everything the page shows to this member of staff. Rows of other clinics are not read."""
    user, eyes = request.user, eyes_of(request.user)
    visits = Appointment.objects.visible_to(user).filter(patient=patient)
    visits = visits.select_related("location", "service").order_by("-starts_at", "-pk")
    by_id = {visit.pk: visit for visit in visits}
    tasks = CallTask.objects.visible_to(user).filter(patient=patient).select_related("location")
    calls = list(tasks.prefetch_related("attempts").order_by("made_at", "pk"))
    hung = {model: _hung(model, by_id, *names) for model, *names in _HUNG}
    merged = list(Patient.objects.filter(merged_into=patient).order_by("pk"))
    answers, sees = _answers(by_id, eyes)
    managing = manages(user, patient)
    open_to_merge = not (patient.merged_into_id or patient.blanked_at)
    return {
        "title": f"Patient {reference(patient.reference)}",
        "patient": patient,
        "person": person_rows(patient),
        "visits": [(row, reference(row.reference), when(row), status_mark(row)) for row in by_id.values()],
        "records": [
            _record(row, by_id)
            for row in hung[VisitRecord]
            if eyes.see_answers_at(by_id[row.appointment_id].location_id)
        ],
        "notes": [_note(row, by_id) for row in hung[Note]],
        "consents": [consent_words(row, by_id[row.appointment_id].location) for row in hung[Consent]],
        "sees_answers": sees,
        "answers": answers,
        "calls": [(call, _call_words(call, eyes)) for call in calls],
        "timeline": _timeline(patient, by_id, calls, hung),
        "merged": [(row, reference(row.reference)) for row in merged],
        "alike": [
            (row, reference(row.reference), phone_words(row.phone))
            for row in (look_alike(patient, user)[:MOST_ALIKE] if open_to_merge else [])
        ],
        "manages_her": managing,
        "current": "patients",
    }


def person_rows(patient: Patient) -> list[tuple[str, str]]:
    """Her details, those that are not empty."""
    asked_by = f"{patient.asked_by}, {patient.asked_by_relation}".strip(", ")
    rows = [
        ("Name", patient.name),
        ("Asked by", asked_by),
        ("Phone", phone_words(patient.phone)),
        ("How to reach", reach(patient) if patient.name else ""),
        ("Email", patient.email or ("None: messages become calls" if patient.name else "")),
        ("Reminders", "She asked for none" if patient.reminders_off_at else ""),
        ("Born", calendar_day(patient.date_of_birth) if patient.date_of_birth else ""),
        ("First known", day_year(timezone.localdate(patient.created_at))),
        ("Kept from erasing", patient.held_because),
        ("Erased", day_year(timezone.localdate(patient.blanked_at)) if patient.blanked_at else ""),
    ]
    return [(label, words) for label, words in rows if words]


# --- What hangs on her visits -----------------------------------------------------------------------------------------
_HUNG: tuple[tuple[Any, ...], ...] = (
    (AppointmentEvent, "actor", "from_location"),
    (AppointmentMessage, "message"),
    (Reminder, "message"),
    (Consent, "taken_by"),
    (Note, "author"),
    (VisitRecord, "by"),
)


def _hung(model: Any, by_id: dict[int, Appointment], *names: str) -> list[Any]:
    rows = model._default_manager.filter(appointment__in=list(by_id)).select_related(*names)
    return list(rows.order_by("appointment__starts_at", "pk"))


def _answers(by_id: dict[int, Appointment], eyes: Eyes) -> tuple[list[Answers], bool]:
    """By visit, the newest visit first, and whether she may see any at all."""
    open_to = [pk for pk, visit in by_id.items() if eyes.see_answers_at(visit.location_id)]
    newest: dict[int, dict[str, ScreeningAnswer]] = {}
    for row in ScreeningAnswer.objects.filter(appointment__in=open_to).order_by("pk") if open_to else []:
        newest.setdefault(row.appointment_id, {})[row.code] = row
    found = []
    for pk in open_to:
        rows = list(newest.get(pk, {}).values())
        if rows:
            on = day_year(max(row.answered_on for row in rows))
            found.append(Answers(reference(by_id[pk].reference), on, rows))
    return found, bool(open_to)


def _record(row: VisitRecord, by_id: dict[int, Appointment]) -> tuple[str, str]:
    visit = by_id[row.appointment_id]
    areas = ", ".join(str(legs.AREAS.get(code, code)).lower() for code in row.areas)
    parts = [
        row.get_decision_display() if row.decision else "",
        f"treated: {areas}" if areas else "",
        f"stockings for {row.stocking_days} days" if row.stocking_days else "",
        f"next session not before {day_year(row.next_not_before)}" if row.next_not_before else "",
    ]
    words = "; ".join(filter(None, parts)) or "Nothing written down"
    return f"{when(visit)}, by {_name(row.by)}", words


def _note(row: Note, by_id: dict[int, Appointment]) -> tuple[str, str]:
    by = _name(row.author) if row.author else "The patient"
    return f"{by}, {at_place(row.at, by_id[row.appointment_id].location)}", row.text or "Blanked"


def _call_words(call: CallTask, eyes: Eyes) -> str:
    if not call.outcome:
        return "still to make"
    if not eyes.see_script(call):
        return "done by a clinician"
    return call.get_outcome_display().lower()


# --- The line of time -------------------------------------------------------------------------------------------------
def _timeline(
    patient: Patient, by_id: dict[int, Appointment], calls: list[CallTask], hung: dict[Any, list[Any]]
) -> list[Moment]:
    """What happened at her clinics, the newest on top; moments by the clock of the clinic they belong to."""
    lines: list[Moment] = []
    for event in hung[AppointmentEvent]:
        visit = by_id[event.appointment_id]
        words = f"{reference(visit.reference)}: {event_words(event, visit.location)}"
        lines.append(_line(event.at, visit.location, words))
    for row in (*hung[AppointmentMessage], *hung[Reminder]):
        if row.message:
            at = row.message.sent_at or row.message.queued_at
            lines.append(_line(at, by_id[row.appointment_id].location, _sent(row.message)))
    for row in hung[Note]:
        by = _name(row.author) if row.author else "the patient"
        lines.append(_line(row.at, by_id[row.appointment_id].location, f"Note by {by}."))
    lines += _call_lines(calls)
    return sorted(lines, key=itemgetter(0))[::-1]  # of one moment, what was written last stands on top


def _call_lines(calls: Iterable[CallTask]) -> Iterable[Moment]:
    for call in calls:
        why = call.get_why_display()
        yield _line(call.made_at, call.location, f"Call to make: {why}.")
        for each in call.attempts.all():
            yield _line(each.at, call.location, f"{why}: {each.get_result_display().lower()}.")
        if call.closed_at:
            yield _line(call.closed_at, call.location, f"{why}: call closed.")


def _line(at: datetime, place: Location | None, words: str) -> Moment:
    local = at_place(at, place) if place else day_year(timezone.localdate(at))
    return Moment(at, local, words)


def _sent(message: Any) -> str:
    kind = message.kind.replace("_", " ").capitalize()
    return f"{kind}, to {message.get_audience_display().lower()}: {message.get_status_display().lower()}."


def _name(user: Any) -> str:
    return user.get_full_name() or user.get_username()
