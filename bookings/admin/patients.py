"""People, to read: how to reach them, their appointments and calls at her clinics. Nothing is edited here yet."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from bookings import desk
from bookings.admin.desk_admin import DeskAdmin
from bookings.admin.words import reach, status_mark, when
from bookings.models import Appointment, CallTask, Patient
from clinic.phones import phone_words
from clinic.wording import calendar_day, reference


@admin.register(Patient)
class PatientAdmin(DeskAdmin):
    list_display = ("told_reference", "name", "told_phone", "email", "created_at")
    search_fields = ("reference",)  # what is searched stands in `desk.matching`
    search_help_text = "Reference, name, email or phone"

    @admin.display(description="Reference", ordering="reference")
    def told_reference(self, row: Patient) -> str:
        return reference(row.reference)

    @admin.display(description="Phone", ordering="phone")
    def told_phone(self, row: Patient) -> str:
        return phone_words(row.phone)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Patient], search_term: str
    ) -> tuple[QuerySet[Patient], bool]:
        found = desk.matching(search_term, patient="")
        return (queryset.filter(found) if search_term.strip() else queryset), False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        patient = self.find(request, object_id)
        visits = Appointment.objects.visible_to(request.user).filter(patient=patient)
        visits = visits.select_related("location", "service").order_by("-starts_at")
        calls = CallTask.objects.visible_to(request.user).filter(patient=patient)
        context = {
            "title": f"Patient {reference(patient.reference)}",
            "person": _person(patient),
            "visits": [(row, reference(row.reference), when(row), status_mark(row)) for row in visits],
            "calls": calls.order_by("due_at", "pk"),
            "current": "patients",
        }
        return self.page(request, "read", context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return redirect("admin:bookings_patient_change", self.find(request, object_id).pk)


def _person(patient: Patient) -> list[tuple[str, str]]:
    rows = [
        ("Name", patient.name),
        ("Phone", phone_words(patient.phone)),
        ("How to reach", reach(patient)),
        ("Email", patient.email or "None: messages become calls"),
        ("Born", calendar_day(patient.date_of_birth) if patient.date_of_birth else ""),
    ]
    return [(label, words) for label, words in rows if words]
