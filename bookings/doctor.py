"""Whether a doctor has to agree before somebody is treated, and has. Reads only; the gate and the day's list ask here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Min

from bookings.models import Appointment, CallTask, ScreeningAnswer, VisitRecord
from treatments import screening


def waited_for(patients: Collection[int]) -> set[int]:
    """Of these patients' ids those for whom a doctor decides first, and none has agreed since the newest reason.

    A doctor agrees at a visit no earlier than that reason. The same answer said again is no new reason. Four queries
    at most, whatever the number.
    """
    asked = Appointment.objects.filter(patient__in=patients, doctor_first=True).order_by()
    concerned = set(asked.values_list("patient", flat=True))
    if not concerned:
        return set()
    agreed: dict[int, date] = {}
    for patient, on in _agreements(concerned):
        agreed[patient] = max(on, agreed.get(patient, on))
    reasons: defaultdict[int, list[date]] = defaultdict(list)
    for patient, on in _reasons(concerned):
        reasons[patient].append(on)
    return {
        patient
        for patient in concerned
        if patient not in agreed or agreed[patient] < max(reasons[patient], default=date.min)
    }


def _agreements(patients: Collection[int]) -> Iterator[tuple[int, date]]:
    """The day, on the clinic's calendar, of each visit at which a doctor agreed on treatment."""
    rows = VisitRecord.objects.filter(
        appointment__patient__in=patients,
        appointment__status="fulfilled",
        by_doctor=True,
        decision=VisitRecord.Decision.TREAT,
    )
    of = ("appointment__patient", "appointment__starts_at", "appointment__location__time_zone")
    for patient, at, zone in rows.order_by().values_list(*of):
        yield patient, at.astimezone(ZoneInfo(zone)).date()


def _reasons(patients: Collection[int]) -> Iterator[tuple[int, date]]:
    """The day on which each reason for a doctor was first said: in an answer, or by a nurse after a call."""
    codes = [tick.code for tick in screening.TICKS if tick.doctor_first]
    said = ScreeningAnswer.objects.filter(
        appointment__patient__in=patients, code__in=codes, answer=screening.ANSWER_YES
    )
    firsts = said.order_by().values("appointment__patient", "code").annotate(first=Min("answered_on"))
    yield from firsts.values_list("appointment__patient", "first")
    calls = CallTask.objects.filter(patient__in=patients, outcome=CallTask.Outcome.DOCTOR_FIRST)
    for patient, at, zone in calls.order_by().values_list(
        "patient", "closed_at", "appointment__location__time_zone"
    ):
        if at and zone:
            yield patient, at.astimezone(ZoneInfo(zone)).date()
