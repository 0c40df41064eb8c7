"""Tells a patient, or staff, what has happened: one short function a message. Part of the verb that calls it.

A mail goes into the outbox; where there is no email its words become a call.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.db.models import Q

from bookings import diary, links
from bookings.life import Status
from bookings.messages.words import (
    REASONS,
    Words,
    after_session,
    calendar_text,
    spoken,
    write,
    write_later_words,
)
from bookings.models import Appointment, AppointmentMessage, CallTask, Patient, VisitRecord
from bookings.promises import ring_me_by
from clinic import outbox
from clinic.models import Location, Message
from clinic.wording import moment


def received(appointment: Appointment, *, now: datetime) -> None:
    """We have the request, and what happens next."""
    _tell(appointment, "received", now)


def confirmed(appointment: Appointment, *, now: datetime) -> None:
    _tell(appointment, "confirmed", now, settle=True, calendar="REQUEST")


def declined(appointment: Appointment, *, reason_code: str, now: datetime) -> None:
    _tell(appointment, "declined", now, reason=REASONS.get(reason_code, ""))


def cancelled(appointment: Appointment, *, reason_code: str, was_booked: bool, now: datetime) -> None:
    calendar: Literal["CANCEL", ""] = "CANCEL" if was_booked else ""
    _tell(appointment, "cancelled", now, settle=True, calendar=calendar, reason=REASONS.get(reason_code, ""))


def moved(appointment: Appointment, *, before: Appointment, now: datetime) -> None:
    """It has another time. Moved and moved back again tells nothing, because nothing has changed for the patient."""
    if _already_knows(appointment):
        outbox.supersede(settle_key=str(appointment.uuid), now=now)
        return
    calendar: Literal["REQUEST", "CANCEL", ""] = ""
    if appointment.status == Status.BOOKED:
        calendar = "REQUEST"
    elif before.status == Status.BOOKED:
        calendar = "CANCEL"  # asked for again at another clinic: what her calendar says is no longer so
    was = f"{moment(before.starts_at, before.location.time_zone)}, at {before.location.name}"
    _tell(appointment, "moved", now, settle=True, calendar=calendar, before=was)


def visit_today(appointment: Appointment, *, record: VisitRecord, now: datetime) -> None:
    """After a session: how long to wear the stockings, how to look after the legs, whom to ring, when to come again.

    Written again, it takes the place of one that is not sent yet.
    """
    older = AppointmentMessage.objects.filter(appointment=appointment, message__kind="visit_today")
    outbox.withdraw(message_ids=list(older.values_list("message", flat=True)), now=now)
    _tell(appointment, "visit_today", now, **after_session(appointment, record))


def link_again(appointment: Appointment, *, now: datetime) -> None:
    """The link, and nothing else that is new. Only for somebody with an email: a link cannot be read out."""
    _tell(appointment, "link_again", now)


def address_changed(appointment: Appointment, *, before: str, now: datetime) -> None:
    """Tells the old address that it is no longer used. It may be a stranger's: no name, no time, no link."""
    words = write("address_changed", appointment, {"link": "", "name": ""})
    outbox.queue(
        kind="address_changed",
        audience="patient",
        to=before,
        subject=words.subject,
        text=words.text,
        html=words.html,
        now=now,
    )


def new_request(appointment: Appointment, *, now: datetime) -> None:
    """Tells staff that a request waits. Goes to the clinic's own notify address and nowhere else."""
    to = appointment.location.notify_email
    if to:
        words = write("new_request", appointment, {})
        message = outbox.queue(
            kind="new_request",
            audience="staff",
            to=to,
            subject=words.subject,
            text=words.text,
            html=words.html,
            now=now,
        )
        AppointmentMessage.objects.create(appointment=appointment, message=message)


def write_later(email: str, location: Location, *, not_before: datetime, now: datetime) -> Message:
    """The mail somebody asked for on a date: an invitation to come back, with no word of why."""
    words = write_later_words(location)
    return outbox.queue(
        kind="write_later",
        audience="patient",
        to=email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        not_before=not_before,
        now=now,
    )


def _tell(
    appointment: Appointment,
    kind: str,
    now: datetime,
    *,
    settle: bool = False,
    calendar: Literal["REQUEST", "CANCEL", ""] = "",
    **extra: Any,
) -> None:
    patient = appointment.patient
    if patient is None:
        raise ValueError("A hold has nobody to write to.")
    if appointment.suspected:
        return  # a machine may have put that address there: nothing goes to it until staff say that a person did
    words = write(kind, appointment, extra)
    if not patient.email:
        ask_to_ring(appointment, patient, kind, words, now)
        return
    message = outbox.queue(
        kind=kind,
        audience="patient",
        to=patient.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        calendar=calendar_text(appointment, calendar, stamp=now) if calendar else "",
        calendar_method=calendar,
        fill_key=links.fill_key(appointment),
        settle_key=str(appointment.uuid) if settle else "",
        now=now,
    )
    AppointmentMessage.objects.create(
        appointment=appointment,
        message=message,
        told_status=appointment.status,
        told_starts_at=appointment.starts_at,
        told_location=appointment.location,
    )


def ask_to_ring(appointment: Appointment, patient: Patient, kind: str, words: Words, now: datetime) -> None:
    """Without an email the words become a call task; older words nobody has said yet are dropped."""
    waiting = CallTask.objects.open().filter(appointment=appointment, why=CallTask.Why.TELL)
    waiting.update(outcome=CallTask.Outcome.SUPERSEDED, closed_at=now)
    place = appointment.location
    CallTask.objects.create(
        why=CallTask.Why.TELL,
        kind=kind,
        patient=patient,
        appointment=appointment,
        location=place,
        country=place.country,
        script=spoken(words.text),
        made_at=now,
        due_at=ring_me_by(place, now, diary.holidays(place.country)),
    )


def _already_knows(appointment: Appointment) -> bool:
    """Whether the last message that may have arrived told just what is true now."""
    tried = Q(message__attempts__gt=0) & ~Q(message__status=Message.Status.DEAD)
    last = (
        AppointmentMessage.objects.filter(appointment=appointment, message__audience="patient")
        .filter(Q(message__status=Message.Status.SENT) | tried)
        .order_by("-pk")
        .first()
    )
    told = (last.told_status, last.told_starts_at, last.told_location_id) if last else None
    return told == (appointment.status, appointment.starts_at, appointment.location_id)
