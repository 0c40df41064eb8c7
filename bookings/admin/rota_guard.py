"""What the stock admin must not do by itself: save a closure or a pattern that hits appointments which nobody has looked at.

A GET is the stock page. A POST goes to the service, outside the stock admin's transaction; where it answers that
appointments are hit, they are listed and asked about. Nothing here cancels unless somebody ticked it and pressed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from bookings.admin.desk_admin import Refusal, actor
from bookings.admin.hits import MOST, cancel_each, read_chosen
from bookings.admin.words import soon, status_mark
from bookings.models import Appointment
from bookings.services.rota import HitsUnseen, seen_as
from clinic import trail
from clinic.models import Membership
from clinic.wording import reference

# What the question adds to the form that was sent; all else is sent again as it was.
OURS = ("csrfmiddlewaretoken", "seen", "chosen", "_cancel", "_keep")


class GuardedSave:
    """Put before ModelAdmin. `verb` saves the row, which it takes by the name `noun`."""

    change_form_template: Any = "admin/bookings/rota_form.html"
    verb: Callable[..., Model]
    noun: str

    def warn(self, request: HttpRequest, row: Any) -> list[str]:
        """What is worth a word though it stops nothing."""
        return []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        made = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        made.refused = getattr(request, "_rota_refused", "")
        return made

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        stock = super().changeform_view  # type: ignore[misc]
        obj = self.get_object(request, unquote(object_id)) if object_id else None  # type: ignore[attr-defined]
        sent = request.method == "POST"
        known = request.POST.get("row_seen", "")[:16] if sent else seen_as(obj)
        extra = {"row_seen": known, "current": "rota", **(extra_context or {})}
        if not sent or (object_id and obj is None):
            return stock(request, object_id, form_url, extra)
        if not self._may_save(request, obj):
            raise PermissionDenied
        form = self.get_form(request, obj, change=obj is not None)(request.POST, request.FILES, instance=obj)
        if form.is_valid():
            try:
                return self._saved(request, form, obj is not None)
            except HitsUnseen as found:
                return hits_page(self, request, found.rows, self.warn(request, form.instance))
            except Refusal as refusal:
                request._rota_refused = refusal.sentence  # type: ignore[attr-defined]
        return stock(
            request, object_id, form_url, extra
        )  # says what is wrong with the form, and saves nothing

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The stock save knows no appointment: only the verb saves."""
        raise PermissionDenied

    def _may_save(self, request: HttpRequest, obj: Any) -> bool:
        if obj is None:
            return bool(self.has_add_permission(request))  # type: ignore[attr-defined]
        return bool(self.has_change_permission(request, obj))  # type: ignore[attr-defined]

    def _saved(self, request: HttpRequest, form: Any, change: bool) -> HttpResponse:
        seen = seen_ids(request)
        warnings = self.warn(request, form.instance)
        row = self.verb(
            **{self.noun: form.instance},
            expected=request.POST.get("row_seen", ""),
            seen=seen,
            actor=actor(request),
            now=timezone.now(),
        )
        for warning in warnings:
            messages.warning(request, warning)
        if not seen:
            answer = self.response_change if change else self.response_add  # type: ignore[attr-defined]
            return cast(HttpResponse, answer(request, row))
        return after_hits(request)


def seen_ids(request: HttpRequest) -> frozenset[int]:
    """The appointments that stood on the page somebody pressed on."""
    given = request.POST.getlist("seen")[: 10 * MOST]
    return frozenset(int(each) for each in given if each.isascii() and each.isdecimal() and len(each) < 19)


def after_hits(request: HttpRequest) -> HttpResponse:
    """Saved. What was ticked is cancelled now, one by one; the rest stands on the list of hits."""
    if "_cancel" in request.POST:
        messages.success(request, "Saved.")
        cancel_each(request, read_chosen(request.POST.getlist("chosen")))
    else:
        messages.success(request, "Saved. The appointments stay as they are: they stand on this list.")
    return redirect("admin:bookings_appointment_hits")


def hits_page(
    admin_of: Any, request: HttpRequest, rows: list[Appointment], warnings: list[str], status: int = 409
) -> HttpResponse:
    """What would be hit, before anything is saved. Names at her own clinics alone; elsewhere a number."""
    mine = Membership.objects.places_of(request.user)
    named = [row for row in rows if mine.cover(row.location_id)]
    elsewhere = Counter(row.location.name for row in rows if not mine.cover(row.location_id))
    again = [(name, value) for name, values in request.POST.lists() if name not in OURS for value in values]
    context = {
        **admin_of.admin_site.each_context(request),
        "opts": admin_of.opts,
        "title": "This hits appointments",
        "rows": [row_of(row) for row in named[:MOST]],
        "more": max(len(named) - MOST, 0),
        "elsewhere": sorted(elsewhere.items()),
        "total": len(rows),
        "again": again,
        "seen": [row.pk for row in rows],
        "warnings": warnings,
        "back": reverse(f"admin:{admin_of.opts.app_label}_{admin_of.opts.model_name}_changelist"),
        "current": "rota",
    }
    match = request.resolver_match
    page = (match.url_name or "") if match else ""
    trail.listed(request.user, Appointment, page=page[:80], count=len(named[:MOST]), now=timezone.now())
    return TemplateResponse(request, "admin/bookings/rota_hits.html", context, status=status)


def row_of(row: Appointment) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "value": f"{row.pk}.{row.version}",
        "name": row.patient.name if row.patient else "",
        "reference": reference(row.reference),
        "when": soon(row),
        "what": f"{row.service}, {row.clinician}, {row.room.name}",
        "mark": status_mark(row),
    }
