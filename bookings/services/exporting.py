"""Everything we hold about one person, as values, for herself. Staff stand in it by role, never by name."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from bookings import models
from bookings.services.erasing import managed
from bookings.services.records import with_merged
from bookings.services.transaction import durable
from bookings.services.walking import Actor
from clinic import trail
from clinic.models import Membership, Role, TrailRow

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Rows = list[dict[str, Any]]


@durable
def export(*, patient_id: int, form: str, actor: Actor, now: datetime) -> dict[str, Any]:
    """One person's data under headings: days, instants, words. `form` ("json" or "html") stands in the trail.

    Only for a manager of all her clinics. Raises NotAllowed.
    """
    patient = managed(patient_id, actor)
    people = with_merged([patient.pk])
    visits = list(
        models.Appointment.objects.filter(patient__in=people)
        .select_related("location", "service")
        .order_by("starts_at")
    )
    calls = list(
        models.CallTask.objects.filter(patient__in=people).prefetch_related("attempts").order_by("made_at")
    )
    named = {visit.pk: visit.reference for visit in visits}
    held = {
        "exported_at": now,
        "details": [_details(row) for row in models.Patient.objects.filter(pk__in=people).order_by("pk")],
        "appointments": [_visit(visit) for visit in visits],
        **_hung_on(named),
        "calls": [_call(call, named) for call in calls],
        "who_looked": _trail(people, list(named), [call.pk for call in calls]),
    }
    trail.looked(actor.user, patient, page="export", act=trail.Act.EXPORT, words=form, now=now)  # type: ignore[arg-type]
    return held


def _plain(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _details(row: models.Patient) -> dict[str, Any]:
    return {
        **_plain(
            row,
            "reference",
            "name",
            "phone",
            "email",
            "date_of_birth",
            "reach_by",
            "leave_message",
            "ring_when",
        ),
        **_plain(row, "asked_by", "asked_by_relation", "reminders_off_at", "held_because", "blanked_at"),
        "merged": row.merged_into_id is not None,
        "created_at": row.created_at,
    }


def _visit(row: models.Appointment) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "clinic": row.location.name,
        "kind": row.service.kind,
        **_plain(row, "starts_at", "ends_at", "status", "area", "travel_on", "access_needs", "fees_shown"),
        **_plain(
            row, "screening_level", "scan_may_be_needed", "doctor_first", "clinician_check", "cleared_at"
        ),
        **_plain(row, "override_reason", "first_requested_at", "answer_by", "ring_by"),
    }


def _hung_on(named: dict[int, str]) -> dict[str, Rows]:
    """What hangs on her appointments. One query for each kind."""

    def rows(model: Any, *names: str, more: Any = None) -> Rows:
        found = model.objects.filter(appointment__in=list(named)).order_by("appointment", "pk")
        found = found.select_related(*(["message"] if more is _sent else []))
        return [
            {
                "appointment": named[row.appointment_id],
                **_plain(row, *names),
                **(more(row) if more else {}),
            }
            for row in found
        ]

    letters = [
        row
        for model in (models.AppointmentMessage, models.Reminder)
        for row in rows(model, more=_sent)
        if "kind" in row
    ]
    return {
        "events": rows(
            models.AppointmentEvent,
            "verb",
            "from_status",
            "to_status",
            "at",
            "by",
            "reason_code",
            "from_starts_at",
        ),
        "answers": rows(models.ScreeningAnswer, "question", "answer", "version", "answered_on"),
        "consents": rows(models.Consent, "wording", "version", "given_at", more=_taken_by),
        "notes": rows(models.Note, "text", "at", more=_author),
        "visit_records": rows(
            models.VisitRecord,
            *("decision", "sessions_planned", "areas", "stocking_days", "stocking_size"),
            *("stocking_class", "at_night", "next_not_before", "at"),
        ),
        "messages": letters,
    }


def _taken_by(row: models.Consent) -> dict[str, str]:
    return {"given": "by phone, taken down by staff" if row.taken_by_id else "by the patient"}


def _author(row: models.Note) -> dict[str, str]:
    return {"by": "staff" if row.author_id else "patient"}


def _sent(row: models.AppointmentMessage | models.Reminder) -> dict[str, Any]:
    if row.message is None:
        return {}  # the reminder of another visit said it too
    return _plain(row.message, "kind", "audience", "status", "queued_at", "sent_at", "subject")


def _call(task: models.CallTask, named: dict[int, str]) -> dict[str, Any]:
    return {
        "appointment": named.get(task.appointment_id or 0, ""),
        **_plain(
            task, "why", "country", "kind", "script", "made_at", "due_at", "outcome", "reason", "closed_at"
        ),
        "tries": [_plain(each, "result", "at") for each in task.attempts.all()],
    }


def _trail(people: list[int], visits: list[int], calls: list[int]) -> Rows:
    """Who looked at her, by role: the highest one that somebody has."""
    hers = Q(pk__in=[])
    for noun, ids in ((models.Patient, people), (models.Appointment, visits), (models.CallTask, calls)):
        hers |= Q(noun=noun._meta.label_lower, key__in=[str(pk) for pk in ids])
    found = list(TrailRow.objects.filter(hers).select_related("actor").order_by("at", "pk"))
    roles: dict[int, set[str]] = {}
    actors = {row.actor_id for row in found}
    for user, role in Membership.objects.filter(user__in=actors).order_by().values_list("user", "role"):
        roles.setdefault(user, set()).add(role)
    return [
        {
            **_plain(row, "at", "act", "noun", "page"),
            "by": _role(row.actor, roles.get(row.actor_id or 0, set())),
        }
        for row in found
    ]


def _role(user: User | None, roles: set[str]) -> str:
    if user is None:
        return "the system"
    if user.is_superuser:
        return "administrator"
    return next(
        (role.label.lower() for role in (Role.MANAGER, Role.CLINICIAN, Role.RECEPTIONIST) if role in roles),
        "staff",
    )
