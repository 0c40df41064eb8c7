"""What a manager does to one record: correct it, export it, hold it, erase it, merge it. Each POST calls a verb."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from bookings.admin.desk_admin import DeskView, Refusal, actor, refuse
from bookings.admin.patient_copy import as_json, as_page
from bookings.admin.patient_page import person_rows
from bookings.models import Patient
from bookings.services.correcting import Named, correct_name
from bookings.services.erasing import erase, hold_record, why_kept
from bookings.services.exporting import export
from bookings.services.merging import merge, unmerge
from bookings.services.records import manages
from clinic.forms.fields import DayField, WordsField
from clinic.wording import calendar_day, reference

FORMS = {"json": "application/json", "html": "text/html; charset=utf-8"}


class CorrectForm(forms.Form):
    """Name and date of birth as they ought to be, and as they stood when the page was opened."""

    seen_name = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    seen_born = forms.DateField(widget=forms.HiddenInput, required=False)
    name = WordsField(label="Name", error_messages={"required": "Write the name first."})
    date_of_birth = DayField(label="Date of birth", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in ("name", "date_of_birth"):
            self.fields[field].widget.attrs["autocomplete"] = "off"


class SeenForm(forms.Form):
    """What the record said when the page was opened: `Patient.as_seen()`."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=40)


class HoldForm(SeenForm):
    reason = WordsField(
        label="Why must it be kept?",
        longest=200,
        help_text="A claim, a complaint. Staff of her clinics read this.",
        error_messages={"required": "Say in a few words why it must be kept."},
    )


class ManagerView(DeskView):
    """A page about one record for a manager of all her clinics; to others of her clinics it is refused."""

    template = ""
    asks = ""
    done = ""

    def found(self, request: HttpRequest, pk: int) -> Patient:
        """Her row; who looked is written down. Raises Http404, PermissionDenied."""
        patient: Patient = self.desk.find(request, pk)
        if not manages(request.user, patient):
            raise PermissionDenied
        return patient

    def show(
        self, request: HttpRequest, patient: Patient, form: forms.Form, status: int = 200, **more: Any
    ) -> HttpResponse:
        title = f"{self.asks}: {reference(patient.reference)}"
        context = {"title": title, "patient": patient, "form": form, "current": "patients", **more}
        return self.desk.page(request, self.template, context, status)

    def back(self, request: HttpRequest, pk: int) -> HttpResponse:
        messages.success(request, self.done)
        return redirect("admin:bookings_patient_change", pk)


class CorrectView(DeskView):
    """Name and date of birth, by any of her clinics' desks, as with phone and email."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient: Patient = self.desk.find(request, pk)
        born = patient.date_of_birth
        stands = {"name": patient.name, "date_of_birth": calendar_day(born) if born else ""}
        seen = {"seen_name": patient.name, "seen_born": born}
        return self.show(request, patient, CorrectForm(initial={**stands, **seen}))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient: Patient = self.desk.find(request, pk)
        form = CorrectForm(request.POST)
        if not form.is_valid():
            return self.show(request, patient, form, 422)
        given = form.cleaned_data
        try:
            correct_name(
                patient_id=pk,
                seen=Named(given["seen_name"], given["seen_born"]),
                name=given["name"],
                date_of_birth=given["date_of_birth"] or None,
                actor=actor(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            return self.show(request, patient, form, refuse(request, refusal))
        messages.success(request, "Saved.")
        return redirect("admin:bookings_patient_change", pk)

    def show(
        self, request: HttpRequest, patient: Patient, form: CorrectForm, status: int = 200
    ) -> HttpResponse:
        title = f"Correct name or date of birth: {reference(patient.reference)}"
        context = {"title": title, "patient": patient, "form": form, "current": "patients"}
        return self.desk.page(request, "correct", context, status)


class HoldView(ManagerView):
    """Keeps a record from being erased, with a reason; one press ends that."""

    template, asks = "hold", "Keep from erasing"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = self.found(request, pk)
        form = (SeenForm if patient.held_because else HoldForm)(initial={"seen": patient.as_seen()})
        return self.show(request, patient, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = self.found(request, pk)
        ends = "end" in request.POST
        form = (SeenForm if ends else HoldForm)(request.POST)
        if not form.is_valid():
            return self.show(request, patient, form, 422)
        reason = form.cleaned_data.get("reason", "")
        try:
            hold_record(
                patient_id=pk,
                seen=form.cleaned_data["seen"],
                reason=reason,
                actor=actor(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            status = refuse(request, refusal)
            return self.show(request, patient, _seen_anew(HoldForm, patient, reason=reason), status)
        messages.success(
            request, "It is kept from erasing." if reason else "It is no longer kept from erasing."
        )
        return redirect("admin:bookings_patient_change", pk)


class EraseView(ManagerView):
    """Says what goes and what stays, or why it must be kept; the POST erases."""

    template, asks, done = "erase", "Erase", "Erased."

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = self.found(request, pk)
        return self.ask(request, patient)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = self.found(request, pk)
        form = SeenForm(request.POST)
        if not form.is_valid():
            return self.ask(request, patient, 422)
        try:
            erase(patient_id=pk, seen=form.cleaned_data["seen"], actor=actor(request), now=timezone.now())
        except Refusal as refusal:
            return self.ask(request, patient, refuse(request, refusal))
        return self.back(request, pk)

    def ask(self, request: HttpRequest, patient: Patient, status: int = 200) -> HttpResponse:
        kept = why_kept(patient, now=timezone.now())
        return self.show(request, patient, _seen_anew(SeenForm, patient), status, kept=kept)


class MergeView(ManagerView):
    """Two records side by side, and which of them is kept; the POST merges the other into it."""

    template, asks = "merge", "Compare with another"
    done = "They are one record now."

    def get(self, request: HttpRequest, pk: int, other: int) -> HttpResponse:
        return self.ask(request, self.found(request, pk), self.found(request, other))

    def post(self, request: HttpRequest, pk: int, other: int) -> HttpResponse:
        one, two = self.found(request, pk), self.found(request, other)
        keep = request.POST.get("keep", "")
        if keep not in (str(one.pk), str(two.pk)):
            messages.error(request, "Choose which details stay.")
            return self.ask(request, one, two, 422)
        kept, gone = (one, two) if keep == str(one.pk) else (two, one)
        seen = {row.pk: request.POST.get(f"seen-{row.pk}", "")[:40] for row in (one, two)}
        try:
            merge(
                kept_id=kept.pk,
                gone_id=gone.pk,
                kept_seen=seen[kept.pk],
                gone_seen=seen[gone.pk],
                actor=actor(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            return self.ask(request, one, two, refuse(request, refusal))
        return self.back(request, kept.pk)

    def ask(self, request: HttpRequest, one: Patient, two: Patient, status: int = 200) -> HttpResponse:
        both = [(row, reference(row.reference), person_rows(row)) for row in (one, two)]
        return self.show(request, one, SeenForm(), status, both=both, other=two)


class UnmergeView(ManagerView):
    """One press, from the page of the record that was merged away."""

    done = "They are two records again."

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponseNotAllowed(["POST"])

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        kept = self.found(request, pk)
        gone = kept.merged.filter(pk__in=[_number(request.POST.get("gone", ""))]).first()
        if gone is None:
            raise Http404
        try:
            seen = request.POST.get("seen", "")[:40]
            unmerge(gone_id=gone.pk, gone_seen=seen, actor=actor(request), now=timezone.now())
        except Refusal as refusal:
            refuse(request, refusal)
            return redirect("admin:bookings_patient_change", pk)
        return self.back(request, pk)


class ExportView(ManagerView):
    """A file with everything we hold about her, for herself."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponseNotAllowed(["POST"])

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = self.found(request, pk)
        form = request.POST.get("form", "")
        if form not in FORMS:
            raise Http404
        held = export(patient_id=pk, form=form, actor=actor(request), now=timezone.now())
        made = HttpResponse(as_json(held) if form == "json" else as_page(held), content_type=FORMS[form])
        made.headers["Content-Disposition"] = f'attachment; filename="patient-{patient.reference}.{form}"'
        return made


def _seen_anew(form: type[SeenForm], patient: Patient, **typed: str) -> SeenForm:
    """The form over the record as the page now shows it."""
    return form(initial={"seen": patient.as_seen(), **typed})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
