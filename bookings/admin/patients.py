"""People: the list, the page of one, and the addresses of what is done to her record. Nothing is edited here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone

from bookings import desk, services
from bookings.admin.desk_admin import DeskAdmin, DeskView, Refusal, actor, refuse
from bookings.admin.next_visit import NextView
from bookings.admin.patient_deeds import (
    CorrectView,
    EraseView,
    ExportView,
    HoldView,
    MergeView,
    UnmergeView,
)
from bookings.admin.patient_page import patient_page
from bookings.models import Patient
from bookings.services.correcting import Reached
from clinic.forms.fields import AddressField, PhoneField
from clinic.phones import phone_words
from clinic.wording import reference


class ReachForm(forms.Form):
    """Phone and email as they ought to be, and as they stood when the page was opened."""

    seen_phone = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    seen_email = forms.CharField(widget=forms.HiddenInput, required=False, max_length=254)
    phone = PhoneField(
        label="Phone", widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"})
    )
    email = AddressField(
        required=False,
        help_text="Without one, messages become calls.",
        error_messages={"invalid": "Enter an email address like name@example.org, or leave this empty."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = (
            "off"  # not the address of whoever sits at the desk
        )


class ReachView(DeskView):
    """A GET shows what stands there and one button; the POST calls the service, or says why not."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = self.desk.find(request, pk)
        now_it_is = {"phone": patient.phone, "email": patient.email}
        seen = {"seen_phone": patient.phone, "seen_email": patient.email}
        return self.show(request, patient, ReachForm(initial={**now_it_is, **seen}))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = self.desk.find(request, pk)
        form = ReachForm(request.POST)
        if not form.is_valid():
            return self.show(request, patient, form, 422)
        given = form.cleaned_data
        try:
            services.correct_patient(
                patient_id=patient.pk,
                seen=Reached(given["seen_phone"], given["seen_email"]),
                phone=given["phone"],
                email=given["email"],
                actor=actor(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            status = refuse(request, refusal)
            return self.show(request, patient, form, status)
        messages.success(request, "Saved.")
        return redirect("admin:bookings_patient_change", patient.pk)

    def show(
        self, request: HttpRequest, patient: Patient, form: ReachForm, status: int = 200
    ) -> HttpResponse:
        told = reference(patient.reference)
        context = {"title": f"Correct phone or email: {told}", "patient": patient, "form": form}
        return self.desk.page(request, "reach", {**context, "current": "patients"}, status)


PAGES: dict[str, type[DeskView]] = {
    "reach": ReachView,
    "next": NextView,
    "correct": CorrectView,
    "hold": HoldView,
    "erase": EraseView,
    "export": ExportView,
    "unmerge": UnmergeView,
}


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

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: type[DeskView], word: str) -> URLPattern:
            made = self.admin_site.admin_view(view.as_view(desk=self))
            return path(route, made, name=f"bookings_patient_{word}")

        return [
            *(page(f"<int:pk>/{word}/", view, word) for word, view in PAGES.items()),
            page("<int:pk>/merge/<int:other>/", MergeView, "merge"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        return self.page(request, "read", patient_page(request, self.find(request, object_id)))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return redirect("admin:bookings_patient_change", self.find(request, object_id).pk)
