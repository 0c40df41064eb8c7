"""What each message says: three templates (subject, text, HTML) under `templates/bookings/messages/<kind>/`.

Reads an appointment and writes nothing; every link is still to be filled in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from bookings import links
from bookings.calendar_file import appointment_file
from bookings.fees import tells_consultation_fee
from bookings.life import Status
from bookings.models import Appointment, Patient, Reminder, VisitRecord
from clinic.models import Location
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


def write(kind: str, appointment: Appointment, extra: dict[str, Any]) -> Words:
    return render(kind, {**context_of(appointment), **extra})


def render(kind: str, context: dict[str, Any]) -> Words:
    folder = f"bookings/messages/{kind}"
    return Words(
        " ".join(render_to_string(f"{folder}/subject.txt", context).split()),
        render_to_string(f"{folder}/body.txt", context).strip() + "\n",
        render_to_string(f"{folder}/body.html", context),
    )


def preview(kind: str, appointment: Appointment, **extra: Any) -> Words:
    """A message as it would be written now, for staff to look at. Queues nothing; every link is still to be filled in."""
    return write(kind, appointment, {"reason": "", "before": "", **extra})


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


def how_we_answer(email: str, reach_by: str) -> str:
    """The verb of "We ... you by Friday": by mail where there is an address, and nobody is rung who asked us not to."""
    if email:
        return "write to"
    return "text" if reach_by == Patient.ReachBy.WRITE else "ring"


def _greeted(patient: Patient | None) -> str:
    """Whom a message greets: the patient, or who asked for her."""
    if patient is None:
        return ""
    name = typed(patient.name)
    return f"{typed(patient.asked_by)} (for {name})" if patient.asked_by else name


def typed(words: str) -> str:
    """What somebody typed, so that no part of it is taken for a place where a link belongs."""
    return _TWO_BRACKETS.sub("[ ", words)


def spoken(text: str) -> str:
    """A link cannot be read out, so the lines that hold one are left out."""
    return "\n".join(line for line in text.splitlines() if "[[" not in line).strip()


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


def write_later_words(location: Location) -> Words:
    context = {
        "clinic_name": settings.CLINIC_SHORT_NAME,
        "phone": location.phone,
        "phone_abroad": location.phone_abroad,
        "ireland": location.country == "IE",
        "start": f"{settings.SITE_URL}{reverse('bookings:start')}",
    }
    return render("write_later", context)


def reminder_words(kind: str, visits: Sequence[Appointment]) -> Words:
    """One reminder of visits on one day at one clinic, all told to one address. The same visits make the same words."""
    told = [
        {
            **context_of(each),
            "person": typed(each.patient.name) if each.patient else "",
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
        return render("reminder_week", context)
    return render("reminder_day", context)


def _own_link(appointment: Appointment) -> str:
    """The place of the link where a message names several visits: each with a key of its own, none without an email."""
    if appointment.patient is None or not appointment.patient.email:
        return ""
    return f"[[manage_link:{links.fill_key(appointment)}]]"


def health_script(appointment: Appointment, outcome: Outcome) -> str:
    """What a nurse has before her when she rings: what was ticked, in short words, the most urgent first."""
    return render_to_string(
        "bookings/messages/health_script.txt", {"appointment": appointment, "outcome": outcome}
    ).strip()


def phone_script(appointment: Appointment) -> str:
    """What a nurse has before her for somebody whom the desk booked by phone: every question is still to ask."""
    return render_to_string("bookings/messages/phone_script.txt", {"appointment": appointment}).strip()


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
