"""The page that gives an appointment another time, at any clinic. The service decides; an own time needs a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from bookings import services
from bookings.admin.desk_admin import DeskView, Refusal, actor, refuse
from bookings.admin.times import (
    Chosen,
    OwnTimeForm,
    TimesForm,
    free_days,
    nearest_days,
    place_called,
    read_slot,
)
from bookings.admin.verbs import PressForm, back_to, version_seen
from bookings.admin.words import soon, spoken, status_mark, told
from bookings.life import IllegalMove, Verb, allowed
from bookings.models import Appointment
from bookings.services import Override
from bookings.services.errors import NotOffered, TimeTaken
from clinic.models import Location
from clinic.wording import reference

UNREAD = "We could not read that time. Please press one of the times on this page."


class MoveView(DeskView):
    """A GET lists free times, with one on top where the address names it; a press of a time moves it there."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment = self.desk.find(request, pk)
        status = 200
        if Verb.MOVE not in allowed(appointment.state):
            status = refuse(request, IllegalMove(Verb.MOVE, appointment.state))
        return self.show(request, appointment, status=status)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment = self.desk.find(request, pk)
        places = list(Location.objects.all())
        press, own = PressForm(request.POST), None
        if "own" in request.POST:
            own = OwnTimeForm(request.POST, places=places)
        wanted = self._wanted(request, own, places)
        if wanted is None or not press.is_valid():
            if own is None:
                messages.error(request, UNREAD)
            return self.show(request, appointment, own=own, status=422)
        override = Override(own.cleaned_data["override_reason"]) if own else None
        try:
            moved = services.move(
                appointment_id=pk,
                expected_version=press.cleaned_data["expected_version"],
                location=wanted.place,
                starts_at=wanted.starts_at,
                actor=actor(request),
                override=override,
                now=timezone.now(),
            )
        except Refusal as refusal:
            status = refuse(request, refusal)
            lost = wanted if isinstance(refusal, (TimeTaken, NotOffered)) else None
            return self.show(request, self.desk.find(request, pk), own=own, lost=lost, status=status)
        messages.success(request, f"Moved: {spoken(moved)}. {told(moved)}")
        return redirect(back_to(self.desk, request, moved, ""))

    @staticmethod
    def _wanted(request: HttpRequest, own: OwnTimeForm | None, places: list[Location]) -> Chosen | None:
        if own is not None:
            return own.chosen() if own.is_valid() else None
        return read_slot(request.POST.get("slot", ""), places)

    def show(
        self,
        request: HttpRequest,
        appointment: Appointment,
        *,
        own: OwnTimeForm | None = None,
        lost: Chosen | None = None,
        status: int = 200,
    ) -> HttpResponse:
        now, places = timezone.now(), list(Location.objects.all())
        wanted = None if lost else read_slot(request.GET.get("slot", ""), places)
        asked = _asked(request, wanted, appointment, places)
        here: Location = place_called(places, asked["clinic"]) or appointment.location
        context: dict[str, Any] = {
            "title": f"Move: {reference(appointment.reference)}",
            "appointment": appointment,
            "version": version_seen(request, appointment),
            "when": soon(appointment),
            "mark": status_mark(appointment),
            "may": Verb.MOVE in allowed(appointment.state),
            "chosen": wanted,
            "times_form": TimesForm(initial=asked, places=places, kinds=[]),
            "own_form": own or OwnTimeForm(places=places, initial={"own_clinic": here.slug}),
            "days": free_days(places, appointment.service, here, asked["day"], now=now, own=appointment),
            "near": nearest_days(places, appointment.service, lost, now=now, own=appointment) if lost else [],
            "current": "appointments",
        }
        return self.desk.page(request, "move", context, status)


def _asked(
    request: HttpRequest, wanted: Chosen | None, appointment: Appointment, places: list[Location]
) -> dict[str, Any]:
    """The clinic and the day that the address names; by default those of the time it names or of the appointment,
    from today on.
    """
    at = wanted or Chosen(appointment.location, appointment.starts_at)
    today = timezone.now().astimezone(at.place.zone).date()
    form = TimesForm(request.GET or None, places=places, kinds=[])
    form.is_valid()
    given = form.cleaned_data if form.is_bound else {}
    return {
        "clinic": given.get("clinic") or at.place.slug,
        "day": given.get("day") or max(today, at.starts_at.astimezone(at.place.zone).date()),
    }
