"""Clinics, their rooms and published desk hours in the staff admin. A manager changes the clinics he manages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from clinic import keepers
from clinic.admin.content import ContentAdmin
from clinic.models import Location, Membership, OpeningHours, Role, Room
from clinic.permissions import DESK, RoleAdmin

SHOWN_TO_PATIENTS = ("address", "postcode", "country", "phone", "phone_abroad", "email")
FOUND_BY = ("map_query", "directions", "access", "parking", "photo")

AT_ONCE = (
    "Tick this, and nobody here has to answer a request without any health reason: the patient gets one email that "
    "confirms it, and it stands in the diary. All others wait for you as before: a health answer that a nurse reads "
    "or rings about, the questions on the phone, no email, or a form that a machine may have filled in. It works once "
    "the fee of a first consultation is entered, because we promise to tell the fee before we confirm."
)


class ByManager(RoleAdmin):
    """Everybody at a desk may look; a manager changes what belongs to a clinic of his."""

    may_view = DESK
    may_change = (Role.MANAGER,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or _managed(request).cover(obj.pk)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


class RoomInline(ByManager, admin.TabularInline):
    model = Room
    extra = 0


class OpeningHoursInline(ByManager, admin.TabularInline):
    model = OpeningHours
    extra = 0


@admin.register(Location)
class LocationAdmin(ByManager, ContentAdmin):
    keeper = keepers.LOCATION
    list_display = ("name", "country", "phone", "notify_email", "verified_on")
    inlines = (RoomInline, OpeningHoursInline)
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        ("The clinic", {"fields": ("name", "slug", "position", "time_zone")}),
        ("What patients see", {"fields": (*SHOWN_TO_PATIENTS, *FOUND_BY)}),
        ("Changing a visit", {"fields": ("cutoff_hours", "late_policy")}),
        (
            "Answering requests",
            {"fields": ("auto_confirm",), "description": AT_ONCE},
        ),
        ("For us", {"fields": ("notify_email", "verified_on")}),
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _managed(request).everywhere

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _managed(request).everywhere

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()  # links and printed leaflets carry it

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else dict(self.prepopulated_fields)


def _managed(request: HttpRequest) -> Any:
    """The clinics this user manages, asked once a request."""
    if not hasattr(request, "_managed_places"):
        request._managed_places = Membership.objects.places_of(request.user, [Role.MANAGER])  # type: ignore[attr-defined]
    return request._managed_places  # type: ignore[attr-defined]
