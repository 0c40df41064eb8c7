"""Ends reminders from the link in one, and starts them again from her own page. A GET shows a button and changes nothing."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bookings import links, services
from bookings.models import Appointment
from bookings.views.busy import press_again
from bookings.views.managing import dead_link, gate

FIELD, PRESSED = (
    "List-Unsubscribe",
    "One-Click",
)  # as RFC 8058 wants it; the button on the page sends the same
AGAIN = "We will remind you by email again."


@csrf_exempt  # a mail provider presses it for the reader, and has no cookie of ours; the signed address is the proof
@never_cache
@press_again
@require_http_methods(["GET", "HEAD", "POST"])
def reminders_off(request: HttpRequest, token: str) -> HttpResponse:
    """Answered without a redirect, as mail providers need it. The address is told to nobody else as a referrer."""
    appointment = links.open_reminders_off(token)
    if appointment is None or appointment.patient is None:
        return _untold(dead_link(request))
    patient, status = appointment.patient, 200
    off = patient.reminders_off_at is not None
    if request.method == "POST":
        if request.POST.get(FIELD) == PRESSED:
            services.reminders_off(email=patient.email, now=timezone.now())
            off = True
        else:
            status = 400
    context = {"off": off, "location": appointment.location, "field": FIELD, "pressed": PRESSED}
    return _untold(render(request, "bookings/reminders_off.html", context, status=status))


def _untold(response: HttpResponse) -> HttpResponse:
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@gate
def reminders_on(request: HttpRequest, appointment: Appointment, now: datetime) -> HttpResponse:
    """The button of the manage page."""
    if request.method == "POST" and appointment.patient and appointment.patient.reminders_off_at:
        services.reminders_on(email=appointment.patient.email, now=now)
        messages.success(request, AGAIN)
    return redirect("bookings:manage")
