"""The request queue: who waits for an answer, the oldest first, and what is late. Answers are given by the verbs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bookings import desk
from bookings.admin.desk_admin import DeskView
from bookings.admin.words import SUSPECTED, Mark, gate_mark
from clinic.wording import day, hours_age, moment, reference
from treatments.screening import Level

MOST = 500
MOST_SUSPECTED = 20  # the rest stands on the page that releases them
# What a clinician of the clinic reads besides the gate; nobody else does.
LEVEL_MARKS = {Level.CLEAR: Mark("none", "Clear"), Level.READ: Mark("read", "Read the answers")}


class QueueView(DeskView):
    def get(self, request: HttpRequest) -> HttpResponse:
        waiting = desk.requests_waiting(request.user, now=timezone.now(), most=MOST + 1)
        eyes = desk.eyes_of(request.user)
        rows = [_row(each, eyes) for each in waiting[:MOST]]
        usual = [row for row in rows if not row["appointment"].suspected]
        doubtful = [row for row in rows if row["appointment"].suspected][:MOST_SUSPECTED]
        context = {
            "title": "Requests",
            "rows": usual,
            "suspected": doubtful,
            "more": len(waiting) > MOST,
            "most": MOST,
            "current": "queue",
        }
        self.desk.listed(request, len(usual) + len(doubtful))
        return self.desk.page(request, "queue", context)


def _row(waiting: desk.Waiting, eyes: desk.Eyes) -> dict[str, Any]:
    appointment, place = waiting.appointment, waiting.appointment.location
    return {
        "appointment": appointment,
        "reference": reference(appointment.reference),
        "age": hours_age(waiting.hours),
        "when": f"{moment(appointment.starts_at, place.time_zone)}, {place.name}",
        "promised": day(appointment.answer_by) if appointment.answer_by else "",
        "marks": _marks(waiting, eyes),
        "gate_shut": waiting.gate_shut,
        "refused": appointment.clinician_check == desk.Check.REFUSED,
        "passed": waiting.passed,
        "soon": waiting.soon and not waiting.passed,
    }


def _marks(waiting: desk.Waiting, eyes: desk.Eyes) -> list[Mark]:
    appointment = waiting.appointment
    marks = [Mark("late", "! Overdue")] if waiting.overdue else []
    if waiting.passed:
        marks.append(Mark("alarm", "! Its time has passed"))
    elif waiting.soon:
        marks.append(Mark("alarm", "! Soon: answer or release"))
    if appointment.suspected:
        marks.append(SUSPECTED)
    if gate := gate_mark(appointment):
        marks.append(gate)
    if eyes.see_answers_at(appointment.location_id):
        marks += _clinical_marks(appointment)
    return marks


def _clinical_marks(appointment: Any) -> list[Mark]:
    level = LEVEL_MARKS.get(appointment.screening_level)
    marks = [level] if level else []
    if appointment.doctor_first:
        marks.append(Mark("warn", "Doctor first"))
    if appointment.scan_may_be_needed:
        marks.append(Mark("read", "May need a scan"))
    return marks
