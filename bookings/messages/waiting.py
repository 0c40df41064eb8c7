"""What becomes of letters that are not sent yet when the appointment or the address changes. Part of a verb."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from django.db.models import Max

from bookings import links
from bookings.messages.reminders import withdraw_reminders
from bookings.messages.telling import ask_to_ring
from bookings.messages.words import Words, calendar_text
from bookings.models import Appointment, AppointmentMessage, Patient
from clinic import outbox
from clinic.models import Message


def follow(appointment: Appointment, *, now: datetime) -> None:
    """What still waits to be sent, and what staff may send again, goes to the address that is hers now. Part of a verb.

    Without an address its words become a call; only a link is not read out, nor what a later letter made untrue. A
    reminder is taken back: it may speak of somebody else too, and the scan writes it anew.
    """
    withdraw_reminders(appointment, now=now)
    patient = appointment.patient
    if patient is None:
        return
    rows = AppointmentMessage.objects.filter(appointment=appointment, message__audience="patient")
    for message in Message.objects.undelivered().filter(pk__in=rows.values("message")).order_by("pk"):
        if patient.email:
            _readdress(message, appointment, patient.email, now)
        else:
            newest = rows.exclude(message__kind="link_again").aggregate(newest=Max("message"))["newest"]
            _ring_instead(message, appointment, patient, is_newest=message.pk == newest, now=now)


def _readdress(message: Message, appointment: Appointment, email: str, now: datetime) -> None:
    method = cast("Literal['REQUEST', 'CANCEL']", message.calendar_method)
    outbox.readdress(
        message_id=message.pk,
        to=email,
        fill_key=links.fill_key(appointment),
        calendar=calendar_text(appointment, method, stamp=now) if method else "",
        now=now,
    )


def _ring_instead(
    message: Message, appointment: Appointment, patient: Patient, *, is_newest: bool, now: datetime
) -> None:
    taken_back = outbox.withdraw(message_ids=[message.pk], now=now)
    still_news = message.status == Message.Status.QUEUED or appointment.starts_at > now
    if taken_back and is_newest and still_news:
        words = Words(message.subject, message.text, message.html)
        ask_to_ring(appointment, patient, message.kind, words, now)


def withdraw(appointment: Appointment, *, now: datetime) -> None:
    """What is not sent yet says that she is expected, and she no longer is. Staff mail stays."""
    rows = AppointmentMessage.objects.filter(appointment=appointment, message__audience="patient")
    outbox.withdraw(message_ids=list(rows.values_list("message", flat=True)), now=now)
    withdraw_reminders(appointment, now=now)
