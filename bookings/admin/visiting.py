"""What a clinician presses and writes when somebody is here: nothing has changed, another answer, the after-visit record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from bookings import desk, services
from bookings.admin.desk_admin import DeskView, Refusal, actor, refuse
from bookings.admin.times import DayInput, in_reach
from bookings.admin.verbs import PressForm, today_url, version_seen
from bookings.admin.words import spoken
from bookings.forms import HealthForm
from bookings.legs import PARTS, SIDES
from bookings.models import Appointment, Service, VisitRecord
from bookings.models.visits import STOCKING_DAYS
from bookings.services import Visit
from bookings.services.answers import as_pages, newest
from clinic.forms.fields import WordsField
from clinic.wording import reference
from treatments import screening

SIZES = ("Extra small", "Small", "Medium", "Large", "Extra large")
CLASSES = ("1", "2", "3")


class RecordForm(PressForm):
    """The after-visit form, short enough for a minute. A visit without treatment asks for the decision alone."""

    decision = forms.ChoiceField(label="Decision", choices=VisitRecord.Decision, required=False)
    sessions_planned = forms.IntegerField(label="Sessions", min_value=1, max_value=20, required=False)
    areas = forms.MultipleChoiceField(
        label="Areas treated",
        widget=forms.CheckboxSelectMultiple,
        choices=[(f"{side}-{part}", part) for side in SIDES for part in PARTS],
        required=False,
    )
    stocking_days = forms.TypedChoiceField(
        label="Wear stockings for",
        widget=forms.RadioSelect,
        choices=[(days, str(days)) for days in STOCKING_DAYS],
        coerce=int,
        empty_value=None,
        required=False,
    )
    stocking_size = forms.ChoiceField(
        label="Size", choices=[("", "Not said"), *((size, size) for size in SIZES)], required=False
    )
    stocking_class = forms.ChoiceField(
        label="Class", choices=[("", "Not said"), *((each, each) for each in CLASSES)], required=False
    )
    at_night = forms.BooleanField(label="Keep on at night", required=False)
    next_not_before = forms.DateField(  # empty: the soonest day that the rule of sessions allows
        label="Next session not before",
        widget=DayInput,
        required=False,
        error_messages={"invalid": "Choose a day, for example 2027-03-16."},
    )
    note = WordsField(
        label="Note", lines=True, longest=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    only_sessions = (
        "areas",
        "stocking_days",
        "stocking_size",
        "stocking_class",
        "at_night",
        "next_not_before",
    )

    def __init__(self, *args: Any, treated: bool, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "after_%s", **kwargs})
        for name in () if treated else self.only_sessions:
            del self.fields[name]

    def clean_next_not_before(self) -> Any:
        on = self.cleaned_data["next_not_before"]
        return in_reach(on) if on else None

    def visit(self) -> Visit:
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("expected_version", "back")
        }
        return Visit(**given)


def record_form(appointment: Appointment, data: Any = None, *, back: str = "today") -> RecordForm:
    """Filled with what was written down before."""
    treated = appointment.service.kind == Service.Kind.SESSION
    before = getattr(appointment, "record", None)
    names = ("decision", "sessions_planned", *RecordForm.only_sessions)
    kept = {name: getattr(before, name) for name in names} if before else {}
    initial = {"expected_version": appointment.version, "back": back, **kept}
    return RecordForm(data, treated=treated, initial=initial)


class ClinicalView(DeskView):
    """For a clinician of the appointment's own clinic: anybody else gets a 403, whatever she posts."""

    def find(self, request: HttpRequest, pk: int) -> Appointment:
        appointment: Appointment = self.desk.find(request, pk)
        if not desk.eyes_of(request.user).is_clinician_at(appointment.location_id):
            raise PermissionDenied
        return appointment

    def chosen(self, request: HttpRequest, appointment: Appointment, back: str = "") -> HttpResponse:
        """Back to the list, with her chosen."""
        return redirect(f"{today_url(appointment, mine=back == 'mine')}&who={appointment.pk}#chosen")


class UnchangedView(ClinicalView):
    """One press: she was asked, and nothing has changed."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponseNotAllowed(["POST"])

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment, form = self.find(request, pk), PressForm(request.POST)
        if not form.is_valid():
            messages.error(request, "We could not read that. Please press again.")
            return self.chosen(request, appointment)
        try:
            services.nothing_changed(
                appointment_id=pk, actor=actor(request), now=timezone.now(), **form.given()
            )
            messages.success(request, f"Noted: nothing has changed for {spoken(appointment)}.")
        except Refusal as refusal:
            refuse(request, refusal)
        return self.chosen(request, appointment, form.cleaned_data["back"])


class AnswersView(ClinicalView):
    """The three lists on one page, with what she ticked before, taken down while she is here."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment = self.find(request, pk)
        return self.show(request, appointment, self.forms(appointment, None))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment = self.find(request, pk)
        press, lists = PressForm(request.POST), self.forms(appointment, request.POST)
        if not (press.is_valid() and all(each.is_valid() for each in lists)):
            return self.show(request, appointment, lists, 422)
        try:
            services.answer_again(
                appointment_id=pk,
                answers={
                    each.page: screening.read_page(each.page, each.cleaned_data["ticks"]) for each in lists
                },
                actor=actor(request),
                now=timezone.now(),
                **press.given(),
            )
        except Refusal as refusal:
            status = refuse(request, refusal)
            return self.show(request, self.find(request, pk), lists, status)
        messages.success(request, f"Answers kept for {spoken(appointment)}.")
        return self.chosen(request, appointment, press.cleaned_data["back"])

    @staticmethod
    def forms(appointment: Appointment, data: Any) -> list[HealthForm]:
        before = as_pages(newest(appointment))
        return [
            HealthForm(
                data,
                page=page,
                prefix=f"list{page}",
                initial={"ticks": sorted(before[page].ticks) if page in before else []},
            )
            for page in screening.PAGES
        ]

    def show(
        self, request: HttpRequest, appointment: Appointment, lists: list[HealthForm], status: int = 200
    ) -> HttpResponse:
        context = {
            "title": f"Change an answer: {reference(appointment.reference)}",
            "appointment": appointment,
            "version": version_seen(request, appointment),
            "lists": lists,
            "last_line": screening.LAST_LINE,
            "back_url": f"{today_url(appointment)}&who={appointment.pk}",
            "current": "today",
        }
        return self.desk.page(request, "answers", context, status)
