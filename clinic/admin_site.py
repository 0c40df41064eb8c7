"""The staff side's frame: the stock Django admin under our name and colours. Never a patient's page."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin


class StaffAdminSite(admin.AdminSite):
    site_header = f"{settings.CLINIC_NAME} desk"
    site_title = f"{settings.CLINIC_NAME} desk"
    index_title = "Start"
    enable_nav_sidebar = True
