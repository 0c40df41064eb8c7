"""Opens an appointment from its link and shows everything about it. A GET shows; nothing here changes a booking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings import links
from bookings.forms.contact import MISSED_CALL
from bookings.life import WORDS, Status
from bookings.messages import calendar_text, context_of
from bookings.models import Appointment, Patient
from bookings.promises import change_until
from bookings.services.answers import as_pages, newest
from bookings.views.busy import press_again
from bookings.views.summary import Row, summary_row, ticked_lines
from clinic.phones import phone_words
from treatments import screening

CONFIRMED = (Status.BOOKED, Status.ARRIVED)
CHANGEABLE = (Status.PENDING, Status.BOOKED)
CHANGED = "This changed while the page was open. Here it is as it is now. Please look, then try again."
NEVER_ASKED = "A nurse asks you on the phone"


def gate(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page behind the link: hands in the appointment and the clock, or shows the one kind dead-link page."""

    @wraps(page)
    @never_cache
    @press_again
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        cookie = request.COOKIES.get(links.COOKIE)
        appointment = links.open_cookie(cookie)
        if appointment is None and request.method == "POST" and (ended := links.just_ended(cookie)):
            return back(ended)  # pressed twice: the first press did it
        if appointment is None:
            return dead_link(request)
        return page(request, appointment, timezone.now(), *args, **kwargs)

    return view


def change_gate(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same, for what may be changed until the visit begins: after that the page says how things stand."""

    @wraps(page)
    def view(
        request: HttpRequest, appointment: Appointment, now: datetime, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if not may_change(appointment, now):
            return back(appointment)
        return page(request, appointment, now, *args, **kwargs)

    return gate(view)


@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of every message: remembers the appointment in a cookie, and takes the token out of the address."""
    appointment = links.open_link(token)
    return dead_link(request) if appointment is None else back(appointment)


@require_safe
@gate
def manage(request: HttpRequest, appointment: Appointment, now: datetime) -> HttpResponse:
    context = {
        **about(appointment, now),
        "rows": _rows(appointment, may_change(appointment, now), is_late(appointment, now)),
        "state": WORDS[appointment.state],
        "is_booked": appointment.status in CONFIRMED,
        "rings_first": appointment.clinician_check == Appointment.Check.NEEDED,
        "ended": appointment.status == Status.CANCELLED,
    }
    return render(request, "bookings/manage.html", context)


@require_safe
@gate
def calendar(request: HttpRequest, appointment: Appointment, now: datetime) -> HttpResponse:
    """The calendar file of a booked appointment: address, phone and reference, never the link."""
    if appointment.status not in CONFIRMED:
        return dead_link(request)
    text = calendar_text(appointment, "REQUEST", stamp=now)
    headers = {"Content-Disposition": 'attachment; filename="appointment.ics"'}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8; method=REQUEST", headers=headers)


def remember(response: HttpResponse, appointment: Appointment) -> None:
    """A signed cookie for MANAGE_MINUTES; sent back to this site only."""
    response.set_cookie(
        links.COOKIE,
        links.cookie_for(appointment),
        max_age=settings.MANAGE_MINUTES * 60,
        secure=settings.SECURE_COOKIES,
        httponly=True,
        samesite="Lax",
    )


def back(appointment: Appointment, to: str = "bookings:manage") -> HttpResponse:
    """To its page, with a cookie for the link version it has now."""
    response = redirect(to)
    remember(response, appointment)
    return response


def changed_meanwhile(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Somebody was faster: nothing was done, and the page shows how things stand."""
    messages.warning(request, CHANGED)
    return redirect("bookings:manage")


def dead_link(request: HttpRequest) -> HttpResponse:
    """One page for a forged, an old and an unknown link alike."""
    return render(request, "bookings/dead_link.html", status=404)


def may_change(appointment: Appointment, now: datetime) -> bool:
    """Whether a patient may still say something about it: asked or booked, and not begun."""
    return appointment.status in CHANGEABLE and appointment.starts_at > now


def is_late(appointment: Appointment, now: datetime) -> bool:
    """Whether the cut-off has passed, so that moving and cancelling go by phone."""
    return now > change_until(appointment.location, appointment.starts_at)


def about(appointment: Appointment, now: datetime) -> dict[str, Any]:
    """What every page behind the link says of the appointment."""
    return {
        **context_of(appointment),
        "appointment": appointment,
        "location": appointment.location,
        "may_change": may_change(appointment, now),
        "late": is_late(appointment, now),
        "late_policy": appointment.location.late_policy,
    }


def _rows(appointment: Appointment, may_tell: bool, late: bool) -> list[Row]:
    """Everything about it, each line with its way to change it while there is one."""
    words = context_of(appointment)
    clinic = [words["place"], *words["address"]]
    move = "" if late or not may_tell else reverse("bookings:move")
    return [
        summary_row("Reference", words["reference"], ""),
        *_area_row(appointment),
        summary_row("Time", f"{words['when']}, {words['place']} time", move),
        summary_row("Clinic", "\n".join(clinic), move),
        summary_row("Phone of the clinic", words["phone"], ""),
        summary_row("Price", "\n".join(filter(None, _prices(words))), ""),
        *_person_rows(appointment, reverse("bookings:contact") if may_tell else ""),
        *_health_rows(appointment, reverse("bookings:health_changed") if may_tell else ""),
    ]


def _area_row(appointment: Appointment) -> list[Row]:
    areas = [area.text for area in screening.AREAS if area.code == appointment.area]
    return [summary_row("What we look at", areas[0], "")] if areas else []


def _prices(words: dict[str, Any]) -> list[str]:
    fee = words["consultation_fee"]
    return [words["price"], f"First consultation: {fee}" if fee else ""]


def _person_rows(appointment: Appointment, change: str) -> list[Row]:
    patient = appointment.patient
    if patient is None:
        return []
    asked_by = f"{patient.asked_by}, {patient.asked_by_relation}".rstrip(", ")
    return [
        summary_row("Name", patient.name, ""),
        *([summary_row("Asked by", asked_by, "")] if asked_by else ()),
        summary_row("Phone number", phone_words(patient.phone), change),
        summary_row("If you miss our call", MISSED_CALL[_missed_call(patient)], ""),
        summary_row("Email", patient.email or "None", change),
    ]


def _missed_call(patient: Patient) -> str:
    if patient.reach_by == Patient.ReachBy.WRITE:
        return "write"
    return "leave" if patient.leave_message else "no-message"


def _health_rows(appointment: Appointment, change: str) -> list[Row]:
    """What was ticked, in her own words, a row for each list. Shown here alone and in no message."""
    rows = newest(appointment)
    if not rows:
        return [summary_row("Your health", NEVER_ASKED, change, "your health answers")]
    return [
        summary_row(screening.PAGES[page], ticked_lines(page, answer), change, "your health answers")
        for page, answer in as_pages(rows).items()
    ]
