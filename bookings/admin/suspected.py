"""Requests that look as if a machine had sent them: one by one "a person sent it", or released together."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from bookings import desk
from bookings.admin.desk_admin import DeskView, Refusal, actor, refuse
from bookings.admin.hits import MOST, read_chosen
from bookings.admin.verbs import PressForm, back_to
from bookings.admin.words import spoken, told, when
from bookings.services.suspecting import release, say_real
from clinic.phones import phone_words
from clinic.wording import reference

NOT_READ = "We could not read that. Please look at it and press again."


class RealView(DeskView):
    """One press: a person sent it."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment = self.desk.find(request, pk)
        form = PressForm(request.POST)
        if not form.is_valid():
            messages.error(request, NOT_READ)
            return redirect("admin:bookings_appointment_change", pk)
        try:
            real = say_real(appointment_id=pk, actor=actor(request), now=timezone.now(), **form.given())
        except Refusal as refusal:
            refuse(request, refusal)
            return redirect("admin:bookings_appointment_change", appointment.pk)
        messages.success(request, f"A real request: {spoken(real)}. {told(real)}")
        return redirect(back_to(self.desk, request, real, form.cleaned_data["back"]))


class ReleaseView(DeskView):
    """A GET shows what would be released, each with a tick; the POST releases those that are still ticked."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = read_chosen(request.POST.getlist("chosen"))
        if not chosen:
            messages.error(request, "Tick what is to be released.")
            return self.show(request, 422)
        done, now = 0, timezone.now()
        for row in self.desk.get_queryset(request).filter(pk__in=chosen).order_by("pk"):
            try:
                release(appointment_id=row.pk, expected_version=chosen[row.pk], actor=actor(request), now=now)
                done += 1
            except Refusal as refusal:
                messages.warning(request, f"{reference(row.reference)}: {refusal.sentence}")
        if done:
            messages.success(
                request, f"Released: {done}. Their times are free again, and nobody was written to."
            )
        return redirect("admin:bookings_appointment_queue")

    def show(self, request: HttpRequest, status: int = 200) -> HttpResponse:
        found = desk.suspected_requests(request.user, most=MOST + 1)
        rows = [_row(each) for each in found[:MOST]]
        context = {
            "title": "Release suspected requests",
            "rows": rows,
            "more": len(found) > MOST,
            "most": MOST,
            "current": "queue",
        }
        self.desk.listed(request, len(rows))
        return self.desk.page(request, "release", context, status)


def _row(appointment: Any) -> dict[str, Any]:
    patient = appointment.patient
    return {
        "value": f"{appointment.pk}.{appointment.version}",
        "pk": appointment.pk,
        "name": patient.name,
        "reference": reference(appointment.reference),
        "when": f"{when(appointment)}, {appointment.location.name}",
        "reach": ", ".join(filter(None, [phone_words(patient.phone), patient.email])),
    }
