"""A clinician who stops working here: her coming appointments are shown first. Else the page of the clinic room as it is."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest
from django.utils import timezone

from bookings import hits
from bookings.admin.rota_guard import after_hits, hits_page, seen_ids
from clinic.admin.people import ClinicianAdmin
from clinic.models import Clinician

admin.site.unregister(Clinician)


@admin.register(Clinician)
class RosteredClinicianAdmin(ClinicianAdmin):
    """Nobody's appointment changes by itself: what is not cancelled here stands on the list of hits."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        seen = seen_ids(request)
        if object_id and request.method == "POST" and self._leaves(request, object_id):
            rows = hits.of_clinician(int(object_id), now=timezone.now())
            if any(row.pk not in seen for row in rows):
                return hits_page(self, request, rows, [])
        answer = super().changeform_view(request, object_id, form_url, extra_context)
        return after_hits(request) if seen and answer.status_code == 302 else answer

    def _leaves(self, request: HttpRequest, object_id: str) -> bool:
        """Whether this form, if it is saved, takes somebody out of the rota."""
        row = self.get_object(request, unquote(object_id))
        if row is None or not row.active or not self.has_change_permission(request, row):
            return False
        form = self.get_form(request, row, change=True)(request.POST, request.FILES, instance=row)
        return form.is_valid() and not form.cleaned_data["active"]
