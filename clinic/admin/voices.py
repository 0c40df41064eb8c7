"""Complaints and feedback in the staff admin: who reads them, and the one verb each has. Nothing here is deleted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from clinic import services, trail
from clinic.forms.fields import WordsField
from clinic.models import Complaint, Feedback, Role
from clinic.permissions import NeverDeleted
from clinic.phones import phone_words
from clinic.wording import calendar_day, moment, reference

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NOTE_LONGEST = 2000
SUSPECTED = ("warn", "? Suspected")


class DoneFilter(admin.SimpleListFilter):
    """Rows by whether the moment in `field` has come."""

    field = ""
    still, done = "", ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", self.still), ("yes", self.done)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {"no": True, "yes": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(**{f"{self.field}__isnull": wanted})


class AnsweredFilter(DoneFilter):
    title, parameter_name = "state", "answered"
    field, still, done = "answered_at", "To answer", "Answered"


class ReadFilter(DoneFilter):
    title, parameter_name = "state", "read"
    field, still, done = "read_at", "Unread", "Read"


class AnswerForm(forms.Form):
    note = WordsField(
        label="What did we answer, and how?",
        lines=True,
        longest=NOTE_LONGEST,
        help_text="For staff. The person has had our answer by letter, mail or phone.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say in a few words what we answered, and how."},
    )


@admin.register(Complaint)
class ComplaintAdmin(NeverDeleted, admin.ModelAdmin):
    """For the managers of the clinic it is about. The open ones stand first, the one due first on top."""

    may_view = (Role.MANAGER,)
    list_display = ("number", "state", "due", "location", "received")
    list_display_links = ("number",)
    list_filter = (AnsweredFilter,)
    show_facets = admin.ShowFacets.NEVER
    list_select_related = ("location",)
    search_fields = ("reference",)
    search_help_text = "By reference"
    ordering = (F("answered_at").desc(nulls_first=True), "due_on", "pk")
    show_full_result_count = False
    actions = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Complaint]:
        return cast(Any, super().get_queryset(request)).visible_to(request.user)

    def _get_obj_does_not_exist_redirect(self, *args: Any) -> HttpResponse:
        """Another clinic's complaint and one that never was look the same."""
        raise Http404

    @admin.display(description="Reference", ordering="reference")
    def number(self, row: Complaint) -> str:
        return reference(row.reference)

    @admin.display(description="Received", ordering="received_at")
    def received(self, row: Complaint) -> str:
        return moment(row.received_at, zone_of(row))

    @admin.display(description="Answer by", ordering="due_on")
    def due(self, row: Complaint) -> str:
        return calendar_day(row.due_on)

    @admin.display(description="State")
    def state(self, row: Complaint) -> SafeString:
        marks = [state_of(row, timezone.now()), *([SUSPECTED] if row.suspected else [])]
        return format_html_join(" ", '<span class="mark mark-{}">{}</span>', marks)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.answered_view)
        return [path("<int:pk>/answered/", view, name="clinic_complaint_answered"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        answer = super().changelist_view(request, {"title": "Complaints", **(extra_context or {})})
        if "cl" in (shown := getattr(answer, "context_data", None) or {}):
            count, page = len(shown["cl"].result_list), "clinic_complaint_changelist"
            trail.listed(request.user, Complaint, page=page, count=count, now=timezone.now())
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        return self._page(request, self._find(request, object_id), AnswerForm())

    def answered_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The press "Answered", with what was answered."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        complaint, form = self._find(request, pk), AnswerForm(request.POST)
        if not form.is_valid():
            return self._page(request, complaint, form, 422)
        by, note = cast("User", request.user), form.cleaned_data["note"]
        try:
            services.answer(complaint_id=complaint.pk, note=note, by=by, now=timezone.now())
        except services.AlreadyAnswered as refusal:
            messages.error(request, str(refusal))
            return self._page(request, self._find(request, pk), form, 409)
        messages.success(request, f"Answered: {reference(complaint.reference)}.")
        return redirect("admin:clinic_complaint_changelist")

    def _find(self, request: HttpRequest, pk: object) -> Complaint:
        """The complaint, for somebody who may see it; who looked is written down. Raises PermissionDenied or Http404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related("location", "answered_by", "message")
        try:
            row = rows.get(pk=Complaint._meta.pk.to_python(pk))
        except (ObjectDoesNotExist, ValidationError):
            raise Http404 from None
        trail.looked(request.user, row, page="clinic_complaint_change", now=timezone.now())
        return row

    def _page(
        self, request: HttpRequest, row: Complaint, form: AnswerForm, status: int = 200
    ) -> HttpResponse:
        zone = zone_of(row)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Complaint {reference(row.reference)}",
            "row": row,
            "mark": state_of(row, timezone.now()),
            "phone": phone_words(row.phone),
            "received": moment(row.received_at, zone),
            "due": calendar_day(row.due_on),
            "answered": moment(row.answered_at, zone) if row.answered_at else "",
            "form": form,
        }
        return TemplateResponse(request, "admin/clinic/complaint/read.html", context, status=status)


def zone_of(row: Complaint) -> str:
    """Times are told in the clinic's zone; in the project's for a complaint about none."""
    return row.location.time_zone if row.location else settings.TIME_ZONE


def state_of(row: Complaint, now: datetime) -> tuple[str, str]:
    """A mark's kind and word: answered, or the days left until the day that we promised."""
    if row.answered_at:
        return "done", "✓ Answered"
    left = (row.due_on - now.astimezone(ZoneInfo(zone_of(row))).date()).days
    if left < 0:
        return "late", f"! {-left} {'day' if left == -1 else 'days'} late"
    if left == 0:
        return "warn", "! Due today"
    return "asked", f"{left} {'day' if left == 1 else 'days'} left"


@admin.register(Feedback)
class FeedbackAdmin(NeverDeleted, admin.ModelAdmin):
    """For managers, and for the editor who can make a page clearer."""

    may_view = (Role.MANAGER, Role.EDITOR)
    list_display = ("received_at", "path", "helped", "lacked", "suspected", "read_at")
    list_filter = (ReadFilter, "suspected")
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("path",)
    search_help_text = "By page"
    ordering = (F("read_at").desc(nulls_first=True), "-received_at")
    fields = ("received_at", "path", "helped", "lacked", "suspected", "read_at")
    show_full_result_count = False
    actions = ("mark_read",)
    change_form_template = "admin/clinic/feedback/change_form.html"

    def has_read_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.read_view)
        return [path("<int:pk>/read/", view, name="clinic_feedback_read"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        title = "What people say about our pages"
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def read_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self._read(request, [pk])
        return redirect("admin:clinic_feedback_changelist")

    @admin.action(description="Mark the chosen ones as read", permissions=["read"])
    def mark_read(self, request: HttpRequest, chosen: QuerySet[Feedback]) -> None:
        self._read(request, list(chosen.values_list("pk", flat=True)))

    def _read(self, request: HttpRequest, ids: list[int]) -> None:
        count = services.read_feedback(ids=ids, now=timezone.now())
        self.message_user(request, f"Marked as read: {count}.")
