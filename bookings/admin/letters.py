"""How our messages read: every kind, about a made-up visit or about one that this member of staff may see. Only shows."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from bookings import letter_samples
from bookings.admin.desk_admin import DeskView
from bookings.admin.words import spoken
from bookings.models import Appointment
from clinic.models import Location


class LettersView(DeskView):
    """Subject and text of every kind on one page; what a mail program shows is a page of its own."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        appointment = visit_of(self, request, pk)
        context = {
            "title": "How our messages read",
            "about": spoken(appointment) if pk else "",
            "place": appointment.location,
            "places": [] if pk else Location.objects.visible_to(request.user),
            "letters": [
                (letter, reverse(f"admin:{html_name(pk)}", args=[*filter(None, [pk]), letter.kind]))
                for letter in letter_samples.every_letter(appointment)
            ],
            "pk": pk,
            "current": "letters",
        }
        return self.desk.page(request, "letters", context)


class LetterView(DeskView):
    """The HTML of one message, whole and as it is sent, under the admin's own content policy."""

    def get(self, request: HttpRequest, kind: str, pk: int | None = None) -> HttpResponse:
        appointment = visit_of(self, request, pk)
        if kind not in letter_samples.SORTS:
            raise Http404
        return HttpResponse(letter_samples.letter(kind, appointment).words.html)


def html_name(pk: int | None) -> str:
    return f"bookings_appointment_letter{'_of' if pk else ''}"


def visit_of(view: DeskView, request: HttpRequest, pk: int | None) -> Any:
    """Theirs, or a made-up one at a clinic of theirs. Raises Http404."""
    if pk is not None:
        found: Appointment = view.desk.find(request, pk)
        return found
    places = Location.objects.visible_to(request.user)
    wanted = request.GET.get("clinic", "")[:50]
    place = (places.filter(slug=wanted) if wanted else places).first()
    if place is None:
        raise Http404
    return letter_samples.sample(place, timezone.now())
