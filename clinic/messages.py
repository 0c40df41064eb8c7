"""Writes the messages of the clinic room into the outbox, in the caller's transaction. Never what somebody typed.

A message is three templates (subject, text, HTML) under `templates/clinic/messages/<kind>/` and one function here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from clinic import outbox
from clinic.models import Complaint, Message
from clinic.wording import day_year, reference


class Words(NamedTuple):
    """One message in its three forms."""

    subject: str
    text: str
    html: str


def complaint_received(complaint: Complaint, *, now: datetime) -> Message | None:
    """We have it, and when we answer. None where there is no address to write to. Raises ValueError for a bad one."""
    if not complaint.email:
        return None
    words = _render("complaint_received", _context(complaint))
    return _queue("complaint_received", "patient", complaint.email, words, now)


def complaint_new(complaint: Complaint, *, now: datetime) -> Message | None:
    """Tells staff that a complaint waits. Goes to the clinic's own notify address and nowhere else."""
    to = complaint.location.notify_email if complaint.location else ""
    if not to:
        return None
    words = _render("complaint_new", _context(complaint))
    return _queue("complaint_new", "staff", to, words, now)


def preview(kind: str, complaint: Complaint) -> Words:
    """A message as it would be written now, for staff to look at. Queues nothing."""
    return _render(kind, _context(complaint))


def _context(complaint: Complaint) -> dict[str, Any]:
    """Everything these messages may say: no name, no word of the complaint."""
    place = complaint.location
    return {
        "clinic_name": settings.CLINIC_SHORT_NAME,
        "reference": reference(complaint.reference),
        "due": day_year(complaint.due_on),
        "place": place.name if place else "",
        "phone": place.phone if place else "",
        "phone_abroad": place.phone_abroad if place else "",
        "country": place.country if place else "",
        "how": f"{settings.SITE_URL}{reverse('clinic:complaints')}",
        "phones": f"{settings.SITE_URL}{reverse('clinic:clinics')}",
        "page": f"{settings.SITE_URL}{reverse('admin:clinic_complaint_change', args=[complaint.pk])}",
    }


def _render(kind: str, context: dict[str, Any]) -> Words:
    folder = f"clinic/messages/{kind}"
    return Words(
        " ".join(render_to_string(f"{folder}/subject.txt", context).split()),
        render_to_string(f"{folder}/body.txt", context).strip() + "\n",
        render_to_string(f"{folder}/body.html", context),
    )


def _queue(kind: str, audience: str, to: str, words: Words, now: datetime) -> Message:
    return outbox.queue(
        kind=kind,
        audience=audience,
        to=to,
        subject=words.subject,
        text=words.text,
        html=words.html,
        now=now,
    )
