"""Booking somebody who phones: first a free time at any clinic, then who it is. The service makes the appointment."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
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
from bookings.admin.verbs import back_to
from bookings.admin.words import spoken, told
from bookings.forms import DetailsForm
from bookings.models import Patient, Service
from bookings.services import Override, PatientDetails, PhoneBooking
from bookings.services.adults import TooYoung, is_adult_at
from bookings.services.errors import NotOffered, TimeTaken
from clinic.forms.fields import WordsField
from clinic.models import Location, Membership
from treatments.screening import AREAS

LABELS = {
    "name": "Name",
    "phone": "Phone",
    "ring_when": "When may we ring?",
    "missed_call": "If they miss our call",
    "email": "Email",
    "date_of_birth": "Date of birth",
    "access_needs": "What would help on the day?",
    "anything_else": "Note",
}
MISSED_CALL = {
    "leave": "We may leave a message",
    "no-message": "Leave no message",
    "write": "Text or email, do not ring",
}


class CallerForm(DetailsForm):
    """The patient's own details form in the desk's words. No health question: a nurse rings with those."""

    travel_on = None  # type: ignore[assignment]  # Django's way to leave a field out
    field_order = ["override_reason", "area"]  # the rest follows in the patient's own order
    key = forms.UUIDField(widget=forms.HiddenInput)
    service = forms.CharField(widget=forms.HiddenInput, max_length=15)
    slot = forms.CharField(max_length=80, error_messages={"required": "Choose a time."})
    area = forms.ChoiceField(
        label="What shall we look at?",
        choices=[("", "Not said"), *((area.code, area.staff) for area in AREAS if not area.elsewhere)],
        required=False,
        error_messages={"invalid_choice": "Choose what we shall look at."},
    )
    override_reason = WordsField(
        label="Why outside the usual hours?",
        longest=200,
        error_messages={"required": "Say why the usual hours are set aside."},
    )

    def __init__(self, *args: Any, chosen: Chosen, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = chosen
        for name, label in LABELS.items():
            self.fields[name].label = label
        self.fields["missed_call"].choices = list(MISSED_CALL.items())  # type: ignore[attr-defined]
        self.fields["anything_else"].help_text = "Nothing about health: a nurse asks that."
        self.fields["email"].help_text = "Without one, messages become calls."
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        if not own:
            del self.fields["override_reason"]

    def clean_date_of_birth(self) -> Any:
        born = super().clean_date_of_birth()
        if not is_adult_at(self.chosen.place, self.chosen.starts_at, born):
            raise ValidationError(TooYoung.sentence)
        return born

    def patient(self) -> PatientDetails:
        given = self.cleaned_data
        write = given["missed_call"] == "write"
        return PatientDetails(
            name=given["name"],
            phone=given["phone"],
            email=given["email"],
            date_of_birth=given["date_of_birth"],
            reach_by=Patient.ReachBy.WRITE if write else Patient.ReachBy.RING,
            leave_message=given["missed_call"] == "leave",
            ring_when=given["ring_when"],
        )

    def booking(self, service: Service) -> PhoneBooking:
        given = self.cleaned_data
        return PhoneBooking(
            location=self.chosen.place,
            service=service,
            starts_at=self.chosen.starts_at,
            area=given["area"],
            access_needs=tuple(given["access_needs"]),
            note=given["anything_else"],
        )


class AddView(DeskView):
    """GET: the free times; with `slot`, the details form. POST: books it, or keeps the form and says why not."""

    def get(self, request: HttpRequest) -> HttpResponse:
        places, kinds = list(Location.objects.all()), list(Service.objects.all())
        if "own_day" in request.GET:
            own_form = OwnTimeForm(request.GET, places=places, ask_reason=False)
            if not own_form.is_valid():
                return self.times(request, places, kinds, own_form, 422)
            return self.details(request, own_form.chosen(), _kind(request.GET, kinds), own=True)
        chosen = read_slot(request.GET.get("slot", ""), places)
        if chosen is None:
            return self.times(request, places, kinds)
        return self.details(request, chosen, _kind(request.GET, kinds))

    def post(self, request: HttpRequest) -> HttpResponse:
        places, kinds = list(Location.objects.all()), list(Service.objects.all())
        pressed = read_slot(request.POST.get("slot", ""), places)
        chosen = pressed or read_slot(request.POST.get("wanted", ""), places)
        service = _kind(request.POST, kinds)
        if chosen is None or service is None:
            messages.error(request, "Choose a time first.")
            return self.times(request, places, kinds, status=422)
        form = self._form(request.POST, chosen, own="override_reason" in request.POST)
        if not form.is_valid():
            return self._page(request, form, chosen, service, status=422, lost=pressed is None)
        reason = form.cleaned_data.get("override_reason", "")
        try:
            made = services.add(
                key=form.cleaned_data["key"],
                booking=form.booking(service),
                patient=form.patient(),
                actor=actor(request),
                override=Override(reason) if reason else None,
                now=timezone.now(),
            )
        except Refusal as refusal:
            status = refuse(request, refusal)
            lost = isinstance(refusal, (TimeTaken, NotOffered))
            return self._page(request, form, chosen, service, status=status, lost=lost)
        messages.success(
            request, f"Booked: {spoken(made)}. {told(made)} A nurse rings with the health questions."
        )
        return redirect(back_to(self.desk, request, made, ""))

    def times(
        self,
        request: HttpRequest,
        places: list[Location],
        kinds: list[Service],
        own_form: OwnTimeForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """The first of the two pages: nothing about a person is asked yet, so it may stand in the address."""
        now = timezone.now()
        if not places:
            messages.error(request, "There is no clinic yet.")
            return redirect("admin:index")
        hers = Membership.objects.places_of(request.user)
        first = next((place for place in places if hers.cover(place.pk)), places[0])
        form = TimesForm(request.GET if "clinic" in request.GET else None, places=places, kinds=kinds)
        given = form.cleaned_data if form.is_valid() else {}
        here = place_called(places, given.get("clinic", "")) or first
        service = _kind(given, kinds)
        today = now.astimezone(here.zone).date()
        since = given.get("day") or today
        asked = {"clinic": here.slug, "service": service.kind, "day": since} if service else {}
        context = {
            "title": "Add an appointment",
            "times_form": form if form.errors else TimesForm(initial=asked, places=places, kinds=kinds),
            "service": service,
            "days": free_days(places, service, here, since, now=now) if service else [],
            "own_form": own_form
            or OwnTimeForm(places=places, ask_reason=False, initial={"own_clinic": here.slug}),
            "current": "add",
        }
        return self.desk.page(request, "add", context, status)

    def details(
        self, request: HttpRequest, chosen: Chosen, service: Service | None, own: bool = False
    ) -> HttpResponse:
        if service is None:
            return redirect("admin:bookings_appointment_add")
        form = self._form(None, chosen, own=own)
        form.initial = {
            "key": uuid4(),
            "slot": chosen.value,
            "service": service.kind,
            "ring_when": Patient.RingWhen.ANY,
        }
        return self._page(request, form, chosen, service)

    @staticmethod
    def _form(data: Any, chosen: Chosen, *, own: bool) -> CallerForm:
        today = timezone.now().astimezone(chosen.place.zone).date()
        return CallerForm(data, today=today, chosen=chosen, own=own)

    def _page(
        self,
        request: HttpRequest,
        form: CallerForm,
        chosen: Chosen,
        service: Service,
        *,
        status: int = 200,
        lost: bool = False,
    ) -> HttpResponse:
        near = []
        if lost:
            near = nearest_days(list(Location.objects.all()), service, chosen, now=timezone.now())
        context = {
            "title": "Add an appointment: who is it for?",
            "form": form,
            "chosen": chosen,
            "service": service,
            "near": near,
            "current": "add",
        }
        return self.desk.page(request, "details", context, status)


def _kind(given: Any, kinds: list[Service]) -> Service | None:
    """The visit that was named, or the first of the list."""
    return next((kind for kind in kinds if kind.kind == given.get("service")), kinds[0] if kinds else None)
