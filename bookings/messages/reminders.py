"""Queues a reminder, by mail or as words for a call, and takes back one that is no longer so. Part of a verb."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bookings import links
from bookings.messages.words import reminder_words, spoken
from bookings.models import Appointment, CallTask, Reminder
from clinic import outbox
from clinic.models import Message


def reminder(kind: str, visits: Sequence[Appointment], *, not_before: datetime, now: datetime) -> Message:
    """Queue one reminder by mail. It is of no use once the first of these visits begins. No calendar file: they have it."""
    words = reminder_words(kind, visits)
    first = min(visits, key=lambda each: (each.starts_at, each.pk))
    return outbox.queue(
        kind=f"reminder_{kind}",
        audience="patient",
        to=first.patient.email if first.patient else "",
        subject=words.subject,
        text=words.text,
        html=words.html,
        fill_key=links.fill_key(first),
        one_click="reminders_off",
        not_before=not_before,
        expires_at=first.starts_at,
        now=now,
    )


def reminder_call(kind: str, appointment: Appointment, *, due_at: datetime, now: datetime) -> None:
    """The same for somebody without email, as words for a call. It takes the place of an older reminder.

    While a call with news of this visit is still open, that one tells its time too, and nobody is rung twice.
    """
    place, patient = appointment.location, appointment.patient
    if patient is None:
        raise ValueError("A hold has nobody to remind.")
    waiting = CallTask.objects.open().filter(appointment=appointment, why=CallTask.Why.TELL)
    waiting.filter(kind__startswith="reminder_").update(outcome=CallTask.Outcome.SUPERSEDED, closed_at=now)
    if waiting.exists():
        return
    CallTask.objects.create(
        why=CallTask.Why.TELL,
        kind=f"reminder_{kind}",
        patient=patient,
        appointment=appointment,
        location=place,
        country=place.country,
        script=spoken(reminder_words(kind, [appointment]).text),
        made_at=now,
        due_at=due_at,
    )


def withdraw_reminders(*appointments: Appointment, now: datetime) -> None:
    """Reminders of these that are not sent yet no longer say what is so. The scan writes anew what is still true."""
    rows = Reminder.objects.filter(appointment__in=appointments).exclude(message=None)
    outbox.withdraw(message_ids=list(rows.values_list("message", flat=True)), now=now)
