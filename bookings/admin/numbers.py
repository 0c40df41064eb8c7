"""The two pages of numbers for managers: where people give up, and what was done. Registers them; counts nothing."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path

from bookings.admin.desk_admin import DeskAdmin
from bookings.admin.funnel import FunnelView
from bookings.admin.reports import ReportsView
from bookings.models import StepCount
from clinic.models import Role


@admin.register(StepCount)
class NumbersAdmin(DeskAdmin):
    """Two pages that read; no row of the counter is opened, and they stand in the desk's menu and not in the list."""

    may_view = (Role.MANAGER,)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(FunnelView.as_view(desk=self)), name="bookings_stepcount_changelist"),
            path("reports/", view(ReportsView.as_view(desk=self)), name="bookings_stepcount_reports"),
        ]
