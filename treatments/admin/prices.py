"""Sources, fees and treatments in the staff admin: rows without more to them than their columns."""

from __future__ import annotations

from django.contrib import admin

from treatments import keepers
from treatments.admin.rights import FromFiles
from treatments.models import Fee, Source, Treatment


@admin.register(Source)
class SourceAdmin(FromFiles):
    keeper = keepers.SOURCE
    list_display = ("name", "kind", "address", "read_on", "names_medicine")
    list_filter = ("kind", "names_medicine")
    search_fields = ("key", "name", "address")
    readonly_fields = ("key",)


@admin.register(Fee)
class FeeAdmin(FromFiles):
    keeper = keepers.FEE
    list_display = ("service", "country", "currency", "amount", "confirmed_on")
    list_filter = ("country",)
    readonly_fields = ("service", "country", "currency")


@admin.register(Treatment)
class TreatmentAdmin(FromFiles):
    keeper = keepers.TREATMENT
    list_display = ("name", "plain_name", "summary")
    readonly_fields = ("slug",)
