"""Who answers for the clinics of a country, in the staff admin. Only who runs every clinic says so."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from clinic import keepers
from clinic.admin.content import ContentAdmin
from clinic.models import Organisation, Role
from clinic.permissions import MANAGER_OF_ALL, RoleAdmin


@admin.register(Organisation)
class OrganisationAdmin(RoleAdmin, ContentAdmin):
    keeper = keepers.ORGANISATION
    may_view = (Role.MANAGER,)
    may_change = may_add = (MANAGER_OF_ALL,)
    list_display = ("__str__", "country", "regulator_number", "confirmed_on")
    fieldsets = (
        (None, {"fields": ("country", "legal_name", "company_number", "registered_address")}),
        ("The regulator", {"fields": ("regulator", "regulator_number")}),
        ("Whom people write to", {"fields": ("privacy_contact", "complaints_contact")}),
        ("Money", {"fields": ("cancelling", "paying")}),
        ("For us", {"fields": ("confirmed_on",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("country",) if obj else ()
