"""Booking a patient again: first a free time, then one look and one press. Her details and answers come along."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from bookings import services
from bookings.admin.desk_admin import DeskView, Refusal, actor, refuse
from bookings.admin.times import Chosen, TimesForm, free_days, nearest_days, place_called, read_slot
from bookings.admin.words import spoken, told
from bookings.models import Patient, Service, VisitRecord
from bookings.services import Override, PhoneBooking
from bookings.services.errors import NotOffered, TimeTaken
from bookings.services.sessions import TooSoon, not_before
from clinic.forms.fields import WordsField
from clinic.models import Location, Membership
from clinic.wording import day_year, reference


class AgainForm(forms.Form):
    """One look before she is booked. The reason is asked only where the rest of a treated area is set aside."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    service = forms.CharField(widget=forms.HiddenInput, max_length=15)
    slot = forms.CharField(widget=forms.HiddenInput, max_length=80)
    reason = WordsField(label="Why sooner than the last session allows?", longest=200, required=False)
    note = WordsField(
        label="Note", lines=True, longest=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, ask_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not ask_reason:
            del self.fields["reason"]


class NextView(DeskView):
    """GET: free times, and with `slot` the last look. POST: books it, or says why not with everything kept."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient: Patient = self.desk.find(request, pk)
        places, kinds = list(Location.objects.all()), list(Service.objects.all())
        chosen = read_slot(request.GET.get("slot", ""), places)
        service = _kind(request.GET.get("service", ""), kinds)
        if chosen is None or service is None:
            return self.times(request, patient, places, kinds)
        form = AgainForm(
            initial={"key": uuid4(), "slot": chosen.value, "service": service.kind}, ask_reason=False
        )
        return self.look(request, patient, form, chosen, service)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient: Patient = self.desk.find(request, pk)
        places, kinds = list(Location.objects.all()), list(Service.objects.all())
        chosen = read_slot(request.POST.get("slot", ""), places)
        service = _kind(request.POST.get("service", ""), kinds)
        form = AgainForm(request.POST, ask_reason="reason" in request.POST)
        if chosen is None or service is None:
            messages.error(request, "Choose a time first.")
            return self.times(request, patient, places, kinds, 422)
        if not form.is_valid():
            return self.look(request, patient, form, chosen, service, status=422)
        reason = form.cleaned_data.get("reason", "")
        try:
            made = services.follow_up(
                key=form.cleaned_data["key"],
                patient_id=pk,
                booking=PhoneBooking(chosen.place, service, chosen.starts_at, note=form.cleaned_data["note"]),
                actor=actor(request),
                override=Override(reason) if reason.strip() else None,
                now=timezone.now(),
            )
        except Refusal as refusal:
            status = refuse(request, refusal)
            again = AgainForm(
                request.POST, ask_reason=isinstance(refusal, TooSoon) or "reason" in request.POST
            )
            lost = isinstance(refusal, (TimeTaken, NotOffered))
            return self.look(request, patient, again, chosen, service, lost=lost, status=status)
        messages.success(request, f"Booked: {spoken(made)}. {told(made)}")
        return redirect("admin:bookings_patient_change", pk)

    def times(
        self,
        request: HttpRequest,
        patient: Patient,
        places: list[Location],
        kinds: list[Service],
        status: int = 200,
    ) -> HttpResponse:
        if not (places and kinds):
            messages.error(request, "There is no clinic or no kind of visit yet.")
            return redirect("admin:bookings_patient_change", patient.pk)
        now = timezone.now()
        hers = Membership.objects.places_of(request.user)
        first = next((place for place in places if hers.cover(place.pk)), places[0])
        form = TimesForm(request.GET if "clinic" in request.GET else None, places=places, kinds=kinds)
        given = form.cleaned_data if form.is_valid() else {}
        earliest = not_before(list(VisitRecord.objects.of(patient)))
        here = place_called(places, given.get("clinic", "")) or first
        service = _kind(given.get("service", ""), kinds) or _likely(kinds, earliest is not None)
        today = now.astimezone(here.zone).date()
        since = given.get("day") or max(today, earliest or today)
        asked = {"clinic": here.slug, "service": service.kind, "day": since}
        context = {
            "title": f"Book the next visit: {reference(patient.reference)}",
            "patient": patient,
            "earliest": day_year(earliest) if earliest else "",
            "times_form": form if form.errors else TimesForm(initial=asked, places=places, kinds=kinds),
            "service": service,
            "days": free_days(places, service, here, since, now=now),
            "current": "patients",
        }
        return self.desk.page(request, "next", context, status)

    def look(
        self,
        request: HttpRequest,
        patient: Patient,
        form: AgainForm,
        chosen: Chosen,
        service: Service,
        *,
        lost: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        near = []
        if lost:
            near = nearest_days(list(Location.objects.all()), service, chosen, now=timezone.now())
        context = {
            "title": f"Book the next visit: {reference(patient.reference)}",
            "patient": patient,
            "form": form,
            "chosen": chosen,
            "service": service,
            "near": near,
            "current": "patients",
        }
        return self.desk.page(request, "next_look", context, status)


def _kind(text: str, kinds: list[Service]) -> Service | None:
    return next((kind for kind in kinds if kind.kind == text), None)


def _likely(kinds: list[Service], treated: bool) -> Service:
    """After a session the next one; else the first kind on the list."""
    wanted = Service.Kind.SESSION if treated else kinds[0].kind
    return next((kind for kind in kinds if kind.kind == wanted), kinds[0])
