"""Appointments in the staff admin: the list, the page to read, and the addresses of the verbs. Nothing is edited here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings import desk, services
from bookings.admin.adding import AddView
from bookings.admin.desk_admin import DeskAdmin, DeskView, Refusal, actor, refuse
from bookings.admin.diary_page import DiaryView
from bookings.admin.filters import ClinicFilter, ClinicianFilter, DayFilter, StatusFilter, SuspectedFilter
from bookings.admin.hits import HitsView, LeaveView
from bookings.admin.letters import LettersView, LetterView
from bookings.admin.moving import MoveView
from bookings.admin.queue import QueueView
from bookings.admin.reading import read_page
from bookings.admin.suspected import RealView, ReleaseView
from bookings.admin.today import RecordView, TodayView
from bookings.admin.verbs import ACTS, ActView
from bookings.admin.visiting import AnswersView, UnchangedView
from bookings.admin.words import SUSPECTED, gate_mark, status_mark, when
from bookings.models import Appointment
from bookings.services.noting import note
from clinic.forms.fields import WordsField
from clinic.wording import reference

NOT_SEEN = "It was not on the page you pressed. Please look at it first."


class NoteForm(forms.Form):
    text = WordsField(
        label="Note",
        lines=True,
        longest=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write the note first."},
    )


@admin.register(Appointment)
class AppointmentAdmin(DeskAdmin):
    list_display = (
        "told_reference",
        "told_when",
        "told_name",
        "told_visit",
        "told_status",
    )
    list_display_links = ("told_reference",)
    list_filter = (DayFilter, ClinicFilter, StatusFilter, ClinicianFilter, SuspectedFilter)
    list_select_related = ("location", "service", "clinician", "patient")
    read_with = (*list_select_related, "room", "override_by", "cleared_by")
    search_fields = ("reference",)  # what is searched stands in `desk.matching`
    search_help_text = "Reference, name, email or phone"
    ordering = ("-starts_at", "-pk")
    actions = ("confirm_chosen",)
    change_list_template = "admin/bookings/appointment/list.html"

    # --- The list ---------------------------------------------------------------------------------------------------
    @admin.display(description="Reference", ordering="reference")
    def told_reference(self, row: Appointment) -> str:
        return reference(row.reference)

    @admin.display(description="When and where", ordering="starts_at")
    def told_when(self, row: Appointment) -> SafeString:
        return format_html("{}<br>{}", when(row), row.location.name)

    @admin.display(description="Visit", ordering="clinician__name")
    def told_visit(self, row: Appointment) -> SafeString:
        return format_html("{}<br>{}", row.service, row.clinician)

    @admin.display(description="Patient", ordering="patient__name")
    def told_name(self, row: Appointment) -> str:
        return row.patient.name if row.patient else ""

    @admin.display(description="Status", ordering="status")
    def told_status(self, row: Appointment) -> SafeString:
        """With the version she sees, which the action hands to the verb."""
        doubt = SUSPECTED if row.suspected else None
        marks = [mark for mark in (status_mark(row), doubt, gate_mark(row)) if mark]
        words = [format_html('<span class="mark mark-{}">{}</span>', *mark) for mark in marks]
        seen = format_html('<input type="hidden" name="version-{}" value="{}">', row.pk, row.version)
        return SafeString(" ".join([*words, seen]))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Appointment], search_term: str
    ) -> tuple[QuerySet[Appointment], bool]:
        return (queryset.filter(desk.matching(search_term)) if search_term.strip() else queryset), False

    @admin.action(description="Confirm the chosen requests", permissions=["desk"])
    def confirm_chosen(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        """One after the other, each on its own: one that cannot be confirmed holds up no other."""
        done, now = 0, timezone.now()
        for row in chosen.order_by("first_requested_at", "pk"):
            seen = request.POST.get(f"version-{row.pk}", "")
            if not (seen.isascii() and seen.isdecimal() and len(seen) < 10):
                messages.warning(request, f"{reference(row.reference)}: {NOT_SEEN}")
                continue
            try:
                services.confirm(
                    appointment_id=row.pk, expected_version=int(seen), actor=actor(request), now=now
                )
                done += 1
            except Refusal as refusal:
                messages.warning(request, f"{reference(row.reference)}: {refusal.sentence}")
        if done:
            messages.success(request, f"Confirmed: {done}.")

    # --- The pages --------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        def view(route: str, made: type[DeskView], name: str, **given: Any) -> URLPattern:
            page = self.admin_site.admin_view(made.as_view(desk=self, **given))
            return path(route, page, name=f"bookings_appointment_{name}")

        return [
            view("today/", TodayView, "today"),
            view("diary/", DiaryView, "diary"),
            view("queue/", QueueView, "queue"),
            view("hits/", HitsView, "hits"),
            view("<int:pk>/leave/", LeaveView, "leave"),
            view("<int:pk>/unchanged/", UnchangedView, "unchanged"),
            view("<int:pk>/answers/", AnswersView, "answers"),
            view("<int:pk>/visit/", RecordView, "visit"),
            view("letters/", LettersView, "letters"),
            view("letters/<slug:kind>/", LetterView, "letter"),
            view("<int:pk>/letters/", LettersView, "letters_of"),
            view("<int:pk>/letters/<slug:kind>/", LetterView, "letter_of"),
            view("queue/release/", ReleaseView, "release"),
            view("<int:pk>/real/", RealView, "real"),
            view("<int:pk>/move/", MoveView, "move"),
            *(view(f"<int:pk>/{act.slug}/", ActView, act.verb, act=act) for act in ACTS),
            path(
                "<int:pk>/note/", self.admin_site.admin_view(self.note_view), name="bookings_appointment_note"
            ),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        return AddView.as_view(desk=self)(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        appointment = self.find(request, object_id)
        return self.page(request, "read", {**read_page(request, appointment), "note_form": NoteForm()})

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What happened stands on the page itself."""
        return redirect("admin:bookings_appointment_change", self.find(request, object_id).pk)

    def note_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment = self.find(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form, status = NoteForm(request.POST), 422
        if form.is_valid():
            try:
                note(
                    appointment_id=pk,
                    text=form.cleaned_data["text"],
                    actor=actor(request),
                    now=timezone.now(),
                )
                return redirect(f"{reverse('admin:bookings_appointment_change', args=[pk])}#notes")
            except Refusal as refusal:
                status = refuse(request, refusal)
        return self.page(request, "read", {**read_page(request, appointment), "note_form": form}, status)
