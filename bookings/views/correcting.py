"""Behind the link: cancel, correct phone or email, send the link again. A GET shows; a POST calls one verb."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from bookings import services
from bookings.forms import CancelForm, ContactForm
from bookings.models import Appointment
from bookings.services.errors import BookingError, ChangedByAnother, DiaryBusy, IllegalMove, TooLate
from bookings.views.managing import about, back, change_gate, changed_meanwhile, is_late
from bookings.views.moving import late
from clinic.limits import TooMany


@change_gate
def cancel(request: HttpRequest, appointment: Appointment, now: datetime) -> HttpResponse:
    """What happens when it is cancelled, a reason that need not be given, and one button."""
    if is_late(appointment, now):
        return late(request, appointment, now)
    form = CancelForm(_posted(request), initial={"version": appointment.version})
    if not (form.is_bound and form.is_valid()):
        return _page(request, "bookings/cancel.html", form, about(appointment, now))
    try:
        ended = services.cancel(
            appointment_id=appointment.pk,
            expected_version=form.cleaned_data["version"],
            reason_code=form.cleaned_data["reason"],
            actor=services.PATIENT,
            now=now,
        )
    except (ChangedByAnother, IllegalMove):
        return changed_meanwhile(request, appointment)
    except TooLate:  # since this request began
        return redirect("bookings:cancel")
    messages.success(request, "We have cancelled it. The time is free for somebody else.")
    return back(ended)


@change_gate
def contact(request: HttpRequest, appointment: Appointment, now: datetime) -> HttpResponse:
    """Phone and email. Another email gets the link; the old one is told, without it."""
    patient = appointment.patient
    kept = {"phone": patient.phone, "email": patient.email} if patient else {}
    form = ContactForm(_posted(request), initial={**kept, "version": appointment.version})
    context = about(appointment, now)
    if not (form.is_bound and form.is_valid()):
        return _page(request, "bookings/contact.html", form, context)
    try:
        corrected = services.correct_contact(
            appointment_id=appointment.pk,
            expected_version=form.cleaned_data["version"],
            phone=form.cleaned_data["phone"],
            email=form.cleaned_data["email"],
            actor=services.PATIENT,
            now=now,
        )
    except (ChangedByAnother, IllegalMove):
        return changed_meanwhile(request, appointment)
    except (DiaryBusy, TooMany):
        raise
    except BookingError as refusal:
        messages.warning(request, refusal.sentence)
        return render(
            request, "bookings/contact.html", {**context, "form": form, "refused": True}, status=409
        )
    messages.success(request, _saved(kept.get("email", ""), form.cleaned_data["email"]))
    return back(corrected)


def _saved(before: str, after: str) -> str:
    if before.lower() == after.lower() or not after:
        return "We have saved it."
    return f"We have saved it, and sent a new link to {after}."


@change_gate
def link_again(request: HttpRequest, appointment: Appointment, now: datetime) -> HttpResponse:
    """One button: a new link to the email we have."""
    context = {**about(appointment, now), "email": appointment.patient.email if appointment.patient else ""}
    if request.method != "POST":
        return render(request, "bookings/link_again.html", context)
    version = request.POST.get("version", "")[:9]
    try:
        same = services.link_again(
            appointment_id=appointment.pk,
            expected_version=int(version) if version.isascii() and version.isdecimal() else -1,
            now=now,
        )
    except ChangedByAnother:
        return changed_meanwhile(request, appointment)
    except (DiaryBusy, TooMany):
        raise
    except BookingError as refusal:
        messages.warning(request, refusal.sentence)
        return render(request, "bookings/link_again.html", {**context, "refused": True}, status=409)
    messages.success(request, f"We have sent a new link to {context['email']}.")
    return back(same)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _page(request: HttpRequest, template: str, form: Any, context: dict[str, Any]) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {**context, "form": form}, status=status)
