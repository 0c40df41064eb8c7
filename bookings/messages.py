"""Writes every message about an appointment: mail into the outbox, or words for a call where there is no email.

Part of the transaction of the verb that calls it; never sends anything. A message is three templates (subject, text,
HTML) under `templates/bookings/messages/<kind>/` and one short function here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from django.conf import settings
from django.db.models import Max, Q
from django.template.loader import render_to_string
from django.urls import reverse

from bookings import diary, links
from bookings.calendar_file import appointment_file
from bookings.fees import tells_consultation_fee
from bookings.life import Status
from bookings.models import Appointment, AppointmentMessage, CallTask, Patient, Reminder, VisitRecord
from bookings.promises import ring_me_by
from clinic import outbox
from clinic.models import Location, Message
from clinic.wording import clock_at, day, moment, reference
from treatments.screening import Outcome

MANAGE_LINK = "[[manage_link]]"
REMINDERS_OFF = "[[reminders_off]]"
_TWO_BRACKETS = re.compile(r"\[(?=\[)")  # of three in a row too, or the last two would stay together
REASONS = {
    "no-time": "We cannot see you at that time.",
    "not-reached": "We tried to reach you and could not.",
    "not-now": "We talked with you, and now is not the right time.",
    "clinic": "The clinic has to change its plans. We are sorry.",
    "asked": "You asked us to.",
    "not-answered": "We did not answer you in time. We are sorry.",
    "other": "",
}


@dataclass(frozen=True)
class Words:
    """One message in its three forms."""

    subject: str
    text: str
    html: str


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


def after_session(appointment: Appointment, record: VisitRecord) -> dict[str, Any]:
    seen_on = appointment.starts_at.astimezone(appointment.location.zone).date()
    days = record.stocking_days or 0
    kind = [record.stocking_size.lower(), record.stocking_class and f"class {record.stocking_class}"]
    return {
        "link": "",  # nothing is left to move or cancel
        "seen_on": day(seen_on),
        "days": days,
        "worn_until": day(seen_on + timedelta(days=days)),
        "at_night": record.at_night,
        "stocking": ", ".join(word for word in kind if word),
        "next_not_before": day(record.next_not_before) if record.next_not_before else "",
        "aftercare": f"{settings.SITE_URL}{reverse('treatments:page', args=['aftercare'])}",
    }


def link_again(appointment: Appointment, *, now: datetime) -> None:
    """The link, and nothing else that is new. Only for somebody with an email: a link cannot be read out."""
    _tell(appointment, "link_again", now)


def address_changed(appointment: Appointment, *, before: str, now: datetime) -> None:
    """Tells the old address that it is no longer used. It may be a stranger's: no name, no time, no link."""
    words = _write("address_changed", appointment, {"link": "", "name": ""})
    outbox.queue(
        kind="address_changed",
        audience="patient",
        to=before,
        subject=words.subject,
        text=words.text,
        html=words.html,
        now=now,
    )


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
    newest = rows.exclude(message__kind="link_again").aggregate(newest=Max("message"))["newest"]
    for message in Message.objects.undelivered().filter(pk__in=rows.values("message")).order_by("pk"):
        if not patient.email:
            taken_back = outbox.withdraw(message_ids=[message.pk], now=now)
            still_news = message.status == Message.Status.QUEUED or appointment.starts_at > now
            if taken_back and message.pk == newest and still_news:
                words = Words(message.subject, message.text, message.html)
                _ask_to_ring(appointment, patient, message.kind, words, now)
            continue
        method = cast("Literal['REQUEST', 'CANCEL']", message.calendar_method)
        outbox.readdress(
            message_id=message.pk,
            to=patient.email,
            fill_key=links.fill_key(appointment),
            calendar=calendar_text(appointment, method, stamp=now) if method else "",
            now=now,
        )


def withdraw(appointment: Appointment, *, now: datetime) -> None:
    """What is not sent yet says that she is expected, and she no longer is. Staff mail stays."""
    rows = AppointmentMessage.objects.filter(appointment=appointment, message__audience="patient")
    outbox.withdraw(message_ids=list(rows.values_list("message", flat=True)), now=now)
    withdraw_reminders(appointment, now=now)


def withdraw_reminders(*appointments: Appointment, now: datetime) -> None:
    """Reminders of these that are not sent yet no longer say what is so. The scan writes anew what is still true."""
    rows = Reminder.objects.filter(appointment__in=appointments).exclude(message=None)
    outbox.withdraw(message_ids=list(rows.values_list("message", flat=True)), now=now)


def reminder_words(kind: str, visits: Sequence[Appointment]) -> Words:
    """One reminder of visits on one day at one clinic, all told to one address. The same visits make the same words."""
    told = [
        {
            **context_of(each),
            "person": _typed(each.patient.name) if each.patient else "",
            "link": _own_link(each),
        }
        for each in sorted(visits, key=lambda each: (each.starts_at, each.pk))
    ]
    greeted = {one["name"] for one in told}
    context = {
        **told[0],
        "visits": told,
        "several": len(told) > 1,
        "name": greeted.pop() if len(greeted) == 1 else "",
        "off": REMINDERS_OFF,
    }
    if kind == Reminder.Kind.WEEK:
        return _render("reminder_week", context)
    return _render("reminder_day", context)


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
        script=_spoken(reminder_words(kind, [appointment]).text),
        made_at=now,
        due_at=due_at,
    )


def _own_link(appointment: Appointment) -> str:
    """The place of the link where a message names several visits: each with a key of its own, none without an email."""
    if appointment.patient is None or not appointment.patient.email:
        return ""
    return f"[[manage_link:{links.fill_key(appointment)}]]"


def new_request(appointment: Appointment, *, now: datetime) -> None:
    """Tells staff that a request waits. Goes to the clinic's own notify address and nowhere else."""
    to = appointment.location.notify_email
    if to:
        words = _write("new_request", appointment, {})
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


def write_later_words(location: Location) -> Words:
    context = {
        "clinic_name": settings.CLINIC_SHORT_NAME,
        "phone": location.phone,
        "phone_abroad": location.phone_abroad,
        "ireland": location.country == "IE",
        "start": f"{settings.SITE_URL}{reverse('bookings:start')}",
    }
    return _render("write_later", context)


def health_script(appointment: Appointment, outcome: Outcome) -> str:
    """What a nurse has before her when she rings: what was ticked, in short words, the most urgent first."""
    return render_to_string(
        "bookings/messages/health_script.txt", {"appointment": appointment, "outcome": outcome}
    ).strip()


def phone_script(appointment: Appointment) -> str:
    """What a nurse has before her for somebody whom the desk booked by phone: every question is still to ask."""
    return render_to_string("bookings/messages/phone_script.txt", {"appointment": appointment}).strip()


def preview(kind: str, appointment: Appointment, **extra: Any) -> Words:
    """A message as it would be written now, for staff to look at. Queues nothing; every link is still to be filled in."""
    return _write(kind, appointment, {"reason": "", "before": "", **extra})


def calendar_text(appointment: Appointment, method: Literal["REQUEST", "CANCEL"], *, stamp: datetime) -> str:
    """The calendar file of an appointment, in the version it has now."""
    place = appointment.location
    address = ", ".join(
        line.strip() for line in [*place.address.splitlines(), place.postcode] if line.strip()
    )
    return appointment_file(
        method=method,
        uid=str(appointment.uuid),
        sequence=appointment.version,
        starts=appointment.starts_at,
        ends=appointment.ends_at,
        location_text=f"{place.name}, {address}",
        description=f"Reference {reference(appointment.reference)}. Phone {place.phone}.",
        organizer_name=settings.CLINIC_SHORT_NAME,
        organizer_email=settings.DEFAULT_FROM_EMAIL,
        attendee_email=appointment.patient.email if appointment.patient else "",
        stamp=stamp,
    ).decode()


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
    words = _write(kind, appointment, extra)
    if not patient.email:
        _ask_to_ring(appointment, patient, kind, words, now)
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


def _ask_to_ring(appointment: Appointment, patient: Patient, kind: str, words: Words, now: datetime) -> None:
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
        script=_spoken(words.text),
        made_at=now,
        due_at=ring_me_by(place, now, diary.holidays(place.country)),
    )


def _spoken(text: str) -> str:
    """A link cannot be read out, so the lines that hold one are left out."""
    return "\n".join(line for line in text.splitlines() if "[[" not in line).strip()


def _write(kind: str, appointment: Appointment, extra: dict[str, Any]) -> Words:
    return _render(kind, {**context_of(appointment), **extra})


def _render(kind: str, context: dict[str, Any]) -> Words:
    folder = f"bookings/messages/{kind}"
    return Words(
        " ".join(render_to_string(f"{folder}/subject.txt", context).split()),
        render_to_string(f"{folder}/body.txt", context).strip() + "\n",
        render_to_string(f"{folder}/body.html", context),
    )


def context_of(appointment: Appointment) -> dict[str, Any]:
    """What every message about an appointment may say, in words; the page after sending says the same."""
    place, zone = appointment.location, appointment.location.time_zone
    patient = appointment.patient
    fees = {row["service"]: row["words"] for row in appointment.fees_shown}
    ring_by = appointment.ring_by
    return {
        "clinic_name": settings.CLINIC_SHORT_NAME,
        "name": _greeted(patient),
        "how": how_we_answer(patient.email, patient.reach_by) if patient else "",
        "writes": bool(patient and patient.reach_by == Patient.ReachBy.WRITE),
        "reference": reference(appointment.reference),
        "when": moment(appointment.starts_at, zone),
        "on": day(appointment.starts_at.astimezone(place.zone).date()),
        "at": clock_at(appointment.starts_at, zone),
        "place": place.name,
        "address": [line for line in [*place.address.splitlines(), place.postcode] if line.strip()],
        "phone": place.phone,
        "phone_abroad": place.phone_abroad,
        "ireland": place.country == "IE",
        "price": fees.get("session", ""),
        "consultation_fee": fees.get("consultation", ""),
        "fee_told": tells_consultation_fee(appointment.fees_shown),
        "answer_by": day(appointment.answer_by) if appointment.answer_by else "",
        "ring_by": (f"{clock_at(ring_by, zone)} on {day(ring_by.astimezone(place.zone))}" if ring_by else ""),
        "status": appointment.status,
        "is_pending": appointment.status == Status.PENDING,
        "ended": appointment.status == Status.CANCELLED,
        "link": MANAGE_LINK,
        "linked": bool(patient and patient.email),
        "queue_path": f"{settings.SITE_URL}/admin/",
    }


def _greeted(patient: Patient | None) -> str:
    """Whom a message greets: the patient, or who asked for her."""
    if patient is None:
        return ""
    name = _typed(patient.name)
    return f"{_typed(patient.asked_by)} (for {name})" if patient.asked_by else name


def _typed(words: str) -> str:
    """What somebody typed, so that no part of it is taken for a place where a link belongs."""
    return _TWO_BRACKETS.sub("[ ", words)


def how_we_answer(email: str, reach_by: str) -> str:
    """The verb of "We ... you by Friday": by mail where there is an address, and nobody is rung who asked us not to."""
    if email:
        return "write to"
    return "text" if reach_by == Patient.ReachBy.WRITE else "ring"


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
