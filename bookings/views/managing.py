"""Opens an appointment from its link. A GET shows; nothing here changes a booking."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings import links
from bookings.life import WORDS, Status
from bookings.messages import calendar_text, context_of
from bookings.models import Appointment

CONFIRMED = (Status.BOOKED, Status.ARRIVED)


@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of every message: remembers the appointment in a cookie, and takes the token out of the address."""
    appointment = links.open_link(token)
    if appointment is None:
        return _dead_link(request)
    response = redirect("bookings:manage")
    remember(response, appointment)
    return response


@never_cache
@require_safe
def manage(request: HttpRequest) -> HttpResponse:
    appointment = links.open_cookie(request.COOKIES.get(links.COOKIE))
    if appointment is None:
        return _dead_link(request)
    context = {
        **context_of(appointment),
        "appointment": appointment,
        "state": WORDS[appointment.state],
        "is_booked": appointment.status in CONFIRMED,
        "location": appointment.location,
    }
    return render(request, "bookings/manage.html", context)


@never_cache
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The calendar file of a booked appointment: address, phone and reference, never the link."""
    appointment = links.open_cookie(request.COOKIES.get(links.COOKIE))
    if appointment is None or appointment.status not in CONFIRMED:
        return _dead_link(request)
    text = calendar_text(appointment, "REQUEST", stamp=timezone.now())
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


def _dead_link(request: HttpRequest) -> HttpResponse:
    """One page for a forged, an old and an unknown link alike."""
    return render(request, "bookings/dead_link.html", status=404)
